import type { Change, Defect, State, Step, Trace } from '../../sim/trace';

const none: State = { tasks: [], descriptors: [], maps: [], entries: [] };

/** The state after each step of a trace. */
export function statesOf(trace: Trace): readonly State[] {
  let state = none;
  return trace.steps.map((step) => (state = step.changes.reduce(apply, state)));
}

function apply(state: State, change: Change): State {
  switch (change.of) {
    case 'task':
      return { ...state, tasks: replace(state.tasks, change.id, change.value) };
    case 'descriptor':
      return { ...state, descriptors: replace(state.descriptors, change.id, change.value) };
    case 'map':
      return { ...state, maps: replace(state.maps, change.id, change.value) };
    case 'entry':
      return { ...state, entries: replace(state.entries, change.id, change.value) };
    default: {
      const never: never = change;
      return never;
    }
  }
}

function replace<T extends { readonly id: string }>(all: readonly T[], id: string, value: T | null): readonly T[] {
  if (value === null) return all.filter((one) => one.id !== id);
  return all.some((one) => one.id === id) ? all.map((one) => (one.id === id ? value : one)) : [...all, value];
}

/** What a step did to an object, in a word. */
export type Mark = 'new' | 'changed' | 'gone';

/** Object id → what the step at `index` did to it. */
export function marksOf(trace: Trace, states: readonly State[], index: number): ReadonlyMap<string, Mark> {
  const before = states[index - 1] ?? none;
  const known = new Set(
    [...before.descriptors, ...before.maps, ...before.entries, ...before.tasks].map((one) => one.id),
  );
  const marks = new Map<string, Mark>();
  for (const change of trace.steps[index]?.changes ?? [])
    marks.set(change.id, change.value === null ? 'gone' : known.has(change.id) ? 'changed' : 'new');
  return marks;
}

/** The next step after `from` in a direction that has a defect, or undefined. */
export function nextDefect(steps: readonly Step[], from: number, direction: 1 | -1): number | undefined {
  for (let index = from + direction; index >= 0 && index < steps.length; index += direction)
    if ((steps[index]?.defects.length ?? 0) > 0) return index;
  return undefined;
}

/** Where to begin: at the first defect, else where most is mapped. */
export function firstStep(trace: Trace, states: readonly State[]): number {
  const defect = nextDefect(trace.steps, -1, 1);
  if (defect !== undefined) return defect;
  const mapped = states.map((state) => state.maps.filter((map) => map.mapped).length);
  return Math.max(0, mapped.indexOf(Math.max(...mapped)));
}

export function defectsOf(trace: Trace): readonly Defect[] {
  return trace.steps.flatMap((step) => step.defects);
}
