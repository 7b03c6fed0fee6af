import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { headHeight, planSpaces } from '../../sim/picture/spaces';
import { planTimeline } from '../../sim/picture/tracks';
import type { Timeline } from '../../sim/timeline';
import { Sheet } from './sheet';

interface Props {
  readonly timeline: Timeline;
  readonly index: number;
  /** 1 fits the panel. */
  readonly zoom: number;
  /** The object that was searched for or chosen. */
  readonly marked: string | undefined;
  readonly onStep: (index: number) => void;
  readonly onMark: (object: string | undefined) => void;
  readonly onZoom: (factor: number) => void;
}

/** Narrower than this, the picture shrinks rather than lays out anew, in pixels. */
const minimumWidth = 640;
/** Smaller than this, text can't be read: then the picture scrolls. */
const minimumScale = 0.7;

/** Every task's address space at one step; below, the timeline of all steps. */
export function Picture({ timeline, index, zoom, marked, onStep, onMark, onZoom }: Props): JSX.Element {
  const view = useRef<HTMLElement>(null);
  const [room, setRoom] = useState(minimumWidth);
  const [under, setUnder] = useState<string>();
  useLayoutEffect(() => {
    const element = view.current;
    if (!element) return undefined;
    const measure = (): void => setRoom(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const width = Math.max(minimumWidth, room);
  const spaces = useMemo(() => planSpaces(timeline, index, { width }), [timeline, index, width]);
  const tracks = useMemo(() => planTimeline(timeline, index, { width }), [timeline, index, width]);
  const strong = [under, marked].filter((one) => one !== undefined).join(' ');
  const plan = useMemo(
    () => ({ ...spaces, draw: (window: Parameters<typeof spaces.draw>[0]) => spaces.draw(window, strong.split(' ')) }),
    [spaces, strong],
  );
  const markedPlace = useMemo(() => (marked === undefined ? undefined : spaces.find(marked)), [spaces, marked]);
  const current = useMemo(() => spaces.current, [spaces]);
  const fit = (wide: number): number => Math.max(minimumScale, Math.min(1, room / wide));
  const point = useCallback((object: string | undefined) => setUnder(object), []);
  return (
    <section class="view picture" id="view" role="tabpanel" aria-labelledby="tab-picture" ref={view}>
      <div class="sheet-frame">
        <Sheet
          class="spaces"
          label="Address spaces"
          plan={plan}
          headHeight={headHeight}
          scale={fit(spaces.width) * zoom}
          show={current}
          showAt={`${timeline.trace.title} ${index} ${timeline.length}`}
          marked={markedPlace}
          markedAt={marked}
          onStep={onStep}
          onPoint={point}
          onMark={onMark}
          onZoom={onZoom}
        />
      </div>
      <div class="sheet-frame">
        <Sheet
          class="tracks"
          label="Timeline"
          plan={tracks}
          headHeight={tracks.headHeight}
          scale={fit(tracks.width)}
          show={undefined}
          showAt=""
          marked={undefined}
          markedAt={undefined}
          onStep={onStep}
          onPoint={point}
          onMark={onMark}
        />
      </div>
    </section>
  );
}
