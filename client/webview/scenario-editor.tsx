import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { State, Trace } from '../../sim/trace';
import type { FormState, MemberForm, NameForm, ScenarioFormWords, StepAction, StepForm } from '../panel-messages';
import { ChoiceField, FlagField, TextField } from './form-fields';
import { OptionBoxes } from './option-boxes';
import { host, listen } from './page-host';
import { RangeBar } from './range-bar';
import { formPlace } from './scenario-steps';
import './scenario-editor.css';

interface Props {
  readonly form: FormState;
  readonly trace: Trace;
  readonly state: State;
  readonly index: number;
  readonly uri: string;
}

type Form = Extract<FormState['form'], { readonly ok: true }>;

/** Edits the current step of a scenario. Each change is one edit of the text, made by the host. */
export function ScenarioEditor({ form, trace, state, index, uri }: Props): JSX.Element | null {
  const words = useWords();
  const { send, refusal, forget } = useEdits(form.version);
  const [last, setLast] = useState<Form>();
  useEffect(() => {
    if (form.form.ok) setLast(form.form);
  }, [form]);
  const shown = form.form.ok ? form.form : last;
  const place = useMemo(() => formPlace(trace, index, shown?.steps ?? [], uri), [trace, index, shown, uri]);
  useEffect(forget, [place.step]);
  if (!words || !shown) return null;
  const disabled = !form.form.ok;
  const step = place.step === undefined ? undefined : shown.steps[place.step];
  return (
    <aside class="editor" aria-label="Edit the scenario">
      <h2>
        {step
          ? `Edit step ${place.step! + 1} of ${shown.steps.length}`
          : index === 0
            ? 'Before the first step'
            : 'After the last step'}
      </h2>
      {!form.form.ok && (
        <p class="about" role="status">
          {form.form.reason} Until the text can be read again, it is edited as text only.
        </p>
      )}
      {step && (
        <Actions
          step={place.step!}
          count={shown.steps.length}
          disabled={disabled}
          onAction={(action) => send(action, 'step')}
        />
      )}
      {refusal?.of === 'step' && (
        <p class="wrong" role="alert">
          Not changed: {refusal.reason}.
        </p>
      )}
      {step && (
        <Members
          key={place.step}
          words={words}
          names={shown.names}
          step={step}
          number={place.step!}
          trace={trace}
          state={state}
          disabled={disabled}
          errorOf={(member) => (refusal?.of === member ? refusal.reason : undefined)}
          onAction={send}
        />
      )}
      <AddStep
        words={words}
        at={place.next}
        disabled={disabled}
        error={refusal?.of === 'add' ? refusal.reason : undefined}
        onAdd={(verb) => send({ kind: 'add', step: place.next, verb }, 'add')}
      />
    </aside>
  );
}

/** What may stand in the form; the host tells it once. */
function useWords(): ScenarioFormWords | undefined {
  const [words, setWords] = useState(wordsOfPage);
  useEffect(
    () =>
      listen((message) => {
        if (message.type === 'words') setWords((wordsOfPage = message.words));
      }),
    [],
  );
  return words;
}

let wordsOfPage: ScenarioFormWords | undefined;
listen((message) => {
  if (message.type === 'words') wordsOfPage = message.words;
});

interface Refusal {
  /** The member that was to be changed, "add" or "step". */
  readonly of: string;
  readonly reason: string;
}

interface Edits {
  readonly send: (action: StepAction, of: string) => void;
  readonly refusal: Refusal | undefined;
  readonly forget: () => void;
}

function useEdits(version: number): Edits {
  const [refusal, setRefusal] = useState<Refusal>();
  const asked = useRef(new Map<number, string>());
  const count = useRef(0);
  useEffect(
    () =>
      listen((message) => {
        if (message.type !== 'refused') return;
        const of = asked.current.get(message.id);
        if (of !== undefined) setRefusal({ of, reason: message.reason });
      }),
    [],
  );
  const forget = (): void => setRefusal(undefined);
  useEffect(forget, [version]);
  return {
    send(action, of) {
      const id = ++count.current;
      asked.current.set(id, of);
      setRefusal(undefined);
      host.postMessage({ type: 'edit', id, version, action });
    },
    refusal,
    forget,
  };
}

interface ActionsProps {
  readonly step: number;
  readonly count: number;
  readonly disabled: boolean;
  readonly onAction: (action: StepAction) => void;
}

function Actions({ step, count, disabled, onAction }: ActionsProps): JSX.Element {
  return (
    <div class="actions" role="group" aria-label="The step">
      <button
        type="button"
        class="text"
        disabled={disabled || step === 0}
        onClick={() => onAction({ kind: 'move', step, by: -1 })}
      >
        ↑ Move up
      </button>
      <button
        type="button"
        class="text"
        disabled={disabled || step === count - 1}
        onClick={() => onAction({ kind: 'move', step, by: 1 })}
      >
        ↓ Move down
      </button>
      <button type="button" class="text" disabled={disabled} onClick={() => onAction({ kind: 'remove', step })}>
        ✕ Remove
      </button>
    </div>
  );
}

interface MembersProps {
  readonly words: ScenarioFormWords;
  readonly names: readonly NameForm[];
  readonly step: StepForm;
  readonly number: number;
  readonly trace: Trace;
  readonly state: State;
  readonly disabled: boolean;
  readonly errorOf: (member: string) => string | undefined;
  readonly onAction: (action: StepAction, of: string) => void;
}

