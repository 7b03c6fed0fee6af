import type { JSX } from 'preact';
import type { SceneShape } from '../../sim/picture/scene';

/** Draws a scene's shapes as SVG elements. */
export function Shapes({ shapes }: { readonly shapes: readonly SceneShape[] }): JSX.Element {
  return (
    <>
      {shapes.map((shape, at) => (
        <Shape key={at} shape={shape} />
      ))}
    </>
  );
}

/** The value of an attribute at the pointer: of the element there, or of one around it. */
export function closest(target: EventTarget | null, attribute: string): string | undefined {
  return target instanceof Element
    ? (target.closest(`[${attribute}]`)?.getAttribute(attribute) ?? undefined)
    : undefined;
}

function Shape({ shape }: { readonly shape: SceneShape }): JSX.Element {
  const common = { class: shape.class, 'data-object': shape.object, 'data-step': shape.step };
  const title = shape.title !== undefined && <title>{shape.title}</title>;
  switch (shape.kind) {
    case 'rect':
      return (
        <rect {...common} x={shape.x} y={shape.y} width={shape.width} height={shape.height} rx={shape.radius}>
          {title}
        </rect>
      );
    case 'line':
      return (
        <line {...common} x1={shape.x1} y1={shape.y1} x2={shape.x2} y2={shape.y2}>
          {title}
        </line>
      );
    case 'path':
      return (
        <path {...common} d={shape.d}>
          {title}
        </path>
      );
    case 'text':
      return (
        <text {...common} x={shape.x} y={shape.y} text-anchor={shape.anchor}>
          {title}
          {shape.runs.map((run, at) => (
            <tspan key={at} class={run.class}>
              {run.text}
            </tspan>
          ))}
        </text>
      );
    case 'group':
      return (
        <g {...common}>
          {title}
          <Shapes shapes={shape.children} />
        </g>
      );
    default: {
      const never: never = shape;
      return never;
    }
  }
}
