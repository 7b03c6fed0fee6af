import { has, mapsContract } from '../api/attributes';
import { isClientResult } from './client-data';
import type { Context } from './context';
import type { CallFacts } from './events';
import type { Span } from './span';
import type { State } from './state';
import type { Location, Value } from './values';
import { addressOfMap } from './values';

/** What applications get: addresses in their results, and memory to map. */

/** States that an address is stored where the application reads it. */
export function noteAnswer(context: Context, state: State, place: Location, value: Value, at: Span): void {
  if (!isClientResult(context, place)) return;
  const owner = ownerOf(value);
  if (!owner) return;
  const object = state.objects.get(owner);
  if (object) context.emit({ kind: 'client-result', object, at }, state);
  context.passed(owner, 'address', at);
}

/** The map or the buffer whose address a value is, moved by an offset at most. */
function ownerOf(value: Value): Value | undefined {
  switch (value.kind) {
    case 'cast':
      return ownerOf(value.value);
    case 'binary':
      // What a driver adds may be there to hide the address (vm_kernel_addrperm); what it takes away, another address.
      return value.operator === '+' && value.right.constant !== undefined ? ownerOf(value.left) : undefined;
    case 'derived':
      return value.what === addressOfMap ? value.from : undefined;
    case 'initial': {
      let { place } = value;
      while (place.kind === 'index') place = place.base;
      // A buffer's bytes (calls.ts, steadyResult).
      return place.kind === 'field' && place.name === 'getBytesNoCopy()' && place.base.kind === 'deref'
        ? place.base.pointer
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Notes that a call maps what a field holds into an application. */
export function noteMappedForClient(context: Context, facts: CallFacts): void {
  const { declaration, receiverValue } = facts;
  const maps = mapsContract(declaration);
  if (!maps || maps.static || receiverValue === undefined) return;
  const task = facts.arguments.find(({ parameter }) => has(parameter, 'task'))?.task;
  if (task === 'client') context.passed(receiverValue, 'memory', facts.at);
}
