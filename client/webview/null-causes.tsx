import type { JSX } from 'preact';
import { struckText } from '../../sim/null-causes';
import type { NullCause } from '../../sim/trace';

const verdicts: Readonly<Record<NullCause['verdict'], { readonly mark: string; readonly word: string }>> = {
  struck: { mark: '◆', word: 'this one' },
  excluded: { mark: '✕', word: 'ruled out' },
  'not-reached': { mark: '·', word: 'not come to' },
};

/** Why a mapping call gave NULL in this run: the kernel's reasons in its order, the one that struck marked. */
export function NullCauses({ causes }: { readonly causes: readonly NullCause[] }): JSX.Element {
  return (
    <details class="null-causes">
      <summary>Why NULL? It was {struckText(causes)}</summary>
      <ol tabIndex={0} aria-label="The kernel’s reasons for NULL, in its order">
        {causes.map(({ reason, name, verdict, why }) => (
          <li key={reason} class={verdict}>
            <span class="mark" aria-hidden="true">
              {verdicts[verdict].mark}
            </span>{' '}
            <strong>{name}</strong> <span class="verdict">{verdicts[verdict].word}</span>
            {verdict === 'excluded' && <span class="dim">: {why}</span>}
          </li>
        ))}
      </ol>
    </details>
  );
}
