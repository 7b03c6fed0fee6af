import type { Timeline } from '../../sim/timeline';
import type { Defect, Step, Trace } from '../../sim/trace';

/** What a step did to an object, in a word. */
export type Mark = 'new' | 'changed' | 'gone';

/** Object id → what the step at `index` did to it. */
export function marksOf(timeline: Timeline, index: number): ReadonlyMap<string, Mark> {
  const before = timeline.stateAt(index - 1);
  const known = new Set(
    [...before.descriptors, ...before.maps, ...before.entries, ...before.tasks].map((one) => one.id),
  );
  const marks = new Map<string, Mark>();
  for (const change of timeline.trace.steps[index]?.changes ?? [])
    marks.set(change.id, change.value === null ? 'gone' : known.has(change.id) ? 'changed' : 'new');
  return marks;
}

/** The next step after `from` in a direction that has a defect, or undefined. */
export function nextDefect(steps: readonly Step[], from: number, direction: 1 | -1): number | undefined {
  for (let index = from + direction; index >= 0 && index < steps.length; index += direction)
    if ((steps[index]?.defects.length ?? 0) > 0) return index;
  return undefined;
}

export function defectsOf(trace: Trace): readonly Defect[] {
  return trace.steps.flatMap((step) => step.defects);
}

/**
 * Where a step of one run is in the run after an edit: what was added or left out before it moves it. A step that was itself
 * edited keeps its number.
 */
export function followStep(before: readonly Step[], index: number, now: readonly Step[]): number {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && before[start]?.label === now[start]?.label) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end)?.label === now.at(-1 - end)?.label) end++;
  const moved = index >= start && index >= before.length - end;
  return Math.min(moved ? index + now.length - before.length : index, now.length - 1);
}
