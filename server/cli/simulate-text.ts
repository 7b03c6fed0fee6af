import { machineText, tellingStep } from '../../sim/picture/layout';
import { struckText } from '../../sim/null-causes';
import { stateTable, tableText } from '../../sim/table';
import { Timeline } from '../../sim/timeline';
import type { Outcome, Step, Trace } from '../../sim/trace';
import type { Paint, Terminal } from './terminal';
import { paint, plural, wrapWords } from './terminal';

/** A run for people: what was assumed, the steps, the mappings of each task after one or two of them, and how it ended. */
export function simulationText(trace: Trace, step: number | undefined, terminal: Terminal): void {
  const brush = paint(terminal.color);
  const timeline = new Timeline(trace);
  const shown = step === undefined ? tellingSteps(timeline) : [step];
  const blocks = [
    [`${brush.bold(trace.title)} on ${machineText(trace)}`],
    assumptions(trace, brush),
    steps(trace, terminal.columns, brush),
    ...shown.map((each) => mappings(timeline, each, brush)),
    ending(trace, brush),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  terminal.out(`${text.join('\n\n')}\n`);
}

/** The step that tells most, and the last where that differs from it in more than what is new. */
function tellingSteps(timeline: Timeline): readonly number[] {
  const last = timeline.length - 1;
  const telling = tellingStep(timeline.trace);
  const table = (step: number): string => tableText(stateTable(timeline.stateAt(step)));
  return table(telling) === table(last) ? [last] : [telling, last];
}

function assumptions(trace: Trace, brush: Paint): readonly string[] {
  if (trace.assumptions.length === 0) return [];
  const width = Math.max(...trace.assumptions.map((assumption) => assumption.what.length));
  return [
    brush.bold('Assumed, as nothing in the code says it'),
    ...trace.assumptions.map(({ what, value }) => `  ${what.padEnd(width)} = ${value}`),
  ];
}

function steps(trace: Trace, columns: number, brush: Paint): readonly string[] {
  const places = trace.steps.map(({ place }) => (place ? `${place.file.split('/').at(-1)!}:${place.line}` : ''));
  const width = Math.max(...places.map((place) => place.length), 0);
  const indent = ' '.repeat(width + 8);
  const lines = trace.steps.flatMap((step, index) => [
    `${String(index).padStart(4)}  ${brush.dim(places[index]!.padEnd(width))}  ${brush.cyan(step.label)}`,
    ...wrapWords(sentenceOf(step), Math.max(columns - indent.length, 40)).map((line) => indent + line),
    ...wrapWords(whyNull(step), Math.max(columns - indent.length, 40)).map((line) => indent + brush.dim(line)),
    ...step.defects.map((defect) => `${indent}${brush.red(`! ${defect.kind}:`)} ${defect.message}`),
  ]);
  return [brush.bold('Steps'), ...lines];
}

/** "(reason 5 of 17, beyond the descriptor; others ruled out: …)"; empty where the step is no mapping call that gave NULL. */
function whyNull({ nullCauses = [] }: Step): string {
  if (nullCauses.length === 0) return '';
  const excluded = nullCauses
    .filter(({ verdict }) => verdict === 'excluded')
    .map(({ name, why }) => `${name} (${why})`);
  const later = nullCauses.filter(({ verdict }) => verdict === 'not-reached').map(({ name }) => name);
  const parts = [
    struckText(nullCauses),
    ...(excluded.length > 0 ? [`others ruled out: ${excluded.join(', ')}`] : []),
    ...(later.length > 0 ? [`not come to: ${later.join(', ')}`] : []),
  ];
  return `(${parts.join('; ')})`;
}

/** The step's sentence without the messages of its defects, which stand below it. */
function sentenceOf(step: Step): string {
  return step.defects.reduce((text, { message }) => text.replace(message, '').trim(), step.sentence);
}

function mappings(timeline: Timeline, step: number, brush: Paint): readonly string[] {
  const last = timeline.length - 1;
  const before = step > 0 ? timeline.stateAt(step - 1) : undefined;
  const rows = stateTable(timeline.stateAt(step), before);
  return [
    brush.bold(step === last ? 'Mappings at the end' : `Mappings after step ${step}`),
    ...tableText(rows)
      .split('\n')
      .map((line, index) => `  ${rows.length > 0 && index === 0 ? brush.dim(line) : line}`),
  ];
}

function ending(trace: Trace, brush: Paint): readonly string[] {
  const defects = trace.steps.flatMap((step, index) => step.defects.map(({ kind }) => `${kind} at step ${index}`));
  return [
    `${brush.bold('Outcome')}: ${outcomeText(trace.outcome)}`,
    defects.length === 0
      ? brush.green('No defects.')
      : `${brush.red(plural(defects.length, 'defect'))}: ${defects.join(', ')}`,
  ];
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'returned':
      return outcome.value === '' || outcome.value === 'void' ? 'returned' : `returned ${outcome.value}`;
    case 'panic':
      return `kernel panic: ${outcome.reason}`;
    case 'fault':
      return `fault: ${outcome.reason}`;
    case 'undefined':
      return `undefined behaviour: ${outcome.reason}`;
    case 'not-modelled':
      return `ended at something that is not modelled: ${outcome.what}`;
    case 'budget':
      return `ended by its budget: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
