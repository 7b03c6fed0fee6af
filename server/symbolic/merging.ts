import type { Local } from '../ir/types';
import { hull, rangeKey, within } from './constraints';
import type { Knowledge, ObjectState, State } from './state';
import type { Value, Values } from './values';
import { eachPart } from './values';

/** When states at one place are alike, and how several become one. */

/** Equal for states that differ in their constraints at most. */
export function shapeKey(state: State): string {
  const parts: string[] = [];
  for (const [place, value] of state.store) parts.push(`s${place.id}=${value.id}`);
  for (const [temp, value] of state.temps) parts.push(`t${temp}=${value.id}`);
  for (const object of state.objects.values())
    parts.push(
      `o${object.value.id}=${object.owed},${object.stored.join('+')},${object.retained},${object.escaped},` +
        `${object.kept},${object.recoverable},${object.managed},${object.doubtful},${object.releasedAt?.start ?? ''},` +
        `${object.unmappedAt?.start ?? ''},${object.blockedAt?.start ?? ''},${object.work?.at.start ?? ''},` +
        object.preparations.map(({ at, undoneAt }) => `${at.start}-${undoneAt?.start ?? ''}`).join('+'),
    );
  for (const [name, epoch] of state.epochs) parts.push(`e${name}=${epoch}`);
  for (const local of state.ended) parts.push(`x${local}`);
  for (const local of state.exposed) parts.push(`y${local}`);
  for (const lock of state.atomic.keys()) parts.push(`a${lock.id}`);
  parts.sort();
  return `${state.epoch};${parts.join(';')}`;
}

/**
 * Equal for states in which the same places hold the same objects of which something can be claimed, and the same
 * pointers are NULL, whatever else they hold. `isPointer`: of a local.
 */
export function ownershipKey(state: State, isPointer: (local: Local) => boolean): string {
  const parts: string[] = [];
  for (const [place, value] of state.store) {
    const isNull = value.constant === 0n && place.kind === 'local' && isPointer(place.local!);
    if (isNull || leadsToClaim(state, value)) parts.push(`s${place.id}=${value.id}`);
  }
  for (const [temp, value] of state.temps) if (leadsToClaim(state, value)) parts.push(`t${temp}=${value.id}`);
  for (const object of state.objects.values())
    if (isClaimable(object)) parts.push(`o${object.value.id}=${claimKey(object)}`);
  for (const lock of state.atomic.keys()) parts.push(`a${lock.id}`);
  parts.sort();
  return parts.join(';');
}

function leadsToClaim(state: State, value: Value): boolean {
  let found = false;
  eachPart(value, (part) => {
    const object = state.objects.get(part);
    if (object && isClaimable(object)) found = true;
  });
  return found;
}

/**
 * Makes `state`, which has the same ownership as `other`, hold for the runs of both: what they disagree on is any
 * value. False when it held for all of them already.
 */
export function blend(state: State, other: State, values: Values, site: string): boolean {
  let wider = false;
  for (const [place, mine] of state.store) {
    const theirs = other.store.get(place);
    if (theirs === mine) continue;
    const any = values.result(`${site} ${place.id}`, 0);
    if (mine === any) continue;
    wider = true;
    state.store.set(place, any);
  }
  for (const place of other.store.keys()) {
    if (state.store.has(place)) continue;
    wider = true;
    state.store.set(place, values.result(`${site} ${place.id}`, 0));
  }
  for (const [temp, mine] of state.temps) {
    const any = values.result(`${site} temp ${temp}`, 0);
    if (other.temps.get(temp) === mine || mine === any) continue;
    wider = true;
    state.temps.set(temp, any);
  }
  for (const object of state.objects.values())
    if (object.owed > 0 && !object.doubtful && (other.objects.get(object.value)?.doubtful ?? true)) wider = true;
  for (const local of other.exposed)
    if (!state.exposed.has(local)) {
      wider = true;
      state.exposed.add(local);
    }
  // What the disagreement decides later can't be told any more.
  if (wider) state.doubt();
  return widen(state, other) || wider;
}

/** Like `blend`, of any two states at one place: of objects that they disagree on nothing is claimed any more. */
export function join(state: State, other: State, values: Values, site: string): boolean {
  let wider = false;
  for (const object of state.objects.values()) {
    const theirs = other.objects.get(object.value);
    if (object.escaped || (theirs && claimKey(theirs) === claimKey(object))) continue;
    wider = true;
    state.setObject({ ...object, escaped: true });
  }
  for (const lock of state.atomic.keys()) if (!other.atomic.has(lock)) wider = state.atomic.delete(lock);
  return blend(state, other, values, site) || wider;
}

export function constraintKey(state: State): string {
  const parts: string[] = [];
  for (const [value, range] of state.constraints) parts.push(`c${value.id}:${rangeKey(range)}`);
  for (const [value, range] of state.past) parts.push(`p${value.id}:${rangeKey(range)}`);
  for (const [value, limit] of state.limits) parts.push(`l${value.id}:${limit}`);
  parts.sort();
  return parts.join(';');
}

/**
 * Makes `state`, which has the same shape as `other`, hold for the runs of both. False when it held for all of
 * them already.
 */
export function widen(state: State, other: Knowledge): boolean {
  let wider = false;
  for (const [value, range] of state.constraints) {
    const another = other.constraints.get(value);
    if (another && within(another, range)) continue;
    wider = true;
    const both = another && hull(range, another);
    if (both) state.constraints.set(value, both);
    else state.constraints.delete(value);
  }
  for (const [value, range] of state.past) {
    const another = other.past.get(value);
    const both = another ? hull(range, another) : range;
    if (both) state.past.set(value, both);
    else state.past.delete(value);
  }
  // What one of the paths has limited is taken for limited.
  for (const [value, limit] of other.limits)
    if (limit === 'whole' || !state.limits.has(value)) state.limits.set(value, limit);
  return wider;
}

/** Equal for states of an object of which the same can be claimed. */
function claimKey(object: ObjectState): string {
  const undone = object.preparations.map(({ undoneAt }) => undoneAt === undefined).join('+');
  return (
    `${object.owed},${object.stored.length},${object.kept},${object.managed},${object.escaped},` +
    `${object.releasedAt === undefined},${object.unmappedAt === undefined},${object.blockedAt === undefined},` +
    `${object.work === undefined},${undone}`
  );
}

/** Whether a rule may still say something of an object for what happened to it on the path. */
function isClaimable(object: ObjectState): boolean {
  if (object.escaped) return false;
  const { owed, unmappedAt, blockedAt, work, preparations } = object;
  const happened = unmappedAt ?? blockedAt ?? work;
  return object.origin === 'created' || owed !== 0 || happened !== undefined || preparations.length > 0;
}
