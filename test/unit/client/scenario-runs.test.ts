import { expect, test } from 'vitest';
import { exampleScenario } from '../../../client/example-scenario';
import type { PanelContent } from '../../../client/panel-subject';
import { drawnTrace, scenarioLine, scenarioOutcome, stepAt } from '../../../client/scenario-result';
import { ScenarioRuns } from '../../../client/scenario-runs';
import { Scenarios } from '../../../server/features/scenarios';
import type { ScenarioSimulation } from '../../../server/protocol';
import { Workspace } from '../../../server/workspace/workspace';

const file = 'file:///a.iomap';

function simulate(text: string): ScenarioSimulation {
  return new Scenarios(new Workspace()).simulate(file, text);
}

function scenario(steps: string, more = ''): string {
  return `{ "title": "T", ${more}"tasks": ["app"], "steps": [\n${steps}\n] }`;
}

const buffer =
  '{ "buffer": "ring", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "4P" },';
const map = '{ "map": "m", "of": "ring", "into": "app", "options": "kIOMapAnywhere" },';
const nullRead = '{ "read": "app", "at": 0, "length": 4 },';
const both = '"machine": ["macos-15.4-arm64", "macos-15.4-x86_64"], ';

/** The panel's subject, with what it says for one text after another. */
function typing(): { subject: ScenarioRuns; type: (text: string) => Promise<PanelContent> } {
  let text = '';
  const subject = new ScenarioRuns(() => Promise.resolve(simulate(text)));
  return {
    subject,
    async type(next) {
      text = next;
      return (await subject.ask())();
    },
  };
}

/** Each defect that is drawn, as "step kind message". */
function drawn({ trace }: Pick<PanelContent, 'trace'>): string[] {
  return (trace?.steps ?? []).flatMap(({ defects }, index) =>
    defects.map(({ kind, message }) => `${index} ${kind} ${message}`),
  );
}

test.each<[what: string, steps: string, wanted: string[]]>([
  ['an expectation that holds', '{ "check": "ring", "expect": { "length": "4P" } }', []],
  [
    'an expectation that fails',
    '{ "check": "ring", "expect": { "length": "1P", "wired": 0 } }',
    ['2 expectation Expected length 0x4000, is 0x10000', '2 expectation Expected wired 0, is 1'],
  ],
  ['an outcome that fails', `${map.slice(0, -3)}, "expect": "NULL" },`, ['2 expectation Expected NULL, is new']],
  ['a fault that nothing expects', nullRead, ['2 fault A read of 0x0 in app faults: nothing is mapped there.']],
  ['a fault that is expected', nullRead.replace(' },', ', "expect": "fault" }'), []],
])('%s, drawn', (_, steps, wanted) => {
  const simulation = simulate(scenario(`${buffer}\n${steps}`));
  if (!simulation.ok) throw new Error(simulation.reason);
  expect(simulation.problems).toEqual([]);
  expect(drawn({ trace: drawnTrace(simulation.runs[0]!) })).toEqual(wanted);
});

test('an expected defect stays in its step’s sentence', () => {
  const simulation = simulate(scenario('{ "read": "app", "at": 0, "length": 4, "expect": "fault" }'));
  if (!simulation.ok) throw new Error(simulation.reason);
  expect(drawnTrace(simulation.runs[0]!).steps[1]?.sentence).toContain('faults');
});

test('the caret’s step is the one whose text it stands in', () => {
  const simulation = simulate(scenario(`${buffer}\n${map}\n\n${nullRead}`));
  if (!simulation.ok) throw new Error(simulation.reason);
  const { trace } = simulation.runs[0]!;
  const at = (line: number, column: number): number | undefined => stepAt(trace, 1, { file, line, column });
  expect([at(1, 3), at(2, 1), at(2, 20), at(3, 1), at(4, 1), at(5, 20), at(5, 400)]).toEqual([
    undefined,
    1,
    1,
    2,
    undefined,
    3,
    3,
  ]);
  expect(stepAt(trace, 1, { file: 'file:///b.iomap', line: 2, column: 5 })).toBeUndefined();
});

test('of several steps in a line, the caret chooses the one that it stands in, else the first', () => {
  const simulation = simulate(scenario(`${buffer} ${map}`));
  if (!simulation.ok) throw new Error(simulation.reason);
  const { trace } = simulation.runs[0]!;
  const at = (column: number): number | undefined => stepAt(trace, 0, { file, line: 2, column });
  expect([at(10), at(buffer.length + 10), at(500)]).toEqual([1, 2, 1]);
});

test('where several steps stand at the caret, the current one stays', () => {
  const simulation = simulate(scenario(buffer));
  if (!simulation.ok) throw new Error(simulation.reason);
  const { trace } = simulation.runs[0]!;
  const twice = { ...trace, steps: [...trace.steps, trace.steps[1]!] };
  expect(stepAt(twice, 3, { file, line: 2, column: 5 })).toBe(3);
  expect(stepAt(twice, 0, { file, line: 2, column: 5 })).toBe(1);
});

test('a panel shows a whole scenario, and follows its edits', async () => {
  const { subject, type } = typing();
  const first = await type(scenario(buffer));
  expect(first).toMatchObject({ scenario: { title: 'T', held: 0, machines: [{ failed: 0 }] }, functions: [] });
  expect(first.trace?.steps).toHaveLength(3);
  expect(subject.shown).toBe(first.trace);
  const second = await type(scenario(`${buffer}\n{ "check": "ring", "expect": { "length": "1P" } }`));
  expect(second).toMatchObject({ scenario: { held: 0, machines: [{ name: 'macos-15.4-arm64', failed: 1 }] } });
  expect(second.stale).toBeUndefined();
});

