import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { addPages } from './page-numbers';

interface Common {
  readonly name: string;
  readonly description: string;
  readonly value: string;
  readonly required: boolean;
  readonly disabled: boolean;
  /** Why the last change was refused. */
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

/** Keys may follow each other: one edit, and one undo, for all that come within this time, in milliseconds. */
const settle = 350;

interface TextProps extends Common {
  /** Arrow keys go by pages of so many bytes. */
  readonly pageSize?: number;
}

/** A value as text. Enter or leaving the field makes the edit, Escape takes it back. */
export function TextField(props: TextProps): JSX.Element {
  const { name, value, pageSize, disabled, error, onChange } = props;
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const timer = useRef<number | undefined>(undefined);
  const latest = useRef<string | undefined>(undefined);
  latest.current = draft;
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useEffect(() => setDraft(undefined), [value, name]);
  const commit = (): void => {
    window.clearTimeout(timer.current);
    const wanted = latest.current;
    if (wanted !== undefined && wanted !== value) onChange(wanted);
    else setDraft(undefined);
  };
  const press = (event: KeyboardEvent): void => {
    const typing = draft !== undefined && draft !== value;
    if (event.key === 'Enter') {
      event.preventDefault();
      commit();
    } else if (typing && (event.key === 'Escape' || (event.key === 'z' && (event.ctrlKey || event.metaKey)))) {
      // What was only typed is no edit yet: the document's own undo must not take back the one before.
      event.preventDefault();
      event.stopPropagation();
      window.clearTimeout(timer.current);
      setDraft(undefined);
    } else if (pageSize !== undefined && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      const pages = (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 16 : 1);
      const next = addPages(latest.current ?? value, pages, pageSize);
      latest.current = next;
      setDraft(next);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(commit, settle);
    }
  };
  return (
    <Field {...props} id={id}>
      <input
        id={id}
        type="text"
        spellcheck={false}
        value={draft ?? value}
        disabled={disabled}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-about${error === undefined ? '' : ` ${id}-error`}`}
        title={pageSize === undefined ? undefined : '↑ ↓ one page, with Shift 16 pages'}
        placeholder={value === '' ? 'not given' : ''}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={press}
      />
    </Field>
  );
}

interface ChoiceProps extends Common {
  readonly words: readonly string[];
}

/** One of some words. */
export function ChoiceField(props: ChoiceProps): JSX.Element {
  const { value, words, required, disabled, error, onChange } = props;
  const id = useId();
  const all = value === '' || words.includes(value) ? words : [value, ...words];
  return (
    <Field {...props} id={id}>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-about${error === undefined ? '' : ` ${id}-error`}`}
        onChange={(event) => {
          const wanted = event.currentTarget.value;
          // Until the edit is made the form shows what the text says.
          event.currentTarget.value = value;
          onChange(wanted);
        }}
      >
        {(!required || value === '') && <option value="">not given</option>}
        {all.map((word) => (
          <option key={word} value={word}>
            {word}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** True, or not given. */
export function FlagField({ name, description, value, disabled, error, onChange }: Common): JSX.Element {
  const id = useId();
  return (
    <div class="flag">
      <input
        id={id}
        type="checkbox"
        checked={value === 'true'}
        disabled={disabled}
        aria-describedby={`${id}-about${error === undefined ? '' : ` ${id}-error`}`}
        onClick={(event) => {
          event.preventDefault();
          onChange(value === 'true' ? '' : 'true');
        }}
      />
      <label for={id}>
        <code>{name}</code>
      </label>
      <p class="about" id={`${id}-about`}>
        {description}
      </p>
      <FieldError id={id} error={error} />
    </div>
  );
}

interface FieldProps extends Common {
  readonly id: string;
  readonly children: JSX.Element;
}

function Field({ id, name, description, error, children }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>
        <code>{name}</code>
      </label>
      {children}
      <p class="about" id={`${id}-about`}>
        {description}
      </p>
      <FieldError id={id} error={error} />
    </div>
  );
}

function FieldError({ id, error }: { readonly id: string; readonly error: string | undefined }): JSX.Element | null {
  if (error === undefined) return null;
  return (
    <p class="wrong" role="alert" id={`${id}-error`}>
      Not changed: {error}.
    </p>
  );
}
