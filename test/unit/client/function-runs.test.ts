import { expect, test } from 'vitest';
import { FunctionRuns } from '../../../client/function-runs';
import type { PanelContent } from '../../../client/panel-subject';
import type { EntryPointItem, ReplayAnswer, SimulationResult } from '../../../server/protocol';
import { frameGrabber } from '../sim/example';

const at = { line: 3, column: 1, endLine: 3, endColumn: 9 };
const entry: EntryPointItem = { uri: 'file:///Ring.cpp', function: 'Ring::start', mappings: 1, lastLine: 20, ...at };
const finding = { rule: 'leaked-reference', line: 9, column: 5 };
const trace = frameGrabber(undefined);

function runs(answer: ReplayAnswer): FunctionRuns {
  const server = {
    entryPoints: () => Promise.resolve([entry]),
    simulate: (): Promise<SimulationResult> => Promise.resolve({ ok: true, trace: { ...trace, title: 'a run' } }),
    replay: () => Promise.resolve(answer),
  };
  return new FunctionRuns(entry.uri, server, undefined);
}
const shown = async (subject: FunctionRuns): Promise<PanelContent> => {
  const content = (await subject.ask())();
  if (!content) throw new Error('the answer is of something else');
  return content;
};

test('a replay is shown at the step that shows the finding, once, and stays until another function is chosen', async () => {
  const answer: ReplayAnswer = {
    found: true,
    function: 'Ring::stop',
    verdict: 'confirmed',
    reason: '',
    trace,
    step: 4,
  };
  const subject = runs(answer);
  subject.replay(finding);
  const head = { rule: 'leaked-reference', verdict: 'confirmed', reason: '' };
  expect(await shown(subject)).toMatchObject({ function: 'Ring::stop', trace, replay: head, step: 4 });
  const again = await shown(subject);
  expect(again).toMatchObject({ replay: head });
  expect(again.step).toBeUndefined();
  subject.take({ type: 'choose', choice: 'Ring::start' });
  const run = await shown(subject);
  expect(run.trace?.title).toBe('a run');
  expect(run.replay).toBeUndefined();
});

test('of a finding that is gone the last replay stays, and says that it is old', async () => {
  const answers: ReplayAnswer[] = [
    { found: true, function: 'Ring::stop', verdict: 'not-replayable', reason: 'why', trace, step: 1 },
    { found: false },
  ];
  const subject = new FunctionRuns(
    entry.uri,
    {
      entryPoints: () => Promise.resolve([]),
      simulate: () => Promise.reject(new Error('not asked')),
      replay: () => Promise.resolve(answers.shift()!),
    },
    undefined,
  );
  subject.replay(finding);
  expect(await shown(subject)).toMatchObject({ replay: { verdict: 'not-replayable', reason: 'why' } });
  expect(await shown(subject)).toMatchObject({ trace, stale: 'The finding of leaked-reference is not there any more' });
});

test('of a finding without a run, why', async () => {
  const subject = runs({
    found: true,
    function: 'Ring::stop',
    verdict: 'not-replayable',
    reason: 'it has no path',
    step: 0,
  });
  subject.replay(finding);
  const { problem, trace: none } = await shown(subject);
  expect(none).toBeUndefined();
  expect(problem?.hint).toContain('it has no path');
});

test('what is chosen while a replay is asked for is shown, whenever the replay answers', async () => {
  const subject = runs({ found: true, function: 'Ring::stop', verdict: 'confirmed', reason: '', trace, step: 4 });
  subject.replay(finding);
  const late = await subject.ask();
  subject.take({ type: 'choose', choice: 'Ring::start' });
  expect(late()).toBeUndefined();
  expect(await shown(subject)).toMatchObject({ function: 'Ring::start', trace: { title: 'a run' } });
});

test('an answer for one function is never shown as another one’s', async () => {
  const other = { ...entry, function: 'Ring::stop' };
  const subject = new FunctionRuns(
    entry.uri,
    {
      entryPoints: () => Promise.resolve([entry, other]),
      simulate: ({ function: name }) => Promise.resolve({ ok: true, trace: { ...trace, title: name } }),
      replay: () => Promise.reject(new Error('not asked')),
    },
    'Ring::start',
  );
  const late = await subject.ask();
  subject.take({ type: 'choose', choice: 'Ring::stop' });
  expect(late()).toBeUndefined();
  expect(await shown(subject)).toMatchObject({ function: 'Ring::stop', trace: { title: 'Ring::stop' } });
});

test('a replay that is asked for during a run is still shown at its step', async () => {
  const subject = runs({ found: true, function: 'Ring::stop', verdict: 'confirmed', reason: '', trace, step: 4 });
  const late = await subject.ask();
  subject.replay(finding);
  expect(late()).toBeUndefined();
  expect(await shown(subject)).toMatchObject({ function: 'Ring::stop', step: 4 });
});
