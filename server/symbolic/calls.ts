import type { Success } from '../api/attributes';
import {
  attribute,
  bitFamilies,
  has,
  mapsContract,
  outSuccess,
  parameterEffect,
  returnContract,
} from '../api/attributes';
import type { FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Expr, Type } from '../ir/types';
import { assume } from './constraints';
import { forgetAtomic, noteAtomic, tellAtomicAccess, tellBlocking } from './atomic';
import type { Context } from './context';
import { addressedMap, classOf, isSmartPointer, siteOf } from './context';
import type { DeadPath } from './evaluate';
import { escape, evaluate, usePointer } from './evaluate';
import type { Birth, Call, Invocation } from './ownership';
import { create, freshResult, isImmortal, named, release, retain, setResult, steadyResult, tracked } from './ownership';
import { construct, smartMethod } from './smart-pointers';
import { forgetPreparations, notePhysicalAccess, notePreparation } from './preparation';
import { printer } from './reach';
import { noteFieldStore } from './field-stores';
import { loseOld, noteStored } from './stores';
import { noteMappedForClient } from './client-answers';
import { clientNumber, markClientData, noteClientArguments, noteCompared, notePassed } from './client-data';
import { callFacts, concernsMemory, noteFacts } from './call-facts';
import type { CallFacts } from './events';
import type { Target } from './program';
import type { Span } from './span';
import type { ObjectState, State } from './state';
import { isDead } from './state';
import type { Effect, Summary } from './summaries';
import type { Location, Value } from './values';
import { addressOfMap, baseOf, knownBits } from './values';

/** Calls that look without touching, by a name that says so. */
const question = /^(is|has|get|can|should|needs|uses|supports|test)[A-Z_]/;

/**
 * Runs a call. Yields the states after it: more than one where the outcome decides what is owned afterwards, none
 * where the call does not return.
 */
export function invoke(context: Context, state: State, call: Call, dead: DeadPath): State[] {
  const args = call.args.map((expr) => ({ expr, value: evaluate(context, state, expr, dead) }));
  const { callee } = call;
  switch (callee.kind) {
    case 'constructor':
      return construct(context, state, call, callee.class, callee.object, args, dead);
    case 'pointer': {
      const value = evaluate(context, state, callee.value, dead);
      usePointer(context, state, value, callee.value.span, 'read', undefined, dead);
      return unknownCall(context, state, { call, name: '', receiver: undefined, receiverClass: undefined, args });
    }
    case 'function': {
      const target = context.program.findFunction(callee.name, args.length);
      const invocation = { call, name: callee.name, receiver: undefined, receiverClass: undefined, args };
      return dispatch(context, state, invocation, target, dead);
    }
    case 'method': {
      const receiver = evaluate(context, state, callee.receiver, dead);
      if (callee.receiver.type.kind === 'pointer' && isSmartPointer(callee.receiver.type.to)) {
        const place = context.values.deref(receiver);
        const smart = smartMethod(context, state, call, callee.name, place, callee.receiver.type.to, args);
        if (smart) return smart;
      }
      // p.detach() where p is a smart pointer in the kernel's own sources and a plain one in the API model.
      if (receiver.kind === 'address' && receiver.place.kind === 'value' && callee.name === 'detach') {
        if (call.temp !== undefined) state.temps.set(call.temp, receiver.place.value);
        return [state];
      }
      const object = state.objects.get(baseOf(receiver));
      const className = callee.class ?? classOf(callee.receiver.type) ?? object?.class;
      let target: Target = {};
      if (className !== undefined)
        target = context.program.findMethod(className, callee.name, args.length, callee.direct);
      if (!target.api && object?.class !== undefined && object.class !== className)
        target = context.program.findMethod(object.class, callee.name, args.length, callee.direct);
      const invocation = { call, name: callee.name, receiver, receiverClass: className, args };
      // An undeclared class' retain() and release() can only be OSObject's.
      const anonymous = !target.api && !target.body && !target.bodies && args.length === 0;
      if (anonymous && (callee.name === 'release' || callee.name === 'retain')) {
        usePointerOf(context, state, invocation, callee.name === 'release', dead);
        if (callee.name === 'release') release(context, state, invocation, receiver);
        else retain(context, state, invocation, receiver);
        return [state];
      }
      return dispatch(context, state, invocation, target, dead);
    }
    default: {
      const impossible: never = callee;
      return impossible;
    }
  }
}

