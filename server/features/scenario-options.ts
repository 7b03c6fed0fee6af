import { optionNames } from '../scenario/option-names';
import type { Workspace } from '../workspace/workspace';

/** A constant of an options word, explained. */
export interface OptionForm {
  readonly name: string;
  readonly bits: number;
  /** What it does, in a line; empty where the name says it. */
  readonly doc: string;
}

/** Constants that can be set one by one, or of a field: values of which one is set. */
export interface OptionGroup {
  readonly title: string;
  /** The field's bits; 0 where each constant stands for itself. */
  readonly mask: number;
  readonly options: readonly OptionForm[];
}

interface Field {
  readonly title: string;
  readonly mask: number;
  readonly names: RegExp;
}

/** The fields that families have: their values exclude each other. */
const fields: Readonly<Record<string, readonly Field[]>> = {
  direction: [{ title: 'Direction', mask: 0x3, names: /^kIODirection(None|In|Out|InOut)$/ }],
  driverkit_direction: [{ title: 'Direction', mask: 0x3, names: /^kIOMemoryDirection(None|In|Out|InOut)$/ }],
  kernel_map_options: [
    { title: 'Cache mode', mask: 0xf00, names: /^kIOMap(\w+Cache|Posted\w+)$/ },
    { title: 'Guard pages', mask: 0xc0000000, names: /^kIOMapGuarded(Small|Large)$/ },
  ],
  driverkit_map_options: [
    { title: 'Cache mode', mask: 0xf00, names: /^kIOMemoryMapCacheMode/ },
    { title: 'Guard pages', mask: 0x1c, names: /^kIOMemoryMapGuarded(Default|None|Small|Large)$/ },
  ],
};

/** Other spellings, and what the kernel sets itself or the step's other members say. */
const hidden =
  /(Mask|Shift|OutIn)$|^kIOMap64Bit$|^kIOMemory(Type|AutoPrepare|Redirected|PreparedReadOnly|Unshared)|^kIODirection(Prepare|Complete)/;

/** How the constants of some families are offered, as far as the simulator knows them. */
export function optionGroups({ api: { model } }: Workspace, families: readonly string[]): readonly OptionGroup[] {
  const groups: OptionGroup[] = [];
  const flags: OptionForm[] = [];
  for (const family of families) {
    const known = model
      .family(family)
      .filter(({ name, value }) => value !== undefined && optionNames.has(name) && !hidden.test(name))
      .map(({ name, value, doc }): OptionForm => ({ name, bits: Number(BigInt.asUintN(32, value!)), doc }));
    const own = fields[family] ?? [];
    for (const { title, mask, names } of own) {
      const options = known.filter(({ name }) => names.test(name)).sort((a, b) => a.bits - b.bits);
      groups.push({ title, mask, options });
    }
    flags.push(...known.filter(({ name, bits }) => bits !== 0 && !own.some(({ names }) => names.test(name))));
  }
  return flags.length ? [{ title: 'Options', mask: 0, options: flags }, ...groups] : groups;
}