/** What the step does, and its values: those that matter first, the others on demand. */
function Members(props: MembersProps): JSX.Element {
  const { words, step, number, disabled, onAction, state, trace } = props;
  const verb = words.verbs.find(({ name }) => name === step.verb);
  if (!verb) return <p class="about">This step can’t be edited here: MapLens knows no such verb. Edit it as text.</p>;
  const valueOf = (member: string): string => step.values.find((one) => one.member === member)?.text ?? '';
  const given = (member: MemberForm): boolean => step.values.some((one) => one.member === member.name);
  const primary = (member: MemberForm): boolean =>
    member.required || given(member) || ['options', 'offset', 'length'].includes(member.name);
  const all = [verb.subject, ...verb.members];
  // Options take much room, so they come after what is short.
  const last = (member: MemberForm): number => Number(member.kind === 'options');
  const first = all.filter(primary).sort((a, b) => last(a) - last(b));
  const rest = all.filter((member) => !primary(member));
  const set = (member: string, value: string): void => onAction({ kind: 'set', step: number, member, value }, member);
  const whole = state.descriptors.find(({ name, freed }) => name === valueOf('of') && !freed)?.length;
  const ranged = ['of', 'offset', 'length'].every((name) => all.some((member) => member.name === name));
  const field = (member: MemberForm): JSX.Element => (
    <MemberField key={member.name} {...props} member={member} value={valueOf(member.name)} onSet={set} />
  );
  return (
    <>
      <p class="about">{verb.description}</p>
      {first.map((member) => (
        <>
          {member.name === 'offset' && ranged && whole !== undefined && (
            <RangeBar
              of={valueOf('of')}
              whole={BigInt(whole)}
              pageSize={trace.machine.pageSize}
              offset={valueOf('offset')}
              length={valueOf('length')}
              disabled={disabled}
              onChange={set}
            />
          )}
          {field(member)}
        </>
      ))}
      {rest.length > 0 && (
        <details>
          <summary>
            More <span class="dim">{rest.map(({ name }) => name).join(', ')}</span>
          </summary>
          {rest.map(field)}
        </details>
      )}
    </>
  );
}

interface MemberFieldProps extends MembersProps {
  readonly member: MemberForm;
  readonly value: string;
  readonly onSet: (member: string, value: string) => void;
}

function MemberField({
  member,
  value,
  words,
  names,
  step,
  number,
  trace,
  disabled,
  errorOf,
  onSet,
  onAction,
}: MemberFieldProps): JSX.Element {
  const common = {
    name: member.name,
    description: member.description,
    value,
    required: member.required,
    disabled,
    error: errorOf(member.name),
    onChange: (wanted: string): void => onSet(member.name, wanted),
  };
  switch (member.kind) {
    case 'flag':
      return <FlagField {...common} />;
    case 'choice':
      return <ChoiceField {...common} words={member.words} />;
    case 'name': {
      const known = names.filter((one) => one.step < number && member.wants.includes(one.sort)).map(({ name }) => name);
      const shown = value === 'null' ? 'NULL' : value;
      return <ChoiceField {...common} value={shown} words={member.nullable ? [...known, 'NULL'] : known} />;
    }
    case 'number':
      return <TextField {...common} pageSize={trace.machine.pageSize} />;
    case 'options': {
      const groups = words.options[member.families.join()] ?? [];
      const bits = step.values.find((one) => one.member === member.name)?.bits;
      return (
        <>
          <TextField {...common} />
          <OptionBoxes
            groups={groups}
            bits={bits}
            disabled={disabled || (value !== '' && bits === undefined)}
            onOption={(drop, add) =>
              onAction(
                { kind: 'option', step: number, member: member.name, drop, ...(add !== undefined && { add }) },
                member.name,
              )
            }
          />
        </>
      );
    }
    case 'text':
    case 'json':
      return <TextField {...common} />;
    default:
      return member.kind satisfies never;
  }
}

interface AddProps {
  readonly words: ScenarioFormWords;
  readonly at: number;
  readonly disabled: boolean;
  readonly error: string | undefined;
  readonly onAdd: (verb: string) => void;
}

/** A new step, behind the current one, of a verb that is chosen with what it does in sight. */
function AddStep({ words, at, disabled, error, onAdd }: AddProps): JSX.Element {
  const [verb, setVerb] = useState('map');
  const families = [...new Set(words.verbs.map(({ family }) => family))];
  const about = words.verbs.find(({ name }) => name === verb)?.description;
  return (
    <section class="add" aria-label="Add a step">
      <label for="add-verb">{at === 0 ? 'Add a step here' : 'Add a step after this one'}</label>
      <div class="row">
        <select
          id="add-verb"
          value={verb}
          disabled={disabled}
          aria-describedby="add-about"
          onChange={(event) => setVerb(event.currentTarget.value)}
        >
          {families.map((family) => (
            <optgroup key={family} label={family}>
              {words.verbs
                .filter((one) => one.family === family)
                .map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        <button type="button" class="primary" disabled={disabled} onClick={() => onAdd(verb)}>
          Add
        </button>
      </div>
      <p class="about" id="add-about">
        {about}
      </p>
      {error !== undefined && (
        <p class="wrong" role="alert">
          Not added: {error}.
        </p>
      )}
    </section>
  );
}
