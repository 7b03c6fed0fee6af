import { attribute, bitFamilies } from '../api/attributes';
import type { LocalVariable } from '../ir/types';
import type { CallArgument, CallFacts } from './events';
import type { Context } from './context';
import type { Creation } from './state';
import { baseOf } from './values';
import type { Value } from './values';

// xnu iokit/IOKit/IOMemoryDescriptor.h.
const asReference = 0x100n;

/** The local variable whose memory an object goes on using after the call that made it; it ends with the function. */
export function stackMemoryOf(context: Context, creation: Creation | undefined): LocalVariable | undefined {
  const made = creation?.made;
  if (!made) return undefined;
  for (const given of made.arguments) {
    if (!isAliased(given, made)) continue;
    const local = localBehind(given.value);
    const variable = local === undefined ? undefined : context.fn.locals[local];
    if (variable && !variable.static && !variable.parameter && !variable.captures) return variable;
  }
  return undefined;
}

/** Whether what a call makes keeps using the memory behind an argument; `aliases` may name what makes it so. */
function isAliased({ parameter }: CallArgument, made: CallFacts): boolean {
  const aliases = attribute(parameter, 'aliases');
  const [when] = aliases?.args ?? [];
  if (!aliases || when === undefined) return aliases !== undefined;
  return made.arguments.some((given) => {
    switch (when) {
      case 'kIOMemoryAsReference':
        return bitFamilies(given.parameter).includes('descriptor_flags') && (given.bits.ones & asReference) !== 0n;
      case 'kernel_task':
        return given.task === 'kernel';
      default:
        return given.parameter.name === when && given.constant === 1n;
    }
  });
}

function localBehind(value: Value): number | undefined {
  const base = baseOf(value);
  if (base.kind !== 'address') return undefined;
  let { place } = base;
  while (place.kind === 'field' || place.kind === 'index') place = place.base;
  return place.kind === 'local' ? place.local : undefined;
}
