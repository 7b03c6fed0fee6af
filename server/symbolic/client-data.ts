import { has } from '../api/attributes';
import type { FunctionDeclaration } from '../ir/declarations';
import type { Expr, Function, Place } from '../ir/types';
import type { Context } from './context';
import { classOf, siteOf } from './context';
import type { Invocation } from './ownership';
import type { Program } from './program';
import type { Span } from './span';
import type { ObjectState, State } from './state';
import type { Location, Value } from './values';
import { addressOfMap, baseOf, eachPart } from './values';

/**
 * What applications pass: which numbers come from one, and which of them the path has limited. Silence is the rule:
 * whatever is compared, masked, or given to code that can't be seen counts as limited.
 */

/** A number that an application chose and that nothing on the path has limited. */
export interface ClientNumber {
  /** It was compared only as a part of sums, which may wrap around. */
  readonly summed: boolean;
  /** It may be any number of 64 bits. */
  readonly wide: boolean;
  /** It was read from memory that the application can write at any time. */
  readonly shared: boolean;
  /** The same memory was read before, and that number was compared. */
  readonly compared: boolean;
}

/** How far a path has limited a number: as a whole, or as a part of sums only. */
export type Limit = 'whole' | 'summed';

const fromClient = 'from the client';
const fetched = 'fetched ';

/** Parameters that the kernel fills with what an application passes. */
export function clientParameters(fn: Function, program: Program): ReadonlySet<number> {
  const found = new Set<number>();
  if (fn.class === undefined || fn.static) return found;
  const { api } = program.findMethod(fn.class, fn.name, fn.parameters, true);
  api?.parameters.forEach((parameter, index) => {
    if (has(parameter, 'client_data')) found.add(index);
  });
  return found;
}

/** What a call stored behind a parameter that the application fills. */
export function markClientData(context: Context, value: Value): Value {
  return context.values.derived(fromClient, value);
}

function fieldHas(context: Context, place: Location, attribute: string): boolean {
  if (place.kind !== 'field' || place.owner === undefined) return false;
  const field = context.program.apiClass(place.owner)?.fields.find(({ name }) => name === place.name);
  return field !== undefined && has(field, attribute);
}

/** Whether memory behind a pointer holds what an application passed. */
function pointsAtClientData(context: Context, pointer: Value): boolean {
  const base = baseOf(pointer);
  if (base.kind !== 'initial') return false;
  let { place } = base;
  if (fieldHas(context, place, 'client_data')) return base.bits === undefined;
  while (place.kind === 'index') place = place.base;
  // The bytes of an OSData.
  return (
    place.kind === 'field' &&
    place.name === 'getBytesNoCopy()' &&
    place.base.kind === 'deref' &&
    pointsAtClientData(context, place.base.pointer)
  );
}

/** Whether an application gets back what is stored in a place. */
export function isClientResult(context: Context, place: Location): boolean {
  const whole = root(place);
  const base = whole.kind === 'deref' ? baseOf(whole.pointer) : undefined;
  return base?.kind === 'initial' && fieldHas(context, base.place, 'client_result');
}

/** Whether a descriptor is of memory that an application has. */
function isClientMemory(context: Context, object: ObjectState): boolean {
  const { value, creation } = object;
  if (value.kind === 'initial' && fieldHas(context, value.place, 'client_memory')) return true;
  const made = creation?.made;
  if (!made) return false;
  if (has(made.declaration, 'client_memory')) return true;
  const task = made.arguments.find(({ parameter }) => has(parameter, 'task'))?.task;
  return (task === 'client' || task === 'current') && !has(made.declaration, 'maps');
}

/** Whether a pointer leads into a mapping of memory that an application can write while the kernel reads it. */
function pointsAtSharedMemory(context: Context, state: State, pointer: Value): boolean {
  const base = baseOf(pointer);
  if (base.kind !== 'derived' || base.what !== addressOfMap) return false;
  const map = state.objects.get(base.from);
  const memory = map?.creation?.made?.receiver;
  return memory !== undefined && isClientMemory(context, memory);
}