function dispatch(context: Context, state: State, invocation: Invocation, target: Target, dead: DeadPath): State[] {
  const releases = target.api !== undefined && has(target.api, 'releases');
  if (invocation.receiver !== undefined) usePointerOf(context, state, invocation, releases, dead);
  if (dead.has(state)) return [];
  invocation.args.forEach(({ value, expr }, index) => {
    const parameter = target.api?.parameters[index];
    // Memory that is handed back was never the mapping's.
    if (!parameter || !has(parameter, 'deallocates')) useArgument(context, state, value, expr, invocation.name);
    if (parameter && (has(parameter, 'reads') || has(parameter, 'writes')))
      tellAtomicAccess(context, state, value, expr.span);
  });
  if (target.api) return apiCall(context, state, invocation, target.api);
  if (!printer.test(invocation.name)) notePassed(context, state, invocation);
  const cast = /^(?:OSDynamicCast|OSRequiredCast|OSCheckedCast)\b/.exec(invocation.name);
  if (cast && invocation.args.length > 0)
    return castCall(context, state, invocation, invocation.args[0]!.value, cast[0] !== 'OSDynamicCast');
  forgetPreparations(context, state, invocation, target);
  const prints = printer.test(invocation.name) && invocation.receiver === undefined;
  if (target.promise && !prints) return apiCall(context, state, invocation, target.promise);
  if (target.body || target.bodies) {
    for (const body of target.bodies ?? [target.body!]) forgetAtomic(context, state, body);
    const summary = context.summaries.ofTarget(target);
    if (summary) return summarizedCall(context, state, invocation, summary, target);
  }
  return unknownCall(context, state, invocation);
}

function usePointerOf(context: Context, state: State, call: Invocation, releases: boolean, dead: DeadPath): void {
  if (call.receiver === undefined || call.call.callee.kind !== 'method') return;
  const span = call.call.callee.receiver.span;
  const object = state.objects.get(call.receiver);
  // A release of a dead object is the over-release rule's.
  if (releases && object && isDead(object)) return;
  usePointer(context, state, call.receiver, span, 'method', call.name, dead);
}

function useArgument(context: Context, state: State, value: Value, expr: Expr, callee: string): void {
  if (printer.test(callee)) return;
  const map = addressedMap(state, value);
  if (map && expr.type.kind === 'pointer')
    context.emit({ kind: 'address-use', object: map, at: expr.span, how: 'argument' }, state);
  const object = state.objects.get(baseOf(value));
  if (object && expr.type.kind === 'pointer')
    context.emit({ kind: 'use', object, at: expr.span, how: `the argument of ${callee}()` }, state);
}

// ---------------------------------------------------------------- kinds of calls

