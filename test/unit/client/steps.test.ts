import { expect, test } from 'vitest';
import { marksOf, nextDefect } from '../../../client/webview/steps';
import { ending } from '../../../client/webview/words';
import { Timeline } from '../../../sim/timeline';
import { frameGrabber } from '../sim/example';

const timeline = new Timeline(frameGrabber());
const { steps } = timeline.trace;

test('marks say what a step made, changed and took away', () => {
  const names = (step: number): string[] => {
    const state = timeline.stateAt(step);
    const known = new Map([...state.maps, ...state.descriptors].map((one) => [one.id, one.name]));
    return [...marksOf(timeline, step)].flatMap(([id, mark]) => (known.has(id) ? [`${known.get(id)} ${mark}`] : []));
  };
  const shared = steps.findIndex((step) => step.label.startsWith('hdr ='));
  expect(names(shared)).toContain('hdr new');
  expect(names(shared)).toContain('umap changed');
  expect(names(shared)).not.toContain('kmap changed');
});

test('moving between defects does not wrap', () => {
  const defect = steps.findIndex((step) => step.defects.length > 0);
  expect(nextDefect(steps, -1, 1)).toBe(defect);
  expect(nextDefect(steps, defect, 1)).toBeUndefined();
  expect(nextDefect(steps, steps.length, -1)).toBe(defect);
});

test('only a run that did not return has an ending to tell', () => {
  expect(ending({ kind: 'returned', value: '0' })).toBeUndefined();
  expect(ending({ kind: 'not-modelled', what: 'IODMACommand' })).toContain('IODMACommand');
});
