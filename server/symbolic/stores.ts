import type { Context } from './context';

import { escape } from './evaluate';
import type { Span } from './span';
import type { State } from './state';
import { isOwned } from './state';
import type { Location, Value } from './values';
import { baseOf } from './values';

/** A place that held `old` is about to hold `next`. */
export function loseOld(state: State, place: Location, next: Value, span: Span | undefined): void {
  if (place.kind !== 'local') return;
  const old = state.store.get(place);
  if (!old || old === next) return;
  const object = state.objects.get(baseOf(old));
  if (!object || !isOwned(object)) return;
  for (const [other, value] of state.store)
    if (other !== place && other.kind === 'local' && baseOf(value) === object.value) return;
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
  if (place.kind === 'local' && !state.exposed.has(place.local!) && !isStatic(context, place))
    state.change(base, { variable, overwrittenAt: undefined, endedAt: undefined });
  else {
    const stored = object.stored.includes(place.id) ? object.stored : [...object.stored, place.id];
    state.change(base, { variable, stored });
  }
}

function isStatic(context: Context, place: Location): boolean {
  return place.local !== undefined && context.fn.locals[place.local]?.static === true;
}
