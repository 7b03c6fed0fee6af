import type { Band } from './blocks';

/** The shapes of the bands from a card to a lane, and the room that they find on their way. */

export interface Crossed {
  readonly x: number;
  readonly width: number;
  /** Heights without a block, from top to bottom. */
  readonly free: readonly Band[];
}

const thinnest = 14;
const clear = 2;
/** A gap that is lower lets no band pass. */
const narrowest = 8;

/** A band from a card to a lane; on its way it crosses the lanes before, between their blocks where there is room. */
export function ribbon(x0: number, from: Band, crossed: readonly Crossed[], x1: number, to: Band): string {
  const parts: [number, Band][] = [[x0, from]];
  for (const each of crossed) {
    const height = Math.min(thinnest, to.bottom - to.top);
    const middle = passage(each.free, (to.top + to.bottom) / 2, height);
    const band = { top: middle - height / 2, bottom: middle + height / 2 };
    parts.push([each.x, band], [each.x + each.width, band]);
  }
  parts.push([x1, to]);
  const [start, ...rest] = parts as [[number, Band], ...[number, Band][]];
  let d = `M${n(start[0])} ${n(start[1].top)}`;
  let previous = start;
  for (const next of rest) {
    d += curve(previous[0], previous[1].top, next[0], next[1].top);
    previous = next;
  }
  d += `L${n(previous[0])} ${n(previous[1].bottom)}`;
  for (const next of [start, ...rest].slice(0, -1).reverse()) {
    d += curve(previous[0], previous[1].bottom, next[0], next[1].bottom);
    previous = next;
  }
  return `${d}Z`;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

function curve(xa: number, ya: number, xb: number, yb: number): string {
  const middle = (xa + xb) / 2;
  return `C${n(middle)} ${n(ya)} ${n(middle)} ${n(yb)} ${n(xb)} ${n(yb)}`;
}

/** The height nearest to `wanted` at which a band of `height` meets no block; `wanted` where there is none. */
export function passage(free: readonly Band[], wanted: number, height: number): number {
  let low = 0;
  let high = free.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (free[middle]!.bottom < wanted) low = middle + 1;
    else high = middle;
  }
  let best: number | undefined;
  const distance = (at: number): number => Math.abs(at - wanted);
  const look = (at: number): boolean => {
    const band = free[at];
    if (!band) return false;
    const top = band.top + height / 2 + clear;
    const bottom = band.bottom - height / 2 - clear;
    if (top <= bottom) {
      const here = Math.min(Math.max(wanted, top), bottom);
      if (best === undefined || distance(here) < distance(best)) best = here;
    }
    const nearest = wanted < band.top ? band.top : wanted > band.bottom ? band.bottom : wanted;
    return best === undefined || distance(nearest) < distance(best);
  };
  for (let at = low; look(at);) at++;
  for (let at = low - 1; look(at);) at--;
  return best ?? wanted;
}

/** What lies between bands that are in order, down to a bottom. */
export function freeBetween(taken: readonly Band[], top: number, bottom: number): readonly Band[] {
  const free: Band[] = [];
  let at = top;
  for (const band of taken) {
    if (band.top - at >= narrowest) free.push({ top: at, bottom: band.top });
    at = Math.max(at, band.bottom);
  }
  free.push({ top: at, bottom: Math.max(bottom, at + 1000) });
  return free;
}