function apiCall(context: Context, state: State, invocation: Invocation, api: FunctionDeclaration): State[] {
  const { values } = context;
  const { call, args, receiver } = invocation;
  if (has(api, 'noreturn')) return [];
  const facts =
    concernsMemory(api) || has(api, 'of_class')
      ? callFacts(context, state, call, api, args, receiver, invocation.receiverClass)
      : undefined;
  if (facts)
    context.emit({ kind: 'call', ...facts, fromClient: (value) => clientNumber(context, state, value) }, state);
  if (facts) noteMappedForClient(context, facts);
  tellBlocking(context, state, call, api);
  noteAtomic(context, state, invocation, api);
  if (has(api, 'needs_prepare')) notePhysicalAccess(context, state, invocation);
  if (has(api, 'drops_maps') && receiver)
    for (const object of state.objects.values())
      if (object.creation?.of === baseOf(receiver))
        context.emit({ kind: 'drops-map', object, at: call.span, call: invocation.name }, state);
  noteClientArguments(context, state, invocation, api);
  if (has(api, 'checks')) notePassed(context, state, invocation);

  if (has(api, 'cast')) {
    const index = api.parameters.findIndex((parameter) => has(parameter, 'result'));
    const value = index >= 0 ? args[index]?.value : receiver;
    if (value) return castCall(context, state, invocation, value, returnContract(api).nullable === false);
  }
  // A dictionary to fill comes back as it was given.
  const same = args[api.parameters.findIndex((parameter) => has(parameter, 'result'))];
  if (same && same.value.constant !== 0n && !state.isNull(same.value)) {
    setResult(state, invocation, same.value);
    return [state];
  }
  const unseen = has(api, 'unseen');
  if (unseen) {
    if (receiver !== undefined) state.annotate(baseOf(receiver), { kept: true });
    disturb(context, state, invocation);
  }
  if (receiver !== undefined) {
    if (has(api, 'consumes_this')) consume(state, receiver);
    if (has(api, 'releases')) release(context, state, invocation, receiver);
    if (has(api, 'retains')) retain(context, state, invocation, receiver);
    const object = state.objects.get(receiver);
    if (has(api, 'frees_mapping')) {
      const known = object ?? tracked(context, state, invocation, receiver);
      if (known) {
        state.addStep(call.span, `${invocation.name}() removes the mapping of ${named(known)}`);
        state.change(receiver, { unmappedAt: call.span });
      }
    }
    if (has(api, 'redirects') && object) {
      context.emit(
        {
          kind: 'redirect',
          object,
          at: call.span,
          options: object.creation?.options && knownBits(object.creation.options),
        },
        state,
      );
      state.change(receiver, { blockedAt: args[0]?.value.constant === 0n ? call.span : undefined });
    }
    if (has(api, 'frees')) free(context, state, invocation, receiver);
    if (invocation.name === 'getRetainCount' && tracked(context, state, invocation, receiver)) escape(state, receiver);
  }

  // A function that is handed over gets the other arguments, now or later.
  if (api.parameters.some(isCallback)) {
    for (const { value } of args) escape(state, value);
    disturb(context, state, invocation);
  }
  const outs: Out[] = [];
  for (const [index, { value, expr }] of args.entries()) {
    const parameter = api.parameters[index];
    const base = baseOf(value);
    if (parameter && has(parameter, 'assumes')) {
      context.emit({ kind: 'condition', value, at: expr.span, classOf: (of) => state.objects.get(of)?.class }, state);
      if (!assume(state, values, value, true)) return [];
      noteCompared(context, state, value, true);
      continue;
    }
    const effect = parameter ? parameterEffect(parameter) : 'borrows';
    switch (effect) {
      case 'keeps':
        if (base.kind === 'address') escape(state, value);
        else if (receiver !== undefined && isLastingCollection(context, api, receiver)) escape(state, value);
        else state.annotate(base, { kept: true });
        break;
      case 'keeps-elements':
        escape(state, value);
        break;
      case 'consumes':
        consume(state, base);
        break;
      case 'escapes':
        escape(state, value);
        if (base.kind === 'address' && base.place.local !== undefined)
          overwrite(context, state, values.deref(value), call, index);
        break;
      case 'moves':
        state.change(base, { managed: true });
        break;
      case 'out-retained':
      case 'out-borrowed':
        outs.push({
          place: values.deref(value),
          type: expr.type,
          retained: effect === 'out-retained',
          success: effect === 'out-borrowed' && unseen ? 'always' : outSuccess(parameter!, api.result),
          span: expr.span,
          promised: unseen,
        });
        break;
      case 'borrows':
        if (parameter && has(parameter, 'reads')) break;
        // A pointer that goes as a number is not what the declaration speaks of.
        if (expr.type.kind === 'int' && state.objects.has(base)) escape(state, value);
        if (base.kind === 'solid') runClosure(context, state, expr);
        else if (base.kind === 'address' && expr.type.kind === 'pointer')
          overwrite(context, state, values.deref(value), call, index);
        if (parameter && has(parameter, 'client_data')) {
          const place = values.deref(value);
          if (!state.store.has(place)) overwrite(context, state, place, call, index);
          state.store.set(place, markClientData(context, state.store.get(place)!));
        }
        break;
      default: {
        const impossible: never = effect;
        return impossible;
      }
    }
  }

  const returns = returnContract(api);
  if (facts) noteFacts(state, api, facts);
  if (outs.length > 0) return outCall(context, state, invocation, api, outs, facts);

  let value: Value;
  const resultClass = classOf(call.type) ?? classOf(api.result);
  const maps = mapsContract(api);
  if (has(api, 'address') && receiver !== undefined) value = values.derived(addressOfMap, baseOf(receiver));
  else if (returns.ownership === 'retained' && !has(api, 'allocates')) {
    value = freshResult(state, context, invocation);
    const index = api.parameters.findIndex((parameter) => bitFamilies(parameter).includes('kernel_map_options'));
    const options = index < 0 ? undefined : (args[index]?.value ?? (maps ? values.constant(0n) : undefined));
    create(state, invocation, value, resultClass, {
      retained: true,
      managed: context.program.usesSharedPointers(),
      nullable: returns.nullable === true,
      options,
      promised: unseen,
      of: maps && receiver,
      made: facts,
    });
    if (maps && receiver) state.change(baseOf(receiver), { kept: true });
  } else if (returns.ownership === 'borrowed') {
    value = steadyResult(context, state, invocation);
    if (!state.objects.has(value) && value.constant === undefined && !state.isNull(value))
      create(state, invocation, value, resultClass, {
        retained: false,
        nullable: returns.nullable === true,
        made: facts,
        promised: unseen,
      });
  } else if (has(api, 'pure') || (unseen && isQuestion(invocation))) value = steadyResult(context, state, invocation);
  else value = freshResult(state, context, invocation);
  setResult(state, invocation, value);
  notePreparation(context, state, invocation, api);
  return [state];
}

