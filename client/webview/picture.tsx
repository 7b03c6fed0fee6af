import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { layoutSpaces } from '../../sim/picture/spaces';
import type { Scene, SceneShape } from '../../sim/picture/scene';
import { layoutTimeline } from '../../sim/picture/tracks';
import type { Timeline } from '../../sim/timeline';

interface Props {
  readonly timeline: Timeline;
  readonly index: number;
  /** 1 fits the panel. */
  readonly zoom: number;
  readonly onStep: (index: number) => void;
}

/** Narrower than this, the picture shrinks rather than lays out anew, in pixels. */
const minimumWidth = 640;
/** Smaller than this, text can't be read: then the picture scrolls. */
const minimumScale = 0.7;

/** Every task's address space at one step; below, the timeline of all steps. */
export function Picture({ timeline, index, zoom, onStep }: Props): JSX.Element {
  const view = useRef<HTMLElement>(null);
  const [room, setRoom] = useState(minimumWidth);
  const [under, setUnder] = useState<string>();
  useLayoutEffect(() => {
    const element = view.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const options = useMemo(
    () => ({ width: Math.max(minimumWidth, room), ...(under !== undefined && { highlight: [under] }) }),
    [room, under],
  );
  const spaces = useMemo(() => layoutSpaces(timeline, index, options), [timeline, index, options]);
  const tracks = useMemo(() => layoutTimeline(timeline, index, options), [timeline, index, options]);
  const fit = (scene: Scene): number => Math.max(minimumScale, Math.min(1, room / scene.width));
  return (
    <section class="view picture" id="view" role="tabpanel" aria-labelledby="tab-picture" ref={view}>
      <div class="spaces" tabIndex={0} role="group" aria-label="Address spaces">
        <SceneView scene={spaces} scale={fit(spaces) * zoom} onStep={onStep} onPoint={setUnder} />
      </div>
      <div class="tracks" tabIndex={0} role="group" aria-label="Timeline">
        <SceneView scene={tracks} scale={fit(tracks)} onStep={onStep} onPoint={setUnder} />
      </div>
    </section>
  );
}

interface SceneProps {
  readonly scene: Scene;
  readonly scale: number;
  readonly onStep: (index: number) => void;
  /** The pointer is on an object, or on none. */
  readonly onPoint: (object: string | undefined) => void;
}

function SceneView({ scene, scale, onStep, onPoint }: SceneProps): JSX.Element {
  return (
    <svg
      class="ml"
      role="img"
      aria-label={scene.title}
      width={scene.width * scale}
      height={scene.height * scale}
      viewBox={`0 0 ${scene.width} ${scene.height}`}
      onClick={(event) => {
        const step = closest(event.target, 'data-step');
        if (step !== undefined) onStep(Number(step));
      }}
      onPointerOver={(event) => onPoint(closest(event.target, 'data-object'))}
      onPointerLeave={() => onPoint(undefined)}
    >
      {scene.shapes.map((shape, at) => (
        <Shape key={at} shape={shape} />
      ))}
    </svg>
  );
}

function closest(target: EventTarget | null, attribute: string): string | undefined {
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
          {shape.children.map((child, at) => (
            <Shape key={at} shape={child} />
          ))}
        </g>
      );
    default: {
      const never: never = shape;
      return never;
    }
  }
}