function root(place: Location): Location {
  let at = place;
  while (at.kind === 'field' || at.kind === 'index') at = at.base;
  return at;
}

/** What loading from a place yields: of shared memory, each load may yield another number. */
export function loaded(context: Context, state: State, place: Location, value: Value, { type, span }: Expr): Value {
  if (value.kind !== 'initial' || value.place !== place) return value;
  const whole = root(place);
  if (whole.kind !== 'deref' || !pointsAtSharedMemory(context, state, whole.pointer)) return value;
  return context.values.derived(fetched + siteOf(span, ''), value, type);
}

type Source = 'passed' | 'shared';

/** Whether a value is a number as an application passed it. */
function sourceOf(context: Context, value: Value): Source | undefined {
  if (value.kind === 'derived') {
    if (value.what.startsWith(fetched)) return 'shared';
    if (value.what === fromClient) return 'passed';
    return /^[.[]/.test(value.what) ? sourceOf(context, value.from) : undefined;
  }
  if (value.kind !== 'initial') return undefined;
  const whole = root(value.place);
  if (value.place.kind === 'local') return context.fromClient.has(value.place.local!) ? 'passed' : undefined;
  return whole.kind === 'deref' && pointsAtClientData(context, whole.pointer) ? 'passed' : undefined;
}

/** Calls `visit` for the application's numbers that a value may be as large as; `wide`: they may have all 64 bits. */
function eachSource(
  context: Context,
  value: Value,
  visit: (atom: Value, source: Source, wide: boolean) => void,
  narrow = false,
): void {
  const source = sourceOf(context, value);
  if (source) {
    if (value.bits === undefined || value.bits > 16) visit(value, source, !narrow && value.bits === 64);
    return;
  }
  if (value.kind === 'cast') {
    const { bits = 0 } = value;
    if (bits > 16) eachSource(context, value.value, visit, narrow || bits < 64);
  } else if (value.kind === 'binary') {
    const { operator, left, right } = value;
    if (operator === '+' || operator === '-' || operator === '*' || operator === '|' || operator === '<<') {
      eachSource(context, left, visit, narrow);
      eachSource(context, right, visit, narrow);
    } else if (operator === '&') {
      // Cut to a page, but not to a number of bits.
      if (isWideMask(right)) eachSource(context, left, visit, narrow);
      if (isWideMask(left)) eachSource(context, right, visit, narrow);
    }
  }
}

function isWideMask(value: Value): boolean {
  return (
    (value.kind === 'unary' && value.operator === '~') ||
    (value.constant !== undefined && (value.constant < 0n || value.constant > 0xffffffffn))
  );
}

function sources(context: Context, value: Value): Value[] {
  const found: Value[] = [];
  eachSource(context, value, (atom) => void found.push(atom));
  return found;
}

/** What of a number an application chose freely; undefined where nothing is, or where it isn't known. */
export function clientNumber(context: Context, state: State, value: Value): ClientNumber | undefined {
  if (value.constant !== undefined) return undefined;
  let found: ClientNumber | undefined;
  eachSource(context, value, (atom, source, wide) => {
    const limit = limitOf(state, atom);
    if (limit === 'whole' || state.rangeOf(atom)?.high !== undefined) return;
    const shared = source === 'shared';
    const compared = shared && wasFetched(state, atom);
    found = {
      summed: found?.summed === false ? false : limit === 'summed',
      wide: found?.wide === true || wide,
      shared: found?.shared === true || shared,
      compared: found?.compared === true || compared,
    };
  });
  return found;
}

function limitOf(state: State, atom: Value): Limit | undefined {
  let limit: Limit | undefined = state.limits.get(atom.timeless);
  eachPart(atom, (part) => {
    if (state.limits.get(part.timeless) === 'whole') limit = 'whole';
  });
  return limit;
}

/** Whether the path has limited what another load of the same memory yielded. */
function wasFetched(state: State, atom: Value): boolean {
  if (atom.kind !== 'derived') return false;
  for (const [known, limit] of state.limits)
    if (limit === 'whole' && known.kind === 'derived' && known.from === atom.from.timeless) return true;
  return false;
}

function limit(state: State, atom: Value, how: Limit): void {
  if (how === 'whole' || !state.limits.has(atom.timeless)) state.limits.set(atom.timeless, how);
}

/** Takes note that `condition` is true (or false) on the path. */
export function noteCompared(context: Context, state: State, condition: Value, truth: boolean): void {
  if (condition.kind === 'unary' && condition.operator === '!') {
    noteCompared(context, state, condition.value, !truth);
    return;
  }
  if (condition.kind !== 'binary') return;
  const { operator, left, right } = condition;
  if (operator === '==') {
    if (truth) for (const atom of [...sources(context, left), ...sources(context, right)]) limit(state, atom, 'whole');
    return;
  }
  if (operator !== '<') return;
  const [small, large] = truth ? [left, right] : [right, left];
  const above = sources(context, large);
  // A sum compared with one of its own parts is a check for wrapping around.
  const isWrapCheck = sources(context, small).some((atom) => above.includes(atom));
  if (isWrapCheck || isDifference(large)) for (const atom of above) limit(state, atom, 'whole');
  const sum = !isWrapCheck && isSum(small);
  eachSource(context, small, (atom, _, wide) => {
    limit(state, atom, sum && wide ? 'summed' : 'whole');
  });
}

/** Whether a value's parts may be large though the whole is small, because a sum of 64 bits wraps around. */
function isSum(value: Value): boolean {
  if (value.kind === 'cast') return isSum(value.value);
  return value.kind === 'binary' && (value.operator === '+' || value.operator === '*' || value.operator === '<<');
}

function isDifference(value: Value): boolean {
  if (value.kind === 'cast') return isDifference(value.value);
  return value.kind === 'binary' && (value.operator === '-' || isDifference(value.left) || isDifference(value.right));
}

/** A call that may have checked what it is given: a function whose promises nobody knows, or one that checks. */
export function notePassed(context: Context, state: State, { args }: Invocation): void {
  for (const { value, expr } of args) {
    for (const atom of sources(context, value)) limit(state, atom, 'whole');
    const base = baseOf(value);
    if (base.kind === 'address') {
      const held = state.store.get(base.place);
      if (held) limit(state, held, 'whole');
    }
    const className = expr.type.kind === 'pointer' ? classOf(expr.type) : undefined;
    if (
      (className !== undefined &&
        context.program.apiClass(className)?.fields.some((field) => has(field, 'client_data')) === true) ||
      pointsAtClientData(context, value) ||
      pointsAtSharedMemory(context, state, value)
    )
      limit(state, base, 'whole');
  }
}

/** States which indices and offsets of an accessed place an application chose. */
export function noteIndices(context: Context, state: State, place: Place, location: Location): void {
  let at = location;
  for (; at.kind === 'field' || at.kind === 'index'; at = at.base)
    if (at.kind === 'index') noteIndex(context, state, at.index, place.span);
  if (at.kind === 'deref') noteOffset(context, state, at.pointer, place.span);
}

/** States which lengths and offsets of memory that a call touches an application chose. */
export function noteClientArguments(
  context: Context,
  state: State,
  { args }: Invocation,
  api: FunctionDeclaration,
): void {
  args.forEach(({ value, expr }, index) => {
    const parameter = api.parameters[index];
    if (parameter && has(parameter, 'byte_count')) noteIndex(context, state, value, expr.span);
    else if (parameter && (has(parameter, 'reads') || has(parameter, 'writes')))
      noteOffset(context, state, value, expr.span);
  });
}

function noteOffset(context: Context, state: State, pointer: Value, at: Span): void {
  if (pointer.kind === 'cast') noteOffset(context, state, pointer.value, at);
  else if (pointer.kind === 'binary' && pointer.operator === '+') noteIndex(context, state, pointer.right, at);
}

function noteIndex(context: Context, state: State, index: Value, at: Span): void {
  const number = clientNumber(context, state, index);
  if (number) context.emit({ kind: 'client-index', number, at }, state);
}