function isCallback(parameter: ParameterDeclaration): boolean {
  const { type, name } = parameter;
  return (type.kind === 'pointer' && type.to.kind === 'function') || /(?:action|handler|callback|routine)$/i.test(name);
}

function consume(state: State, value: Value): void {
  const object = state.objects.get(value);
  if (object) state.change(value, { owed: object.owed - 1, kept: true });
}

/** The object is gone, whoever else has references. */
function free(context: Context, state: State, invocation: Invocation, value: Value): void {
  const object = state.objects.get(value);
  const at = invocation.call.span;
  if (object?.origin !== 'created' || object.escaped || object.managed) {
    escape(state, value);
    return;
  }
  if (object.kept) context.emit({ kind: 'free', object, at }, state);
  state.addStep(at, `${invocation.name}() frees ${named(object)}`);
  state.change(value, { owed: 0, kept: false, releasedAt: at });
}

interface Out {
  readonly place: Location;
  readonly type: Type;
  readonly retained: boolean;
  readonly success: Success;
  readonly span: Span;
  readonly promised: boolean;
}

/** Evaluating the closure has exposed what it captures; whoever is given it may run it now. */
function runClosure(context: Context, state: State, expr: Expr): void {
  if (expr.op === 'closure') state.invalidate(context.newEpoch(state, siteOf(expr.span, 'closure')));
}

