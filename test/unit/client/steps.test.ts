import { expect, test } from 'vitest';
import { followStep, marksOf, nextDefect } from '../../../client/webview/steps';
import { ending, inOrder, withoutDefects } from '../../../client/webview/words';
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

test('a step tells what it did beside its defects, and nothing where they tell it all', () => {
  const defects = [{ kind: 'fault' as const, message: 'A read of 0x10 faults.' }];
  expect(withoutDefects({ sentence: 'A read of 0x10 faults.', defects })).toBe('');
  expect(withoutDefects({ sentence: 'Reads. A read of 0x10 faults.', defects })).toBe('Reads.');
  expect(withoutDefects({ sentence: 'Releases map.', defects: [] })).toBe('Releases map.');
});

test.each<[what: string, now: string, from: number, to: number]>([
  ['a step before it is left out', 'start md map release end', 4, 3],
  ['a step before it is added', 'start md retain unmap map release end', 4, 5],
  ['nothing changes', 'start md unmap map release end', 3, 3],
  ['a step after it is left out', 'start md unmap map end', 2, 2],
  ['it is edited', 'start md unmap mapAnew release end', 3, 3],
  ['all after it is gone', 'start md', 4, 1],
])('after an edit the step is the same one: %s', (_, now, from, to) => {
  const run = (labels: string): typeof steps => labels.split(' ').map((label) => ({ ...steps[0]!, label }));
  expect(followStep(run('start md unmap map release end'), from, run(now))).toBe(to);
});

test('fields stay in the order in which they came up', () => {
  expect(inOrder(['version', 'fDevice'], ['fDevice', 'fTask', 'version'])).toEqual(['version', 'fDevice', 'fTask']);
  expect(inOrder(['version', 'fDevice'], ['fDevice'])).toEqual(['fDevice']);
});
