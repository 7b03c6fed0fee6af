import { expect, test } from 'vitest';
import { Timeline } from '../../../sim/timeline';
import { frameGrabber } from './example';

test('the example run shares, refuses, releases and leaks', () => {
  const trace = frameGrabber();
  expect(trace.steps.map((step) => step.kind)).toEqual([
    'start',
    'create',
    'map',
    'map',
    'map',
    'submap',
    'null',
    'map',
    'release',
    'free',
    'free',
    'end',
  ]);
  const last = trace.steps.at(-1)!;
  expect(last.defects.map((defect) => defect.kind)).toEqual(['leak']);
  const state = new Timeline(trace).stateAt(trace.steps.length - 1);
  expect(state.maps.filter((map) => map.leaked).map((map) => map.name)).toEqual(['hdr']);
  expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
});
