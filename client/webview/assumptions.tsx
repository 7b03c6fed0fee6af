import { useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Trace } from '../../sim/trace';
import { host } from './page-host';
import { inOrder } from './words';

interface Props {
  readonly trace: Trace;
  readonly values: Readonly<Record<string, string>>;
}

/** The values that the run assumed; each can be given instead. */
export function Assumptions({ trace, values }: Props): JSX.Element {
  const assumed = new Map(trace.assumptions.map(({ what, value }) => [what, value]));
  // A value that is given is assumed no more; its field stays where it is.
  const order = useRef<readonly string[]>([]);
  order.current = inOrder(order.current, [...new Set([...assumed.keys(), ...Object.keys(values)])]);
  return (
    <section class="assumptions" aria-label="Assumed values">
      <p class="dim">
        Nothing in the code gives these values. Type another to see its run; an empty field goes back to the assumed
        one.
      </p>
      <ul>
        {order.current.map((name, at) => (
          <li key={name}>
            <label for={`assumed-${at}`}>{name}</label>
            <input
              id={`assumed-${at}`}
              value={values[name] ?? ''}
              placeholder={assumed.get(name) ?? ''}
              spellcheck={false}
              onChange={(event) => host.postMessage({ type: 'value', name, value: event.currentTarget.value })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
