import { expect, test } from 'vitest';
import { exampleScenario } from '../../../client/example-scenario';
import { formPlace } from '../../../client/webview/scenario-steps';
import { Scenarios } from '../../../server/features/scenarios';
import { Workspace } from '../../../server/workspace/workspace';

const file = 'file:///a.iomap';

/** For each step of the trace: the step of the text, and where a new one would come. */
function places(text: string): string[] {
  const scenarios = new Scenarios(new Workspace());
  const simulation = scenarios.simulate(file, text);
  const form = scenarios.form(file, text);
  if (!simulation.ok || !form.ok) throw new Error('it can’t be read');
  const { trace } = simulation.runs[0]!;
  return trace.steps.map((_, index) => {
    const { step, next } = formPlace(trace, index, form.steps, file);
    return `${step ?? '-'}<${next}`;
  });
}

test('each step of a run is edited where it stands in the text', () => {
  expect(places(exampleScenario)).toEqual([
    '-<0',
    ...Array.from({ length: 9 }, (_, step) => `${step}<${step + 1}`),
    '-<9',
  ]);
});

test('a step that is not for the machine has no place in the run', () => {
  const steps = '{ "note": "a" },\n{ "note": "b", "on": "x86_64" },\n{ "note": "c" }';
  expect(places(`{ "title": "T", "machine": "macos-15.4-arm64", "steps": [\n${steps}\n] }`)).toEqual([
    '-<0',
    '0<1',
    '2<3',
    '-<3',
  ]);
});

test('a scenario without steps gets its first one', () => {
  expect(places('{ "title": "T", "steps": [] }')).toEqual(['-<0', '-<0']);
});
