import { has } from '../api/attributes';
import type { Expr, Function, Instruction } from '../ir/types';
import { precedes } from './control';
import type { FieldName, FieldRelease } from './field-facts';
import { teardownMethods } from './field-facts';
import type { FieldHistory, FieldProgram, Located } from './field-history';
import { readOf } from './field-reads';
import { usesOfField } from './field-uses';
import type { FieldUse } from './field-uses';
import { collectExpr } from './liveness';
import { calledBy } from './program';
import type { Program } from './program';
import { printer } from './reach';
import { registrationsIn } from './registrations';
import type { Span } from './span';

/** A field is released before a source of events is stopped whose handler uses it. */
export interface StoppedLate {
  readonly release: Located<FieldRelease>;
  /** The field that holds the source, and the call that stops it. */
  readonly source: string;
  readonly call: string;
  readonly stop: Located<{ readonly at: Span }>;
  readonly use: Located<{ readonly at: Span }>;
}

/** Of a field that holds a map: where its release comes too early for what still uses the mapping. */
export function stoppedLate(history: FieldHistory, world: FieldProgram): readonly StoppedLate[] {
  const { field, addresses } = history;
  const names = new Set([field.name, ...addresses.map((each) => each.field.name)]);
  return history.releases
    .filter(({ own, fn }) => own && teardownMethods.has(fn.name))
    .flatMap((release) => {
      const { fn } = release;
      const stops = stopsIn(fn, world.programOf(fn)).filter(({ at }) => precedes(fn, release.at, at));
      if (stops.length === 0 || isQuietBefore(fn, release.at, world.programOf(fn))) return [];
      return stops.flatMap(({ source, call, at }) => {
        if (!isStoppedHereOnly(source, release, world)) return [];
        return handlersOf(source, world).flatMap((handler) => {
          const skips = (fn: Function): boolean => asks(fn, names);
          const use = readOf(handler, { owner: field.owner, names }, world.programOf(handler), skips);
          return use ? [{ release, source: source.name, call, stop: { fn, at }, use: { fn: handler, at: use } }] : [];
        });
      });
    });
}

type Call = Extract<Instruction, { op: 'call' }>;
type OwnedField = FieldName & { readonly owner: string };

function callsIn(fn: Function): readonly Call[] {
  return fn.blocks.flatMap(({ instructions }) => instructions.filter((each): each is Call => each.op === 'call'));
}

interface Stop {
  readonly source: OwnedField;
  readonly call: string;
  readonly at: Span;
}

/** Calls that stop what a field of the function's own object holds. */
function stopsIn(fn: Function, program: Program): readonly Stop[] {
  return callsIn(fn).flatMap((each) => {
    const { api } = calledBy(each, program);
    if (!api) return [];
    const at = api.parameters.findIndex((parameter) => has(parameter, 'stops'));
    const { callee } = each;
    const meant = at >= 0 ? each.args[at] : has(api, 'stops') && callee.kind === 'method' ? callee.receiver : undefined;
    const source = meant && ownFieldIn(meant);
    return source ? [{ source, call: api.name, at: each.span }] : [];
  });
}

/** `this->field`. */
function ownFieldIn(expr: Expr): OwnedField | undefined {
  if (expr.op === 'cast' || expr.op === 'pointee') return ownFieldIn(expr.value);
  if (expr.op !== 'load' || expr.place.kind !== 'field') return undefined;
  const { base, name, owner } = expr.place;
  return owner !== undefined && base.kind === 'deref' && base.pointer.op === 'this' ? { owner, name } : undefined;
}

/** Whether something before the release may have stopped the sources: code that can't be seen, or a work loop's gate. */
function isQuietBefore(fn: Function, release: Span, program: Program): boolean {
  return callsIn(fn).some((call) => {
    if (precedes(fn, release, call.span) || isSame(call.span, release)) return false;
    const { api } = calledBy(call, program);
    if (!api) return !(call.callee.kind === 'function' && printer.test(call.callee.name));
    return has(api, 'stops') || api.class === 'IOWorkLoop' || api.class === 'IOCommandGate';
  });
}

function isSame(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end;
}

/** Whether nothing else stops a source, as far as all functions that name it tell. */
function isStoppedHereOnly(source: OwnedField, { fn, at }: Located<FieldRelease>, world: FieldProgram): boolean {
  const functions = world.functionsNaming(source);
  return (
    functions?.every((one) =>
      usesOfField(one, source.name, world.programOf(one)).every(
        (use) => !mayStop(use) || (one === fn && precedes(fn, at, use.at)),
      ),
    ) ?? false
  );
}

function mayStop({ kind, declaration, parameter }: FieldUse): boolean {
  if (kind === 'escapes') return parameter === undefined || !has(parameter, 'keeps');
  return [declaration, parameter].some((one) => one !== undefined && has(one, 'stops'));
}

/** The functions that what a field holds was made to call. */
function handlersOf(source: OwnedField, world: FieldProgram): readonly Function[] {
  const found = new Set<Function>();
  for (const fn of world.functionsNaming(source) ?? []) {
    const program = world.programOf(fn);
    const registered = registrationsIn(fn, program);
    if (registered.length === 0) continue;
    const calls = callsStoredIn(fn, source.name);
    for (const { what, at } of registered) {
      const body =
        typeof what === 'string' && calls.some((call) => isSame(call, at)) && program.findFunction(what, 0).body;
      if (body) found.add(body);
    }
  }
  return [...found];
}

/** The calls whose results a function stores in a field. */
function callsStoredIn(fn: Function, name: string): readonly Span[] {
  const found: Span[] = [];
  const locals = new Set<number>();
  const each = (visit: (instruction: Instruction) => void): void => {
    for (const { instructions } of fn.blocks) instructions.forEach(visit);
  };
  const trace = (expr: Expr): void => {
    if (expr.op === 'cast' || expr.op === 'pointee') trace(expr.value);
    else if (expr.op === 'temp')
      each((one) => {
        if (one.op === 'call' && one.temp === expr.temp) {
          found.push(one.span);
          one.args.forEach(trace);
        }
        if (one.op === 'set' && one.temp === expr.temp) trace(one.value);
      });
    else if (expr.op === 'load' && expr.place.kind === 'local' && !locals.has(expr.place.local)) {
      const { local } = expr.place;
      locals.add(local);
      each((one) => {
        if (one.op === 'store' && one.place.kind === 'local' && one.place.local === local) trace(one.value);
      });
    }
  };
  each((one) => {
    if (one.op === 'store' && one.place.kind === 'field' && one.place.name === name) trace(one.value);
  });
  return found;
}

/** Whether a function asks one of the fields before it goes on. */
function asks(fn: Function, names: ReadonlySet<string>): boolean {
  return fn.blocks.some(({ terminator }) => {
    if (terminator.op !== 'branch') return false;
    const uses = { locals: new Set<number>(), temps: new Set<number>(), names: new Set<string>() };
    collectExpr(terminator.condition, uses);
    return [...uses.names].some((name) => names.has(name));
  });
}