/** `*out` gets an object when the call succeeds, and NULL when it fails. */
function outCall(
  context: Context,
  state: State,
  invocation: Invocation,
  api: FunctionDeclaration,
  outs: readonly Out[],
  made: CallFacts | undefined,
): State[] {
  const { values } = context;
  const birth = (out: Out): Omit<Birth, 'nullable'> => ({
    retained: out.retained,
    promised: out.promised,
    made,
    ...(outs.length > 1 && { at: out.span }),
  });
  const fill = (into: State, outcome: Success, result?: Value): void => {
    outs.forEach((out, index) => {
      const pointee = out.type.kind === 'pointer' ? out.type.to : undefined;
      if (out.success !== 'always' && out.success !== outcome) {
        const none = result && out.place.kind === 'local' && !isSmartPointer(pointee);
        put(context, into, out.place, values.constant(0n), invocation.call.span);
        if (none) into.store.set(out.place, nothing(into, out, index, classOf(pointee), result));
        return;
      }
      const object = freshResult(into, context, invocation, `out ${index}`);
      create(into, invocation, object, classOf(pointee), { ...birth(out), nullable: false });
      if (out.retained && isSmartPointer(pointee)) into.change(object, { managed: true });
      into.setRange(object, { low: undefined, high: undefined, not: [0n] });
      put(context, into, out.place, object, invocation.call.span);
    });
  };
  /** NULL that remembers which call has failed. */
  const nothing = (into: State, out: Out, index: number, className: string | undefined, result: Value): Value => {
    const value = freshResult(into, context, invocation, `none ${index}`);
    const { path } = into;
    create(into, invocation, value, className, { ...birth(out), nullable: true });
    into.path = path;
    const variable = out.place.local === undefined ? undefined : context.fn.locals[out.place.local]?.name;
    const object = into.objects.get(value);
    if (object) into.absent.set(value, { object: { ...object, variable, since: Math.max(into.depth - 1, 0) }, result });
    into.setRange(value, { low: 0n, high: 0n, not: [] });
    return value;
  };
  const usual = outs.find((out) => out.success !== 'always')?.success ?? 'always';
  if (api.result.kind === 'void' || usual === 'always') {
    fill(state, usual);
    if (api.result.kind !== 'void') setResult(state, invocation, freshResult(state, context, invocation));
    return [state];
  }
  const failed = state.fork();
  const answer = (of: State, outcome: Success): Value => {
    const value = freshResult(of, context, invocation);
    assume(of, values, value, outcome === 'nonzero');
    setResult(of, invocation, value);
    return value;
  };
  fill(state, usual);
  answer(state, usual);
  const other = usual === 'zero' ? 'nonzero' : 'zero';
  failed.addStep(invocation.call.span, `${invocation.name}() fails`);
  fill(failed, other, answer(failed, other));
  return [state, failed];
}

/** Stores without looking at types: used for out-parameters. */
function put(context: Context, state: State, place: Location, value: Value, at: Span): void {
  noteFieldStore(context, state, place, value, at);
  loseOld(state, place, value, undefined);
  state.forget(place);
  state.store.set(place, value);
  const name = place.kind === 'local' ? context.fn.locals[place.local!]?.name : place.name;
  noteStored(context, state, place, value, name === '' ? undefined : name);
}

/** The call may have written to a place that it was given the address of. */
function overwrite(context: Context, state: State, place: Location, call: Call, index: number): void {
  for (const [known, held] of state.store)
    if (known.local !== undefined && known.local === place.local && known === place) escape(state, held);
  state.forget(place);
  const site = siteOf(call.span, `out ${index}`);
  const value = context.values.result(site, state.freeGeneration(site));
  state.renew(value);
  state.store.set(place, value);
}

function castCall(context: Context, state: State, invocation: Invocation, value: Value, required: boolean): State[] {
  const { values, program } = context;
  const wanted = classOf(invocation.call.type);
  const base = baseOf(value);
  if (wanted !== undefined) context.emit({ kind: 'cast', to: wanted, at: invocation.call.span }, state);
  if (isImmortal(wanted)) escape(state, base);
  if (value.constant === 0n || state.isNull(value)) {
    setResult(state, invocation, values.constant(0n));
    return [state];
  }
  const object = state.objects.get(base);
  if (object) {
    const known = madeClass(object) ?? object.class;
    const certain = required || (wanted !== undefined && known !== undefined && program.isA(known, wanted));
    if (certain) {
      setResult(state, invocation, value);
      return [state];
    }
    if (object.origin === 'created' && object.owed > 0) {
      const failed = state.fork();
      if (assume(state, values, base, true)) {
        setResult(state, invocation, value);
        state.change(base, { class: wanted ?? object.class });
      }
      // Of what it made itself, the author knows the class.
      if (object.creation?.made) escape(failed, base);
      failed.addStep(invocation.call.span, `${named(object)} is of another class, and the cast yields NULL`);
      setResult(failed, invocation, values.constant(0n));
      return [state, failed];
    }
  }
  setResult(state, invocation, values.derived(`cast ${wanted ?? ''}`, value));
  return [state];
}

