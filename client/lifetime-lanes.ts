import type { LifetimesResult } from '../server/protocol';
import type { TrackMark } from './lifetime-icons';
import { mostLanes } from './lifetime-icons';

/** Lays tracks out beside each other: by line (1-based), what each lane shows. Knows no VS Code. */
export function lanesOf(tracks: LifetimesResult['tracks']): ReadonlyMap<number, readonly TrackMark[]> {
  const lines = new Map<number, TrackMark[]>();
  /** The last line of what each lane has so far. */
  const taken: number[] = [];
  for (const track of tracks.toSorted((a, b) => a.line - b.line)) {
    const first = Math.min(...track.segments.map(({ line }) => line));
    const last = Math.max(...track.segments.map(({ endLine }) => endLine));
    const free = taken.findIndex((end) => end < first);
    const lane = free < 0 ? taken.length : free;
    if (lane >= mostLanes) continue;
    taken[lane] = last;
    for (const { line: from, endLine, life } of track.segments)
      for (let line = from; line <= endLine; line++) {
        const marks = lines.get(line) ?? [];
        while (marks.length < lane) marks.push('none');
        marks[lane] = markOf(line, life, track);
        lines.set(line, marks);
      }
  }
  return lines;
}

type Track = LifetimesResult['tracks'][number];

function markOf(line: number, life: Track['segments'][number]['life'], track: Track): TrackMark {
  if (line === track.line) return 'made';
  if (track.ends.includes(line)) return life === 'released' ? 'end' : 'maybe-end';
  return life;
}
