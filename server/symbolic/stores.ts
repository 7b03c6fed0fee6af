import type { Function } from '../ir/types';
import { constantsIn } from './call-facts';
import type { Context } from './context';
import { escape } from './evaluate';
import type { HandedOut } from './events';
import type { Span } from './span';
import { stackMemoryOf } from './stack-memory';
import type { State } from './state';
import { isOnStack, isOwned } from './state';
import type { Location, Value } from './values';
import { baseOf, knownBits } from './values';

/** A place that held `old` is about to hold `next`. */
export function loseOld(state: State, place: Location, next: Value, span: Span | undefined): void {
  if (!isOnStack(place)) return;
  const old = state.store.get(place);
  if (!old || old === next) return;
  const object = state.objects.get(baseOf(old));
  if (!object || !isOwned(object)) return;
  for (const [other, value] of state.store)
    if (other !== place && isOnStack(other) && baseOf(value) === object.value) return;
  state.change(object.value, { overwrittenAt: span });
}

/** A pointer was stored: in a local it just has a name now; anywhere else, something else may own it. */
export function noteStored(
  context: Context,
  state: State,
  place: Location,
  value: Value,
  name: string | undefined,
): void {
  const base = baseOf(value);
  const object = state.objects.get(base);
  if (!object) {
    if (place.local === undefined && base.kind === 'address') escape(state, value);
    return;
  }
  const variable = object.variable ?? name;
  if (isOnStack(place) && !state.exposed.has(place.local!) && !isStatic(context, place))
    state.change(base, { variable, overwrittenAt: undefined, endedAt: undefined });
  else {
    if (place.local === undefined && stackMemoryOf(context, object.creation)) state.lasting.add(place);
    const stored = object.stored.includes(place.id) ? object.stored : [...object.stored, place.id];
    state.change(base, { variable, stored });
  }
}

function isStatic(context: Context, place: Location): boolean {
  return place.local !== undefined && context.fn.locals[place.local]?.static === true;
}

/** The methods by which the kernel asks a user client for memory (IOUserClient.h, IOUserClient.iig). */
const asksForMemory = /^(?:clientMemoryForType|CopyClientMemoryForType(?:_Impl)?)$/;

export function handsOutMemory(fn: Function): boolean {
  return fn.class !== undefined && asksForMemory.test(fn.name);
}

/** States what is stored for the caller to map with. */
export function noteClientOptions(context: Context, state: State, place: Location, value: Value, at: Span): void {
  if (!state.keepsOuts || place.kind !== 'deref' || place.pointer.kind !== 'initial') return;
  const { local } = place.pointer.place;
  const type = local === undefined || local >= context.fn.parameters ? undefined : context.fn.locals[local]!.type;
  if (type?.kind !== 'pointer' || type.to.kind !== 'int') return;
  const bits = knownBits(value);
  const constants = constantsIn(context, bits);
  context.emit({ kind: 'client-options', function: context.fn.name, at, bits, constants }, state);
}

/** What the path has written through the function's parameters of kind `Class **`. */
export function handedOut(fn: Function, state: State, at: Span): readonly HandedOut[] {
  const outs: HandedOut[] = [];
  for (const [place, value] of state.store) {
    if (place.kind !== 'deref' || place.pointer.kind !== 'initial') continue;
    const { place: pointer } = place.pointer;
    if (pointer.kind !== 'local' || pointer.local! >= fn.parameters) continue;
    const { name, type } = fn.locals[pointer.local!]!;
    if (type.kind !== 'pointer' || type.to.kind !== 'pointer') continue;
    const base = baseOf(value);
    outs.push({
      parameter: name,
      value: base,
      at,
      object: state.objects.get(base),
      reference: referenceOf(state, base),
    });
  }
  return outs;
}

/** A field of the object whose method it is, or a global: what other objects hold, they may have retained. */
function isOwnField(place: Location): boolean {
  if (place.kind === 'global') return true;
  // What a getter of the API answers is a place of its own, too (calls.ts, steadyResult), and +0.
  if (place.kind === 'index') return isOwnField(place.base);
  if (place.kind !== 'field' || place.base.kind !== 'deref') return false;
  if (place.name.endsWith('()')) return true;
  const { pointer } = place.base;
  return pointer.kind === 'solid' && pointer.what === 'this';
}

function referenceOf(state: State, value: Value): HandedOut['reference'] {
  if (value.constant === 0n || state.isNull(value)) return 'none';
  // What was retained may be in a field that a call has touched since.
  for (const object of state.objects.values())
    if (object.value.timeless === value.timeless) {
      if (object.escaped || object.managed || object.doubtful || object.kept) return 'unknown';
      if (object.origin === 'created') return object.owed > 0 ? 'own' : 'unknown';
      if (object.retained || object.owed !== 0) return 'unknown';
      if (object.value === value && object.origin === 'borrowed') return 'borrowed';
    }
  return value.kind === 'initial' && isOwnField(value.place) ? 'borrowed' : 'unknown';
}