/** The class that the API says of what a call has made, beyond the declared one. */
function madeClass({ creation }: ObjectState): string | undefined {
  const made = creation?.made;
  const [what, name] = (made && attribute(made.declaration, 'of_class')?.args) ?? [];
  if (what === 'this') return made?.receiver?.class ?? made?.receiverClass;
  return made?.arguments.some(({ value }) => value.kind === 'initial' && value.place.name === what) ? name : undefined;
}

/** Calls whose body nobody has, and that no header promises anything about. */
function unknownCall(context: Context, state: State, invocation: Invocation): State[] {
  const { call, args, receiver, name } = invocation;
  const harmless = printer.test(name) && receiver === undefined;
  if (!harmless) {
    if (receiver !== undefined) escape(state, receiver);
    disturb(context, state, invocation);
  }
  args.forEach(({ value }, index) => {
    const base = baseOf(value);
    if (!harmless) escape(state, value);
    if (base.kind === 'address' && base.place.local !== undefined)
      overwrite(context, state, context.values.deref(value), call, index);
  });
  setResult(
    state,
    invocation,
    isQuestion(invocation) ? steadyResult(context, state, invocation) : freshResult(state, context, invocation),
  );
  return [state];
}

function isQuestion({ call, name }: Invocation): boolean {
  const pointer = call.type.kind === 'pointer' || call.type.kind === 'reference' || call.type.kind === 'class';
  return !pointer && question.test(name.replace(/^.*::/, ''));
}

/** Code that can't be seen ran: memory may be different, and what memory holds may have been freed or kept. */
function disturb(context: Context, state: State, invocation: Invocation): void {
  for (const object of [...state.objects.values()])
    if (object.origin === 'foreign' || object.stored.length > 0) state.change(object.value, { escaped: true });
  for (const [place, held] of [...state.store])
    if (place.local !== undefined && state.exposed.has(place.local)) state.change(baseOf(held), { escaped: true });
  state.invalidate(context.newEpoch(state, siteOf(invocation.call.span, 'memory')));
}

function summarizedCall(
  context: Context,
  state: State,
  invocation: Invocation,
  summary: Summary,
  target: Target,
): State[] {
  const { call, args, receiver } = invocation;
  if (summary.noreturn) return [];
  const apply = (value: Value, effect: Effect, index: number): void => {
    const base = baseOf(value);
    switch (effect) {
      case 'none':
        break;
      case 'releases':
        if (!state.isNull(base)) release(context, state, invocation, base);
        break;
      case 'retains':
        if (!state.isNull(base)) retain(context, state, invocation, base);
        break;
      case 'escapes':
        escape(state, value);
        break;
      default: {
        const impossible: never = effect;
        return impossible;
      }
    }
    if (base.kind === 'address' && effect !== 'none')
      overwrite(context, state, context.values.deref(value), call, index);
  };
  if (receiver !== undefined) apply(receiver, summary.receiver, -1);
  args.forEach(({ value }, index) => apply(value, summary.parameters[index] ?? 'escapes', index));
  if (summary.writes === 'all') disturb(context, state, invocation);
  else if (summary.writes.size > 0)
    state.invalidate(context.newEpoch(state, siteOf(call.span, 'memory')), summary.writes);
  const steady = summary.writes !== 'all' && summary.writes.size === 0 && summary.returns !== 'retained';
  const value = steady ? steadyResult(context, state, invocation) : freshResult(state, context, invocation);
  setResult(state, invocation, value);
  if (summary.returns === 'retained')
    create(state, invocation, value, classOf(call.type) ?? classOf((target.body ?? target.bodies?.[0])?.result), {
      retained: true,
      nullable: summary.nullable,
    });
  return [state];
}

/**
 * Whether a collection outlives the function and its elements are looked up somewhere: drivers keep an object's own
 * reference together with the collection's, and give up both when they take it out again.
 */
function isLastingCollection(context: Context, api: FunctionDeclaration, receiver: Value): boolean {
  const lasting = receiver.kind === 'initial' && receiver.place.local === undefined;
  return (
    lasting &&
    api.class !== undefined &&
    context.program.isA(api.class, 'OSCollection') &&
    context.program.mentions('getObject')
  );
}
