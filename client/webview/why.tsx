import type { JSX } from 'preact';
import type { Step, Trace } from '../../sim/trace';
import { NullCauses } from './null-causes';
import { ending, fileName, withoutDefects } from './words';

interface Props {
  readonly trace: Trace;
  readonly index: number;
  readonly step: Step;
  readonly uri: string;
  readonly onOpen: () => void;
}

/** What the step did, and why. */
export function Why({ trace, index, step, uri, onOpen }: Props): JSX.Element {
  const { place } = step;
  const { outcome } = trace;
  const told = 'reason' in outcome && step.sentence.includes(outcome.reason);
  const end = index === trace.steps.length - 1 && !told ? ending(outcome) : undefined;
  const sentence = withoutDefects(step);
  return (
    <section class="why" aria-label="Current step">
      <p class="what">
        <span class="dim">
          step {index} of {trace.steps.length - 1}
        </span>
        {place && (
          <button type="button" class="link" title="Go to the line (Enter)" onClick={onOpen}>
            {place.file === uri ? '' : `${fileName(place.file)} `}line {place.line}
          </button>
        )}
        <code>{step.label}</code>
      </p>
      <div aria-live="polite">
        {sentence !== '' && <p class="sentence">→ {sentence}</p>}
        {step.defects.map((defect) => (
          <p class="defect" key={defect.message}>
            ◆ {defect.kind !== 'expectation' && <strong>{defect.kind.replaceAll('-', ' ')}</strong>} {defect.message}
          </p>
        ))}
        {end !== undefined && <p class="ending">■ {end}</p>}
      </div>
      {step.nullCauses && <NullCauses causes={step.nullCauses} />}
    </section>
  );
}
