import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { search } from '../../sim/picture/search';
import type { Timeline } from '../../sim/timeline';

interface Props {
  readonly timeline: Timeline;
  readonly index: number;
  readonly onMark: (object: string | undefined) => void;
  readonly onStep: (index: number) => void;
}

/** Searches an address or a name in the picture; Enter goes to the next of several, Escape ends. */
export function Find({ timeline, index, onMark, onStep }: Props): JSX.Element {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const result = text.trim() ? search(timeline, index, text) : undefined;
  const hits = result?.kind === 'found' ? result.hits : [];
  const hit = hits.length > 0 ? hits[at % hits.length] : undefined;
  useEffect(() => {
    if (text.trim()) onMark(hit?.object);
  }, [text, hit?.object]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const find = (event.key === 'f' || event.key === 'F') && (event.ctrlKey || event.metaKey) && !event.altKey;
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (!find && (event.key !== '/' || typing || event.ctrlKey || event.altKey || event.metaKey)) return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const elsewhere = result?.kind === 'nothing' ? result.step : undefined;
  return (
    <search class="find">
      <input
        ref={input}
        type="text"
        class={result?.kind === 'nothing' ? 'is-bad' : ''}
        value={text}
        placeholder="Address or name ( / )"
        aria-label="Search an address in hexadecimal, or a name"
        aria-describedby="found"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && hits.length > 0)
            setAt((at + (event.shiftKey ? hits.length - 1 : 1)) % hits.length);
          else if (event.key === 'Escape') {
            setText('');
            onMark(undefined);
            event.currentTarget.blur();
          }
        }}
      />
      <span id="found" role="status" class={`found${result?.kind === 'nothing' ? ' bad' : ''}`}>
        {hit && `${hit.what}${hits.length > 1 ? ` · ${(at % hits.length) + 1} of ${hits.length} (Enter)` : ''}`}
        {result?.kind === 'nothing' && result.why}
      </span>
      {elsewhere !== undefined && (
        <button type="button" class="link" onClick={() => onStep(elsewhere)}>
          Go to step {elsewhere}
        </button>
      )}
    </search>
  );
}
