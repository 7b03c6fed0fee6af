import type { JSX } from 'preact';
import type { Timeline } from '../../sim/timeline';
import { Export } from './export';
import { Find } from './find';

export type ZoomWay = 'in' | 'out' | 'fit';

interface Props {
  readonly timeline: Timeline;
  readonly index: number;
  /** Absent where nothing can be zoomed. */
  readonly zoom: number | undefined;
  readonly onZoom: (way: ZoomWay) => void;
  readonly onMark: (object: string | undefined) => void;
  readonly onStep: (index: number) => void;
}

/** Search, zoom and export. */
export function Tools({ timeline, index, zoom, onZoom, onMark, onStep }: Props): JSX.Element {
  return (
    <>
      <Find timeline={timeline} index={index} onMark={onMark} onStep={onStep} />
      {zoom !== undefined && <Zoom zoom={zoom} onZoom={onZoom} />}
      <Export timeline={timeline} index={index} />
    </>
  );
}

function Zoom({ zoom, onZoom }: { readonly zoom: number; readonly onZoom: (way: ZoomWay) => void }): JSX.Element {
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" class="icon" aria-label="Zoom out" title="Zoom out (−)" onClick={() => onZoom('out')}>
        −
      </button>
      <button type="button" class="text" title="Fit to the panel (0)" onClick={() => onZoom('fit')}>
        {zoom === 1 ? 'Fit' : `${Math.round(zoom * 100)} %`}
      </button>
      <button type="button" class="icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => onZoom('in')}>
        +
      </button>
    </div>
  );
}
