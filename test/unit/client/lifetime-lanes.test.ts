import { expect, test } from 'vitest';
import { mostLanes, trackIcon } from '../../../client/lifetime-icons';
import type { TrackMark } from '../../../client/lifetime-icons';
import { lanesOf } from '../../../client/lifetime-lanes';

const track = (line: number, endLine: number, ends: readonly number[] = []) => ({
  name: 'map',
  line,
  segments: [{ line, endLine, life: 'live' as const }],
  ends,
});

test('a track begins with a dot and ends with a bar; a line shows what is known on it', () => {
  const segments = [
    { line: 3, endLine: 4, life: 'maybe' as const },
    { line: 6, endLine: 6, life: 'live' as const },
    { line: 7, endLine: 8, life: 'released' as const },
  ];
  expect([...lanesOf([{ name: 'map', line: 3, segments, ends: [4, 7] }])]).toEqual([
    [3, ['made']],
    [4, ['maybe-end']],
    [6, ['live']],
    [7, ['end']],
    [8, ['released']],
  ]);
});

test('tracks that overlap lie side by side, and a lane is used again', () => {
  const lanes = lanesOf([track(1, 4), track(2, 3), track(5, 6)]);
  expect(lanes.get(1)).toEqual(['made']);
  expect(lanes.get(2)).toEqual(['live', 'made']);
  expect(lanes.get(5)).toEqual(['made']);
});

test('there are no more lanes than have room', () => {
  const lanes = lanesOf([1, 2, 3, 4, 5].map((line) => track(line, 9)));
  expect(Math.max(...[...lanes.values()].map(({ length }) => length))).toBe(mostLanes);
});

test('each mark has a shape of its own, whatever its colour', () => {
  const marks: TrackMark[] = ['made', 'live', 'maybe', 'end', 'maybe-end', 'released', 'none'];
  const shapes = marks.map((mark) => decodeURIComponent(trackIcon([mark], 'dark')).replaceAll(/#[0-9a-f]{6}/g, ''));
  expect(new Set(shapes).size).toBe(marks.length);
  expect(trackIcon(['live'], 'light')).not.toBe(trackIcon(['live'], 'dark'));
});
