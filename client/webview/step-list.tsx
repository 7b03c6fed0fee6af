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

/** A longer run shows this many steps around the current one. */
const most = 300;

/** All steps in words; the chosen one goes to its line. */
export function StepList({ trace, index, open, onOpen, onStep }: Props): JSX.Element {
  const current = useRef<HTMLLIElement>(null);
  const from = open ? Math.max(0, Math.min(index - (most >> 1), trace.steps.length - most)) : 0;
  const shown = open ? trace.steps.slice(from, from + most) : [];
  const later = trace.steps.length - from - shown.length;
  useEffect(() => current.current?.scrollIntoView({ block: 'nearest' }), [index, open]);
  return (
    <details class="steps" open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary>
        Steps <span class="dim keys">← → step · n p defect · Home End · Enter goes to the line</span>
      </summary>
      {open && from > 0 && <Further label={`${from} earlier steps`} onClick={() => onStep(from - 1)} />}
      <ol start={from}>
        {shown
          .map((step, offset) => ({ step, at: from + offset }))
          .map(({ step, at }) => (
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
      {open && later > 0 && <Further label={`${later} later steps`} onClick={() => onStep(from + most)} />}
    </details>
  );
}

function Further({ label, onClick }: { readonly label: string; readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="text further" onClick={onClick}>
      {label}
    </button>
  );
}
