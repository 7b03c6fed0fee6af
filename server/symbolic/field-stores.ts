import type { Context } from './context';
import type { OldContent } from './field-facts';
import { fieldOf, isOwnField } from './field-facts';
import type { Span } from './span';
import type { State } from './state';
import type { Location, Value } from './values';
import { baseOf } from './values';

/** States that a field is about to take a value, and what it held. */
export function noteFieldStore(context: Context, state: State, place: Location, value: Value, at: Span): void {
  const field = fieldOf(place);
  if (!field) return;
  const base = baseOf(value);
  // Whether it is still there at the end tells what is kept of somebody else's.
  if (
    isOwnField(place) &&
    value.bits === undefined &&
    (base.kind === 'initial' || state.objects.get(base)?.origin === 'borrowed')
  )
    state.lasting.add(place);
  context.stored({ field, place, value, state, at, old: oldContent(context, state, place, value) });
}

function oldContent(context: Context, state: State, place: Location, next: Value): OldContent {
  const known = state.store.get(place);
  const old = known ?? context.values.initial(place, state.epochOf(place), { kind: 'unknown' });
  if (state.isNull(old)) return 'null';
  const base = baseOf(old);
  if (base === baseOf(next)) return 'shared';
  const object = state.objects.get(base);
  if (object?.releasedAt) return 'released';
  for (const [other, held] of state.store) if (other !== place && baseOf(held) === base) return 'shared';
  if (object?.origin === 'created')
    return object.owed === 1 &&
      object.stored.length === 1 &&
      !object.escaped &&
      !object.kept &&
      !object.managed &&
      !object.doubtful
      ? 'owned'
      : 'shared';
  if (object && (object.escaped || object.kept || object.owed !== 0)) return 'shared';
  return old.kind === 'initial' && old.epoch === 0 && !state.mayBeNull(old) ? 'held' : 'unknown';
}
