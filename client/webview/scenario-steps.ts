import type { Trace } from '../../sim/trace';
import type { StepForm } from '../panel-messages';

/** Where a form stands in a trace: a step of the text, or before the first, or after the last. */
export interface FormPlace {
  /** The step of the text, from 0; undefined at the start and at the end. */
  readonly step: number | undefined;
  /** Where a new step would come. */
  readonly next: number;
}

/** The step of the text that a step of the trace is of. A driver's statements are part of the step that runs it. */
export function formPlace(trace: Trace, index: number, steps: readonly StepForm[], file: string): FormPlace {
  const found = stepAt(trace, index, steps, file);
  if (found !== undefined) return { step: found, next: found + 1 };
  const last = index > 0 && index === trace.steps.length - 1;
  if (index <= 0 || last) return { step: undefined, next: last ? steps.length : 0 };
  for (let at = index + 1; at < trace.steps.length; at++) {
    const next = stepAt(trace, at, steps, file);
    if (next !== undefined) return { step: next, next: next + 1 };
  }
  return { step: undefined, next: steps.length };
}

function stepAt(trace: Trace, index: number, steps: readonly StepForm[], file: string): number | undefined {
  const place = trace.steps[index]?.place;
  if (place?.file !== file) return undefined;
  const found = steps.findIndex((step) => step.place.line === place.line && step.place.column === place.column);
  return found < 0 ? undefined : found;
}
