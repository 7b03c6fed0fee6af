import { useId } from 'preact/hooks';
import type { JSX } from 'preact';
import type { OptionGroup } from '../panel-messages';

interface Props {
  readonly groups: readonly OptionGroup[];
  /** Undefined where the options are not given, or can't be read. */
  readonly bits: number | undefined;
  readonly disabled: boolean;
  readonly onOption: (drop: readonly string[], add: string | undefined) => void;
}

/** The bits of an options word, each with what it does; values of one field as alternatives. */
export function OptionBoxes({ groups, bits, disabled, onOption }: Props): JSX.Element {
  return (
    <div class="options">
      {groups.map((group) =>
        group.mask === 0 ? (
          <Boxes key={group.title} group={group} bits={bits ?? 0} disabled={disabled} onOption={onOption} />
        ) : (
          <Alternatives key={group.title} group={group} bits={bits} disabled={disabled} onOption={onOption} />
        ),
      )}
    </div>
  );
}

interface GroupProps extends Props {
  readonly group: OptionGroup;
}

function Boxes({ group, bits = 0, disabled, onOption }: Omit<GroupProps, 'groups'>): JSX.Element {
  return (
    <fieldset disabled={disabled}>
      <legend>{group.title}</legend>
      {group.options.map(({ name, bits: own, doc }) => {
        const on = (bits & own) >>> 0 === own;
        return (
          <Box
            key={name}
            type="checkbox"
            name={name}
            doc={doc}
            checked={on}
            onSet={() => onOption(on ? [name] : [], on ? undefined : name)}
          />
        );
      })}
    </fieldset>
  );
}

function Alternatives({ group, bits, disabled, onOption }: Omit<GroupProps, 'groups'>): JSX.Element {
  const id = useId();
  const names = group.options.map(({ name }) => name);
  const zero = group.options.some((one) => one.bits === 0);
  const value = bits === undefined ? undefined : (bits & group.mask) >>> 0;
  const direction = group.title === 'Direction';
  return (
    <fieldset disabled={disabled}>
      <legend>
        {group.title} <span class="dim">one of these</span>
      </legend>
      {!zero && (
        <Box
          type="radio"
          group={id}
          name="none"
          doc={`No ${group.title.toLowerCase()}.`}
          checked={!value}
          onSet={() => onOption(names, undefined)}
        />
      )}
      {group.options.map(({ name, bits: own, doc }) => (
        <Box
          key={name}
          type="radio"
          group={id}
          name={name}
          doc={doc}
          checked={value === own || (own === 0 && value === undefined && !direction)}
          onSet={() => onOption(names, own === 0 && !direction ? undefined : name)}
        />
      ))}
      {direction && bits === undefined && <p class="about">None of them is given.</p>}
    </fieldset>
  );
}

interface BoxProps {
  readonly type: 'checkbox' | 'radio';
  readonly group?: string;
  readonly name: string;
  readonly doc: string;
  readonly checked: boolean;
  readonly onSet: () => void;
}

function Box({ type, group, name, doc, checked, onSet }: BoxProps): JSX.Element {
  const id = useId();
  return (
    <div class="box">
      <input
        id={id}
        type={type}
        name={group ?? name}
        checked={checked}
        aria-describedby={`${id}-about`}
        onChange={() => onSet()}
      />
      <label for={id}>
        <code>{name}</code>
      </label>
      <p class="about" id={`${id}-about`}>
        {doc}
      </p>
    </div>
  );
}
