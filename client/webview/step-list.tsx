import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Trace } from '../../sim/trace';

interface Props {
  readonly trace: Trace;
  readonly index: number;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onStep: (index: number) => void;
}

/** All steps in words; the chosen one goes to its line. */
export function StepList({ trace, index, open, onOpen, onStep }: Props): JSX.Element {
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: 'nearest' }), [index, open]);
  return (
    <details class="steps" open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary>
        Steps <span class="dim keys">← → step · Shift ← → defect · Home End · Enter goes to the line</span>
      </summary>
      <ol start={0}>
        {trace.steps.map((step, at) => (
          <li key={at} ref={at === index ? current : null} class={step.defects.length > 0 ? 'has-defect' : ''}>
            <button type="button" aria-current={at === index ? 'step' : undefined} onClick={() => onStep(at)}>
              <span class="number">{at}</span>
              <span class="line">{step.place ? `:${step.place.line}` : ''}</span>
              <code>{step.label}</code>
              <span class="dim told">{step.defects[0] ? `◆ ${step.defects[0].message}` : step.sentence}</span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
