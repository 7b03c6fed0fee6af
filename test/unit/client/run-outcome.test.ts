import { expect, test } from 'vitest';
import { outcomeLine, outcomeOf } from '../../../client/run-outcome';
import type { RunOutcome } from '../../../client/run-outcome';
import type { Outcome } from '../../../sim/trace';
import { frameGrabber } from '../sim/example';

test('a run’s maps are counted once each, and those that are still held', () => {
  const outcome = outcomeOf(frameGrabber());
  expect(outcome.defects.map((defect) => defect.kind)).toEqual(['leak']);
  // fRegs, kmap, umap, hdr, rw; hdr is leaked, umap lives on as its super map without an owner, fRegs is kept.
  expect(outcomeLine(outcome)).toBe('1 defect · 5 mappings · 2 held at the end');
});

test.each<[Outcome, Partial<RunOutcome>]>([
  [{ kind: 'returned', value: '0' }, {}],
  [{ kind: 'not-modelled', what: 'IODMACommand' }, { notModelled: 'IODMACommand' }],
  [{ kind: 'panic', reason: 'not wired' }, { stopped: 'panic: not wired' }],
  [{ kind: 'fault', reason: 'nothing mapped' }, { stopped: 'fault: nothing mapped' }],
  [{ kind: 'undefined', reason: 'reads x' }, { stopped: 'undefined behaviour: reads x' }],
  [{ kind: 'budget', reason: '100000 steps' }, { stopped: '100000 steps' }],
])('an end is told: %o', (end, told) => {
  const { stopped, notModelled } = outcomeOf({ ...frameGrabber(), outcome: end });
  expect({ stopped, notModelled }).toEqual({ stopped: undefined, notModelled: undefined, ...told });
});

test.each<[RunOutcome, string]>([
  [{ made: 0, held: 0, defects: [] }, 'no mapping'],
  [{ made: 1, held: 0, defects: [] }, '1 mapping · none held at the end'],
  [{ made: 2, held: 1, defects: [], notModelled: 'X' }, '2 mappings · 1 held at the end · not modelled: X'],
])('%o reads well', (outcome, line) => {
  expect(outcomeLine(outcome)).toBe(line);
});
