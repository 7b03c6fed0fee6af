import type { Scene, SceneShape } from './scene';
import { fonts, palettes, pictureStyle, type Palette } from './style';

/** A scene as a standalone SVG file. */

/** `auto` follows the reader's colour scheme; a look is one palette with its fonts. */
export type Theme = 'auto' | 'light' | 'dark' | Look;

export interface Look {
  readonly palette: Palette;
  readonly fonts: { readonly sans: string; readonly mono: string };
}

function escape(value: string): string {
  return value.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function attributes(shape: SceneShape): string {
  const object = shape.object === undefined ? '' : ` data-object="${escape(shape.object)}"`;
  const step = shape.step === undefined ? '' : ` data-step="${String(shape.step)}"`;
  return ` class="${escape(shape.class)}"${object}${step}`;
}

function draw(shape: SceneShape): string {
  const title = shape.title === undefined ? '' : `<title>${escape(shape.title)}</title>`;
  switch (shape.kind) {
    case 'rect': {
      const radius = shape.radius ? ` rx="${number(shape.radius)}"` : '';
      return `<rect x="${number(shape.x)}" y="${number(shape.y)}" width="${number(shape.width)}" height="${number(shape.height)}"${radius}${attributes(shape)}>${title}</rect>`;
    }
    case 'line':
      return `<line x1="${number(shape.x1)}" y1="${number(shape.y1)}" x2="${number(shape.x2)}" y2="${number(shape.y2)}"${attributes(shape)}>${title}</line>`;
    case 'path':
      return `<path d="${escape(shape.d)}"${attributes(shape)}>${title}</path>`;
    case 'text': {
      const anchor = shape.anchor && shape.anchor !== 'start' ? ` text-anchor="${shape.anchor}"` : '';
      const runs = shape.runs
        .map((run) => `<tspan${run.class ? ` class="${escape(run.class)}"` : ''}>${escape(run.text)}</tspan>`)
        .join('');
      return `<text x="${number(shape.x)}" y="${number(shape.y)}" xml:space="preserve"${anchor}${attributes(shape)}>${title}${runs}</text>`;
    }
    case 'group':
      return `<g${attributes(shape)}>${title}${shape.children.map(draw).join('')}</g>`;
    default:
      return shape satisfies never;
  }
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--ml-${name}:${String(value)}`)
    .join(';');
}

export function sceneToSvg(scene: Scene, theme: Theme = 'auto'): string {
  const look = typeof theme === 'object' ? theme : undefined;
  const first = look?.palette ?? (theme === 'dark' ? palettes.dark : palettes.light);
  const { sans, mono } = look?.fonts ?? fonts;
  const other = theme === 'auto' ? `@media (prefers-color-scheme:dark){.ml{${variables(palettes.dark)}}}` : '';
  const style = `.ml{${variables(first)};--ml-sans:${sans};--ml-mono:${mono}}${other}\n${pictureStyle}`;
  const width = number(scene.width);
  const height = number(scene.height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ml" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(scene.title)}</title>`,
    `<style>${style.replace(/[&<]/g, (character) => `&#${String(character.charCodeAt(0))};`)}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...scene.shapes.map(draw),
    '</svg>',
    '',
  ].join('\n');
}
