import { useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { layoutPicture, placeText } from '../../sim/picture/layout';
import { fonts, palettes, type Palette } from '../../sim/picture/style';
import { sceneToSvg } from '../../sim/picture/svg';
import { stateTable, tableText } from '../../sim/table';
import type { Timeline } from '../../sim/timeline';
import { host } from './page-host';

interface Props {
  readonly timeline: Timeline;
  readonly index: number;
}

/** Browsers draw nothing on a canvas that is larger, in pixels. */
const largestCanvas = 16_000;
const narrowest = 1180;

/** Copies the picture's table as text, and saves the picture of this step as a file. */
export function Export({ timeline, index }: Props): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null);
  const [problem, setProblem] = useState<string>();
  const close = (): void => {
    if (!menu.current?.open) return;
    menu.current.open = false;
    menu.current.querySelector('summary')?.focus();
  };
  const choose = (act: () => void | Promise<void>) => () => {
    close();
    setProblem(undefined);
    Promise.resolve(act()).catch((error: unknown) => setProblem(String(error)));
  };
  const svg = (): string => pictureFile(timeline, index);
  const name = fileName(timeline.trace.title, index);
  return (
    <>
      <details
        class="menu"
        ref={menu}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          close();
        }}
        onFocusOut={(event) => {
          const to = event.relatedTarget;
          if (to instanceof Node && !event.currentTarget.contains(to)) event.currentTarget.open = false;
        }}
      >
        <summary class="text">Export</summary>
        <ul>
          <li>
            <button
              type="button"
              onClick={choose(() => host.postMessage({ type: 'copy', text: stepText(timeline, index) }))}
            >
              Copy as text
            </button>
          </li>
          <li>
            <button
              type="button"
              onClick={choose(() => host.postMessage({ type: 'save', format: 'svg', name, data: svg() }))}
            >
              Save as SVG…
            </button>
          </li>
          <li>
            <button
              type="button"
              onClick={choose(async () =>
                host.postMessage({ type: 'save', format: 'png', name, data: await asPng(svg()) }),
              )}
            >
              Save as PNG…
            </button>
          </li>
        </ul>
      </details>
      {problem !== undefined && (
        <span class="chip bad" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

/** What the picture says, as text: the step, why, and the table of the address spaces. */
export function stepText(timeline: Timeline, index: number): string {
  const { trace } = timeline;
  const step = trace.steps[index];
  const rows = stateTable(timeline.stateAt(index), timeline.stateAt(index - 1));
  const lines = [`${trace.title}, ${placeText(trace, index)}: ${step?.label ?? ''}`, step?.sentence ?? ''];
  for (const defect of step?.defects ?? []) lines.push(`${defect.kind}: ${defect.message}`);
  return [...lines, '', tableText(rows), ''].join('\n');
}

function fileName(title: string, index: number): string {
  return `${title.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '')}-step-${index}`;
}

/** The picture as a file of its own, in the colours and fonts of the editor. */
function pictureFile(timeline: Timeline, index: number): string {
  const styles = getComputedStyle(document.documentElement);
  const value = (name: string): string => styles.getPropertyValue(`--ml-${name}`).trim();
  const colours = Object.fromEntries(
    Object.entries(palettes.light).map(([name, fallback]) => [name, value(name) || fallback]),
  ) as unknown as Palette;
  const faces = { sans: value('sans') || fonts.sans, mono: value('mono') || fonts.mono };
  const width = Math.max(narrowest, document.documentElement.clientWidth);
  return sceneToSvg(layoutPicture(timeline, index, { width }), { palette: colours, fonts: faces });
}

/** Draws an SVG; base64 of the PNG. */
async function asPng(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const { width, height } = image;
  const scale = Math.min(2, largestCanvas / Math.max(width, height));
  if (scale < 0.5)
    throw new Error('The picture is too large for a PNG. Save it as SVG, or choose a step with fewer mappings.');
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('This browser can’t draw a PNG.');
  pen.scale(scale, scale);
  pen.drawImage(image, 0, 0);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
