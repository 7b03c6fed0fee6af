import type { ComponentChildren, JSX } from 'preact';
import type { Trace } from '../../sim/trace';
import type { StepMove } from '../panel-messages';

interface Props {
  readonly trace: Trace;
  readonly index: number;
  readonly onStep: (index: number) => void;
  readonly onMove: (move: StepMove) => void;
  /** Stands at the end of the row. */
  readonly children: ComponentChildren;
}

/** More ticks than this are one line. */
const mostTicks = 300;

function ticks(steps: readonly number[], from: number, to: number): string {
  return steps.map((at) => `M${at} ${from}V${to}`).join('');
}

/** The slider over the steps, with a mark at each defect. */
export function Stepper({ trace, index, onStep, onMove, children }: Props): JSX.Element {
  const last = trace.steps.length - 1;
  const step = trace.steps[index];
  const defects = trace.steps.flatMap((one, at) => (one.defects.length > 0 ? [at] : []));
  return (
    <section class="stepper" aria-label="Steps of the run">
      <button
        type="button"
        class="icon"
        aria-label="Previous step"
        title="Previous step (←)"
        disabled={index === 0}
        onClick={() => onMove('previous')}
      >
        ◀
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Next step"
        title="Next step (→)"
        disabled={index === last}
        onClick={() => onMove('next')}
      >
        ▶
      </button>
      <div class="track">
        <input
          type="range"
          min={0}
          max={last}
          step={1}
          value={index}
          aria-label="Step"
          aria-valuetext={`Step ${index} of ${last}: ${step?.label ?? ''}. ${step?.sentence ?? ''}`}
          onInput={(event) => onStep(Number(event.currentTarget.value))}
        />
        {last > 0 && (
          <svg class="ticks" aria-hidden="true" preserveAspectRatio="none" viewBox={`0 0 ${last} 1`}>
            {last <= mostTicks && (
              <path
                d={ticks(
                  trace.steps.map((_, at) => at),
                  0.35,
                  0.65,
                )}
                class="tick-mark"
              />
            )}
            <path d={ticks(defects, 0, 1)} class="tick-defect" />
          </svg>
        )}
      </div>
      {defects.length > 0 && (
        <button
          type="button"
          class="text"
          title="Next defect (n)"
          onClick={() => onMove('next-defect')}
          disabled={index >= (defects.at(-1) ?? 0)}
        >
          Next ◆
        </button>
      )}
      {children}
    </section>
  );
}
