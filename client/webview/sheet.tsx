import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { SceneShape } from '../../sim/picture/scene';
import { closest, Shapes } from './scene-view';

export interface Band {
  readonly top: number;
  readonly bottom: number;
}

export interface Place extends Band {
  readonly left: number;
  readonly right: number;
}

/** A picture with a head that stays, of which only what is in view is drawn. */
export interface SheetPlan {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly head: readonly SceneShape[];
  readonly draw: (window: Band | undefined) => readonly SceneShape[];
}

interface Props {
  readonly class: string;
  readonly label: string;
  readonly plan: SheetPlan;
  readonly headHeight: number;
  readonly scale: number;
  /** Comes into view whenever `showAt` is another. */
  readonly show: Place | undefined;
  readonly showAt: string;
  /** Comes into view whenever `markedAt` is another. */
  readonly marked: Place | undefined;
  readonly markedAt: string | undefined;
  readonly onStep: (index: number) => void;
  readonly onPoint: (object: string | undefined) => void;
  readonly onMark: (object: string | undefined) => void;
  /** Ctrl and the wheel: a factor. Where there is none, the sheet does not zoom. */
  readonly onZoom?: (factor: number) => void;
}

/** What is drawn beyond the view, and in which steps the drawn part moves, in pixels of the picture. */
const beyond = 300;
const grain = 256;
/** Pixels that a pressed pointer may move before it drags. */
const slack = 4;

function px(length: number): string {
  return `${Math.round(length * 100) / 100}px`;
}

export function Sheet(props: Props): JSX.Element {
  const { plan, scale, headHeight } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Band>({ top: 0, bottom: 1200 });
  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const top = Math.floor((element.scrollTop / scale - beyond) / grain) * grain;
    const bottom = Math.ceil(((element.scrollTop + element.clientHeight) / scale + beyond) / grain) * grain;
    setView((before) => (before.top === top && before.bottom === bottom ? before : { top, bottom }));
  }, [scale]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [look]);
  useZoom(box, scale, props.onZoom);
  useLayoutEffect(() => reveal(box.current, props.show, scale, headHeight), [props.showAt]);
  useLayoutEffect(() => reveal(box.current, props.marked, scale, headHeight), [props.markedAt]);
  const drag = useDrag(box);

  const top = Math.max(headHeight, view.top);
  const bottom = Math.min(plan.height, Math.max(view.bottom, top + 1));
  const shapes = useMemo(() => plan.draw({ top, bottom }), [plan.draw, top, bottom]);
  const { marked } = props;
  return (
    <div
      class={props.class}
      tabIndex={0}
      role="group"
      aria-label={props.label}
      ref={box}
      onScroll={look}
      onPointerDown={drag.down}
      onPointerMove={drag.move}
      onPointerUp={drag.up}
      onPointerCancel={drag.up}
      onKeyDown={(event) => pan(event, box.current)}
      onClick={(event) => {
        if (drag.dragged()) return;
        const step = closest(event.target, 'data-step');
        if (step !== undefined) props.onStep(Number(step));
        else props.onMark(closest(event.target, 'data-object'));
      }}
      onPointerOver={(event) => props.onPoint(closest(event.target, 'data-object'))}
      onPointerLeave={() => props.onPoint(undefined)}
    >
      <svg
        class="ml head"
        aria-hidden="true"
        width={plan.width * scale}
        height={headHeight * scale}
        viewBox={`0 0 ${plan.width} ${headHeight}`}
      >
        <Shapes shapes={plan.head} />
      </svg>
      <div
        class="paper"
        style={{ width: px(plan.width * scale), height: px(Math.max(0, plan.height - headHeight) * scale) }}
      >
        <svg
          class="ml"
          role="img"
          aria-label={plan.title}
          width={plan.width * scale}
          height={Math.max(1, bottom - top) * scale}
          viewBox={`0 ${top} ${plan.width} ${Math.max(1, bottom - top)}`}
          style={{ top: px((top - headHeight) * scale) }}
        >
          <Shapes shapes={shapes} />
          {marked && (
            <rect
              class="marked"
              x={marked.left - 4}
              y={marked.top - 4}
              width={marked.right - marked.left + 8}
              height={marked.bottom - marked.top + 8}
              rx={7}
            />
          )}
        </svg>
      </div>
    </div>
  );
}

