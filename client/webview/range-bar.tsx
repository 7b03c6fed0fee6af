import { useRef, useState } from 'preact/hooks';
import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { sizeText } from '../../sim/text';
import { bytesOf, rewritten } from './page-numbers';

interface Props {
  /** The descriptor that the range is of, and how long it is. */
  readonly of: string;
  readonly whole: bigint;
  readonly pageSize: number;
  readonly offset: string;
  readonly length: string;
  readonly disabled: boolean;
  readonly onChange: (member: 'offset' | 'length', value: string) => void;
}

type Handle = 'offset' | 'length';

const ways: ReadonlyMap<string, bigint> = new Map([
  ['ArrowRight', 1n],
  ['ArrowUp', 1n],
  ['ArrowLeft', -1n],
  ['ArrowDown', -1n],
]);

/** A part of a descriptor's memory as a bar, with a handle at each end to drag or to move by keys. */
export function RangeBar({ of, whole, pageSize, offset, length, disabled, onChange }: Props): JSX.Element | null {
  const track = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<{ readonly handle: Handle; readonly bytes: bigint }>();
  const timer = useRef<number | undefined>(undefined);
  const from = bytesOf(offset === '' ? '0' : offset, pageSize);
  const given = bytesOf(length === '' ? '0' : length, pageSize);
  if (from === undefined || given === undefined || whole <= 0n) return null;
  const page = BigInt(pageSize);
  const start = draft?.handle === 'offset' ? draft.bytes : from;
  const size = draft?.handle === 'length' ? draft.bytes : given === 0n ? whole - from : given;
  const limit = (handle: Handle, bytes: bigint): bigint => {
    const [low, high] = handle === 'offset' ? [0n, whole - page] : [page, whole - start];
    return bytes < low ? low : bytes > high ? (high < low ? low : high) : bytes;
  };
  const commit = (handle: Handle, bytes: bigint): void => {
    window.clearTimeout(timer.current);
    setDraft(undefined);
    const now = handle === 'offset' ? from : given === 0n ? whole - from : given;
    if (bytes !== now) onChange(handle, rewritten(handle === 'offset' ? offset : length, bytes, pageSize));
  };
  const bytesAt = (clientX: number): bigint => {
    const box = track.current!.getBoundingClientRect();
    const part = Math.min(Math.max((clientX - box.left) / box.width, 0), 1);
    return BigInt(Math.round((part * Number(whole)) / pageSize)) * page;
  };
  const drag = (handle: Handle) => ({
    onPointerDown: (event: TargetedPointerEvent<HTMLDivElement>) => {
      if (disabled) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDraft({ handle, bytes: handle === 'offset' ? start : size });
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLDivElement>) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const at = bytesAt(event.clientX);
      setDraft({ handle, bytes: limit(handle, handle === 'offset' ? at : at - start) });
    },
    onPointerUp: () => draft && commit(handle, draft.bytes),
    onPointerCancel: () => setDraft(undefined),
    onBlur: () => draft && commit(handle, draft.bytes),
    onKeyDown: (event: TargetedKeyboardEvent<HTMLDivElement>) => {
      const way = ways.get(event.key);
      const now = handle === 'offset' ? start : size;
      const to =
        way !== undefined
          ? now + way * page * (event.shiftKey ? 16n : 1n)
          : event.key === 'Home'
            ? 0n
            : event.key === 'End'
              ? whole
              : undefined;
      if (to === undefined || disabled) return;
      // The page's own arrow keys go from step to step.
      event.preventDefault();
      event.stopPropagation();
      const bytes = limit(handle, to);
      setDraft({ handle, bytes });
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => commit(handle, bytes), settle);
    },
  });
  const end = start + size;
  const percent = (bytes: bigint): number => Math.min(Number((bytes * 10000n) / whole) / 100, 100);
  const handle = (which: Handle, bytes: bigint, at: bigint): JSX.Element => (
    <div
      class={`handle ${which}`}
      role="slider"
      tabIndex={disabled ? -1 : 0}
      aria-label={which === 'offset' ? 'Offset' : 'Length'}
      aria-disabled={disabled}
      aria-valuemin={0}
      aria-valuemax={Number(whole / page)}
      aria-valuenow={Number(bytes / page)}
      aria-valuetext={sizeText(bytes)}
      title={`${which}: drag, or ← → by a page, with Shift by 16`}
      style={{ left: `${percent(at)}%` }}
      {...drag(which)}
    />
  );
  return (
    <div class="range">
      <div class="range-track" ref={track}>
        <div class="range-part" style={{ left: `${percent(start)}%`, width: `${percent(size)}%` }} />
        {handle('offset', start, start)}
        {handle('length', size, end)}
      </div>
      <p class="about">
        {sizeText(size)} from {sizeText(start)} on, of the {sizeText(whole)} of <code>{of}</code>
        {end > whole ? ' — beyond its end' : ''}
      </p>
    </div>
  );
}

/** As in the text fields: keys that follow each other are one edit. */
const settle = 350;