test.each([
  [
    'JSON that breaks off',
    `{ "title": "T", "steps": [ ${buffer.slice(0, -1)}`,
    'line 1: a closing bracket is missing here',
  ],
  ['a name that there is not', scenario(map), 'line 2: there is no "ring" here'],
  ['a machine that there is not', scenario(buffer, '"machine": "amiga", '), 'line 1: '],
  ['something else altogether', '7', 'line 1: a scenario is one object in braces'],
])('%s keeps the last good picture, with the reason and its place', async (_, text, reason) => {
  const { subject, type } = typing();
  const good = await type(scenario(buffer));
  const stale = await type(text);
  expect(stale.trace).toBe(good.trace);
  expect(stale.scenario).toBe(good.scenario);
  expect(stale.stale).toContain(reason);
  expect(stale.place?.line).toBe(subject.place?.line);
  expect(`line ${stale.place?.line}`).toBe(/line \d+/.exec(reason)![0]);
  const again = await type(scenario(buffer));
  expect([again.stale, again.place]).toEqual([undefined, undefined]);
});

test('opened first while it is no JSON, it shows the reason and its place, and no picture', async () => {
  const { type } = typing();
  const content = await type(`{ "title": "T",\n "steps": [ ${buffer.slice(0, -1)}`);
  expect(content).toMatchObject({ place: { line: 2 }, scenario: { title: '' } });
  expect(content.problem?.hint).toMatch(/^Line 2: a closing bracket is missing here/);
  expect(content.trace).toBeUndefined();
});

test('opened first with a step that can’t be run, it shows the others and says so', async () => {
  const { subject, type } = typing();
  const content = await type(scenario(`${buffer}\n{ "map": "m", "of": "rung", "into": "app" }`));
  expect(content).toMatchObject({ note: 'line 3: there is no "rung" here', place: { line: 3 } });
  expect(content.trace).toBeDefined();
  expect(subject.place).toMatchObject({ file, line: 3 });
});

test('what there is, is shown on demand', async () => {
  const { subject, type } = typing();
  await type(scenario(buffer));
  const text = scenario(`${buffer}\n{ "map": "m" }\n{ "check": "ring" }`.replace('}\n{ "check', '},\n{ "check'));
  expect((await type(text)).stale).toBeDefined();
  subject.take({ type: 'again' });
  const content = await type(text);
  expect(content.stale).toBeUndefined();
  expect(content.note).toContain('line 3');
  expect(content.trace?.steps.map(({ label }) => label)).toContain('check ring');
});

test('a panel begins on a machine on which something fails, and stays on the chosen one', async () => {
  const { subject, type } = typing();
  const text = scenario(`${buffer}\n{ "check": "ring", "expect": { "length": "64K" } }`, both);
  const first = await type(text);
  expect(first.function).toBe('macos-15.4-x86_64');
  expect(first.scenario?.machines).toEqual([
    { name: 'macos-15.4-arm64', failed: 0 },
    { name: 'macos-15.4-x86_64', failed: 1 },
  ]);
  subject.take({ type: 'choose', choice: 'macos-15.4-arm64' });
  const second = await type(text);
  expect(second).toMatchObject({ function: 'macos-15.4-arm64', scenario: { held: 1 } });
  expect(second.trace?.machine.arch).toBe('arm64');
});

test('a panel without a server says so, and points nowhere', async () => {
  const { subject, type } = typing();
  await type('{');
  const content = subject.without({ title: 'No answer', hint: 'Restart it.' });
  expect(content).toMatchObject({ problem: { title: 'No answer' } });
  expect(content.place).toBeUndefined();
});

test.each<[text: string, line: string]>([
  [scenario(buffer), 'ran · expects nothing'],
  [scenario(`${buffer}\n{ "check": "ring", "expect": { "length": "4P" } }`), 'held · 1 expectation'],
  [
    scenario(`${buffer}\n{ "check": "ring", "expect": { "length": "4P", "wired": 1 } }`, both),
    'held · 2 expectations on 2 machines',
  ],
  [
    scenario(`${buffer}\n{ "check": "ring", "expect": { "length": "64K", "wired": 1 } }`, both),
    'failed 1 of 2 on macos-15.4-x86_64',
  ],
  [scenario(`${buffer}\n{ "check": "ring", "expect": { "wired": 2 } }`, both), 'failed 1 of 1'],
  [
    scenario(`${buffer}\n{ "check": "ring", "expect": { "wired": 2 } },\n{ "check": "rung" }`),
    'failed 1 of 1 · not read: line 4: there is no "rung" here',
  ],
  ['{ "title": 3', 'not read: line 1: a closing brace is missing here, and 2 more'],
])('%s: %s', (text, line) => {
  expect(scenarioLine(scenarioOutcome(simulate(text)))).toBe(line);
});

test('a new scenario’s example can be read, and what it expects holds on both architectures', () => {
  const simulation = simulate(exampleScenario);
  const outcome = scenarioOutcome(simulation);
  expect(outcome).toMatchObject({ failed: 0, machines: 2 });
  expect(outcome.unread).toBeUndefined();
  expect(outcome.held).toBeGreaterThan(5);
});