/** Scrolls so that a place can be seen, with some room around it. */
function reveal(box: HTMLDivElement | null, place: Place | undefined, scale: number, headHeight: number): void {
  if (!box || !place) return;
  const margin = 24;
  const room = box.clientHeight - headHeight * scale;
  const top = (place.top - headHeight) * scale;
  const bottom = (place.bottom - headHeight) * scale;
  if (top - margin < box.scrollTop) box.scrollTop = top - margin;
  else if (bottom + margin > box.scrollTop + room)
    box.scrollTop = bottom - top > room - 2 * margin ? top - margin : bottom + margin - room;
  const left = place.left * scale;
  const right = place.right * scale;
  if (left - margin < box.scrollLeft) box.scrollLeft = left - margin;
  else if (right + margin > box.scrollLeft + box.clientWidth) box.scrollLeft = right + margin - box.clientWidth;
}

/** Ctrl and arrows move the paper. */
function pan(event: KeyboardEvent, box: HTMLDivElement | null): void {
  if (!box || !event.ctrlKey || event.altKey || event.metaKey) return;
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!by) return;
  event.preventDefault();
  box.scrollBy(by[0]! * 80, by[1]! * 80);
}

/** Zooms by Ctrl and the wheel, and keeps what is under the pointer there. */
function useZoom(
  box: { readonly current: HTMLDivElement | null },
  scale: number,
  onZoom: ((factor: number) => void) | undefined,
): void {
  const held = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const before = useRef(scale);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !onZoom) return undefined;
    const turn = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      held.current = { x: event.clientX - left, y: event.clientY - top };
      onZoom(Math.exp(-event.deltaY * 0.002));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [onZoom]);
  useLayoutEffect(() => {
    const element = box.current;
    const ratio = scale / before.current;
    before.current = scale;
    if (!element || ratio === 1) return;
    const at = held.current ?? { x: element.clientWidth / 2, y: element.clientHeight / 2 };
    held.current = undefined;
    const { scrollLeft, scrollTop } = element;
    element.scrollLeft = (scrollLeft + at.x) * ratio - at.x;
    element.scrollTop = (scrollTop + at.y) * ratio - at.y;
  }, [scale]);
}

interface Drag {
  readonly down: (event: PointerEvent) => void;
  readonly move: (event: PointerEvent) => void;
  readonly up: () => void;
  /** Whether the click that follows was the end of a drag. */
  readonly dragged: () => boolean;
}

/** Drags the paper under the pointer. */
function useDrag(box: { readonly current: HTMLDivElement | null }): Drag {
  const from = useRef<{ readonly x: number; readonly y: number; moved: boolean } | undefined>(undefined);
  const ended = useRef(false);
  return useMemo(
    () => ({
      down: (event) => {
        ended.current = false;
        if (event.button === 0 && event.pointerType === 'mouse')
          from.current = { x: event.clientX, y: event.clientY, moved: false };
      },
      move: (event) => {
        const start = from.current;
        const element = box.current;
        if (!start || !element) return;
        const dx = event.clientX - start.x;
        const dy = event.clientY - start.y;
        if (!start.moved && Math.hypot(dx, dy) < slack) return;
        if (!start.moved) element.setPointerCapture(event.pointerId);
        element.classList.add('is-dragged');
        element.scrollBy(-dx, -dy);
        from.current = { x: event.clientX, y: event.clientY, moved: true };
      },
      up: () => {
        ended.current = from.current?.moved ?? false;
        from.current = undefined;
        box.current?.classList.remove('is-dragged');
      },
      dragged: () => {
        const was = ended.current;
        ended.current = false;
        return was;
      },
    }),
    [],
  );
}
