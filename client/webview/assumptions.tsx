import type { JSX } from 'preact';
import type { Trace } from '../../sim/trace';
import { host } from './page-host';

interface Props {
  readonly trace: Trace;
  readonly values: Readonly<Record<string, string>>;
}

/** The values that the run assumed; each can be given instead. */
export function Assumptions({ trace, values }: Props): JSX.Element {
  const given = Object.entries(values).filter(([name]) => !trace.assumptions.some(({ what }) => what === name));
  const rows = [...trace.assumptions.map(({ what, value }) => [what, value] as const), ...given];
  return (
    <section class="assumptions" aria-label="Assumed values">
      <p class="dim">
        Nothing in the code gives these values. Type another to see its run; an empty field goes back to the assumed
        one.
      </p>
      <ul>
        {rows.map(([name, value], at) => (
          <li key={name}>
            <label for={`assumed-${at}`}>{name}</label>
            <input
              id={`assumed-${at}`}
              value={values[name] ?? ''}
              placeholder={value}
              spellcheck={false}
              onChange={(event) => host.postMessage({ type: 'value', name, value: event.currentTarget.value })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
