import { has, parameterEffect } from '../api/attributes';
import type { FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Expr, Function, Instruction, Local, Place, Type } from '../ir/types';
import { classOf } from './context';
import type { FieldName } from './field-facts';
import type { Program, Target } from './program';
import type { Span } from './span';

/** What a place in the text does with what a field holds, or with a copy of it. Told without regard to paths. */
export type FieldUseKind =
  /** Gives up a reference. */
  | 'releases'
  /** Somebody may give the reference up: code out of view gets the pointer, or another place that lasts does. */
  | 'escapes'
  | 'retains'
  /** Calls a method of the API that leaves the references alone; `what` names it. */
  | 'calls'
  /** An argument of a call that leaves it alone. */
  | 'passes'
  /** Stores a reference of its own for the caller to have: retain(), then `*result = fMap`. */
  | 'lends'
  | 'clears'
  /** Stores something that isn't NULL. */
  | 'stores';

export interface FieldUse {
  readonly kind: FieldUseKind;
  readonly field: FieldName;
  /** The method or function called. */
  readonly what: string;
  /** For an argument of a call of the API: what the parameter is. */
  readonly parameter?: ParameterDeclaration;
  /** For a method of the API. */
  readonly declaration?: FunctionDeclaration;
  readonly at: Span;
}

/** How many calls deep arguments are followed into bodies. */
const deepest = 3;
const parameterKey = '#';
const printer = /(log|print|trace|debug|assert)/i;

/** What a function does with the fields of a name, in closures too. */
export function usesOfField(fn: Function, name: string, program: Program): readonly FieldUse[] {
  return new Scan(fn, program, name, 0).run();
}

/** Expressions that lead to one of the fields, by the field's key. */
class Scan {
  readonly #uses: FieldUse[] = [];
  readonly #names = new Map<string, FieldName>();
  readonly #locals = new Map<Local, Set<string>>();
  readonly #temps = new Map<number, Set<string>>();
  #grew = false;

  constructor(
    private readonly fn: Function,
    private readonly program: Program,
    private readonly name: string | undefined,
    private readonly depth: number,
    seeds: ReadonlyMap<Local, ReadonlySet<string>> = new Map(),
    names: ReadonlyMap<string, FieldName> = new Map(),
  ) {
    for (const [local, keys] of seeds) this.#locals.set(local, new Set(keys));
    for (const [key, field] of names) this.#names.set(key, field);
  }

  run(): readonly FieldUse[] {
    do {
      this.#grew = false;
      this.#each((instruction) => this.#spread(instruction));
    } while (this.#grew);
    this.#each((instruction) => this.#note(instruction));
    for (const { terminator } of this.fn.blocks)
      if (terminator.op === 'return' && terminator.value && isPointer(terminator.value.type))
        this.#returned(terminator.value);
    for (const closure of this.fn.closures) this.#uses.push(...this.#inside(closure).run());
    return this.#uses;
  }

  /** A closure sees the locals that it captures. */
  #inside(closure: Function): Scan {
    const seeds = new Map<Local, Set<string>>();
    closure.locals.forEach((local, index) => {
      const keys = local.captures && this.#locals.get(local.captures.local);
      if (keys) seeds.set(index, keys);
    });
    return new Scan(closure, this.program, this.name, this.depth, seeds, this.#names);
  }

  #each(visit: (instruction: Instruction) => void): void {
    for (const block of this.fn.blocks) for (const instruction of block.instructions) visit(instruction);
  }

  // -------------------------------------------------------------- copies

  #spread(instruction: Instruction): void {
    switch (instruction.op) {
      case 'set':
        this.#add(this.#temps, instruction.temp, this.#keys(instruction.value));
        return;
      case 'store': {
        const local = localOf(instruction.place);
        if (local !== undefined) this.#add(this.#locals, local, this.#keys(instruction.value));
        return;
      }
      case 'call':
        if (instruction.temp !== undefined && this.#isCast(instruction))
          for (const argument of instruction.args) this.#add(this.#temps, instruction.temp, this.#keys(argument));
        return;
      default:
        return;
    }
  }

  #isCast(call: Extract<Instruction, { op: 'call' }>): boolean {
    if (call.callee.kind !== 'function') return false;
    const { api } = this.program.findFunction(call.callee.name, call.args.length);
    return (api !== undefined && has(api, 'cast')) || /^OS(?:Dynamic|Required|Checked)Cast\b/.test(call.callee.name);
  }

  #add<K>(map: Map<K, Set<string>>, key: K, found: ReadonlySet<string>): void {
    if (found.size === 0) return;
    const known = map.get(key) ?? new Set();
    map.set(key, known);
    for (const each of found) {
      if (known.has(each)) continue;
      known.add(each);
      this.#grew = true;
    }
  }

  /** The fields that an expression's pointer comes from; that of a field's address counts as the field's own. */
  #keys(expr: Expr): ReadonlySet<string> {
    switch (expr.op) {
      case 'load':
      case 'address':
        return this.#placeKeys(expr.place);
      case 'cast':
      case 'pointee':
        return isPointer(expr.type) || isWide(expr.type) ? this.#keys(expr.value) : none;
      case 'temp':
        return this.#temps.get(expr.temp) ?? none;
      case 'binary': {
        if (expr.operator !== '+' && expr.operator !== '-') return none;
        const left = this.#keys(expr.left);
        return left.size > 0 ? left : this.#keys(expr.right);
      }
      default:
        return none;
    }
  }

  #placeKeys(place: Place): ReadonlySet<string> {
    switch (place.kind) {
      case 'local':
        return this.#locals.get(place.local) ?? none;
      case 'field':
        return place.name === this.name && localOf(place) === undefined ? this.#keyOf(place) : none;
      case 'index':
        return this.#placeKeys(place.base);
      case 'deref':
        // An element of an array of pointers, or the field whose address is known.
        return isDouble(place.pointer.type) ? this.#keys(place.pointer) : none;
      case 'value':
        return this.#keys(place.value);
      case 'global':
        return none;
      default: {
        const impossible: never = place;
        return impossible;
      }
    }
  }

  #keyOf(place: Extract<Place, { kind: 'field' }>): ReadonlySet<string> {
    const key = `${place.owner ?? ''}::${place.name}`;
    if (!this.#names.has(key)) this.#names.set(key, { owner: place.owner, name: place.name });
    return new Set([key]);
  }

  // -------------------------------------------------------------- uses

  #use(
    keys: ReadonlySet<string>,
    kind: FieldUseKind,
    what: string,
    at: Span,
    declared: Pick<FieldUse, 'parameter' | 'declaration'> = {},
  ): void {
    for (const key of keys) {
      const field = this.#names.get(key);
      if (field) this.#uses.push({ ...declared, kind, field, what, at });
    }
  }

  #note(instruction: Instruction): void {
    switch (instruction.op) {
      case 'set':
      case 'begin':
      case 'end':
        return;
      case 'new':
        return;
      case 'delete':
        this.#use(this.#keys(instruction.pointer), 'releases', 'delete', instruction.span);
        return;
      case 'opaque':
        for (const touched of instruction.touches)
          this.#use(this.#keys(touched), 'escapes', instruction.reason, instruction.span);
        return;
      case 'store':
        this.#store(instruction);
        return;
      case 'call':
        this.#call(instruction);
        return;
      default: {
        const impossible: never = instruction;
        return impossible;
      }
    }
  }

  #store({ place, value, span }: Extract<Instruction, { op: 'store' }>): void {
    const target = place.kind === 'local' ? none : this.#placeKeys(place);
    this.#use(target, isNull(value) ? 'clears' : 'stores', '', span);
    if (localOf(place) !== undefined || !(isPointer(value.type) || isWide(value.type))) return;
    const moved = new Set([...this.#keys(value)].filter((key) => !target.has(key)));
    this.#use(moved, this.#isRetained(moved) ? 'lends' : 'escapes', '', span);
  }

  /** Whether the function takes references of its own to what these hold. */
  #isRetained(keys: ReadonlySet<string>): boolean {
    return this.fn.blocks.some((block) =>
      block.instructions.some(
        (each) =>
          each.op === 'call' &&
          each.callee.kind === 'method' &&
          /^(?:tagged)?retain$/i.test(each.callee.name) &&
          [...this.#keys(each.callee.receiver)].some((key) => keys.has(key)),
      ),
    );
  }

  /** By the naming convention, who calls a getter gets no reference to give up. */
  #returned(value: Expr): void {
    const keys = this.#keys(value);
    const kind = /^get[A-Z]/.test(this.fn.name) || this.#isRetained(keys) ? 'lends' : 'escapes';
    this.#use(keys, this.depth > 0 ? 'escapes' : kind, this.fn.name, value.span);
  }

  #call(call: Extract<Instruction, { op: 'call' }>): void {
    const { callee, args, span } = call;
    switch (callee.kind) {
      case 'pointer':
      case 'constructor':
        for (const argument of args) this.#use(this.#keys(argument), 'escapes', '', span);
        return;
      case 'function': {
        if (this.#isCast(call)) return;
        const target = this.program.findFunction(callee.name, args.length);
        this.#arguments(args, target, callee.name, span);
        return;
      }
      case 'method': {
        const className = callee.class ?? classOf(callee.receiver.type);
        const target =
          className === undefined ? {} : this.program.findMethod(className, callee.name, args.length, callee.direct);
        const keys = this.#keys(callee.receiver);
        if (keys.size > 0) {
          const declared = target.api ? { declaration: target.api } : {};
          this.#use(keys, effectOfMethod(callee.name, args.length, target.api), callee.name, span, declared);
        }
        this.#arguments(args, target, callee.name, span);
        return;
      }
      default: {
        const impossible: never = callee;
        return impossible;
      }
    }
  }

  #arguments(args: readonly Expr[], target: Target, name: string, at: Span): void {
    args.forEach((argument, index) => {
      const keys = this.#keys(argument);
      if (keys.size === 0) return;
      const { api, body } = target;
      if (api) this.#apiArgument(api, api.parameters[index], keys, name, at);
      else if (body && body.gaps.length === 0 && this.depth < deepest && index < body.parameters)
        this.#bodyArgument(body, index, keys, at);
      else this.#use(keys, !body && printer.test(name) ? 'passes' : 'escapes', name, at);
    });
  }

  #apiArgument(
    api: FunctionDeclaration,
    parameter: ParameterDeclaration | undefined,
    keys: ReadonlySet<string>,
    name: string,
    at: Span,
  ): void {
    const effect = parameter ? parameterEffect(parameter) : 'borrows';
    const handed = api.parameters.some((each) => each.type.kind === 'pointer' && each.type.to.kind === 'function');
    const quiet =
      !handed && (effect === 'borrows' || effect === 'out-retained' || effect === 'out-borrowed' || isKeeper(api));
    this.#use(
      keys,
      quiet ? 'passes' : effect === 'consumes' ? 'releases' : 'escapes',
      name,
      at,
      parameter && { parameter },
    );
  }

  /** What a body does with an argument is what the call does. */
  #bodyArgument(body: Function, index: number, keys: ReadonlySet<string>, at: Span): void {
    const field: FieldName = { owner: undefined, name: parameterKey };
    const inner = new Scan(
      body,
      this.program,
      undefined,
      this.depth + 1,
      new Map([[index, new Set([parameterKey])]]),
      new Map([[parameterKey, field]]),
    );
    for (const use of inner.run()) this.#use(keys, use.kind, use.what, at, use);
  }
}

const none: ReadonlySet<string> = new Set();

/** Calls whose own reference ends in a call of the same class, apart from the one that the field has. */
function isKeeper(api: FunctionDeclaration): boolean {
  return api.class === 'IODMACommand' || api.name === 'withSubRange' || api.name === 'withPersistentMemoryDescriptor';
}

function effectOfMethod(name: string, count: number, api: FunctionDeclaration | undefined): FieldUseKind {
  if (api) {
    if (has(api, 'releases') || has(api, 'frees')) return 'releases';
    return has(api, 'retains') ? 'retains' : 'calls';
  }
  if (count === 0 && name === 'release') return 'releases';
  return count === 0 && name === 'retain' ? 'retains' : 'escapes';
}

function isNull(expr: Expr): boolean {
  switch (expr.op) {
    case 'null':
      return true;
    case 'int':
      return expr.value === 0n;
    case 'cast':
      return isNull(expr.value);
    default:
      return false;
  }
}

/** The local that a place is part of. */
function localOf(place: Place): Local | undefined {
  let at = place;
  while (at.kind === 'field' || at.kind === 'index') at = at.base;
  return at.kind === 'local' ? at.local : undefined;
}

function isPointer(type: Type): boolean {
  return ['pointer', 'reference', 'class', 'unknown', 'array'].includes(type.kind);
}

/** Wide enough to hide a pointer in. */
function isWide(type: Type): boolean {
  return type.kind === 'int' && type.bits === 64;
}

function isDouble(type: Type): boolean {
  return (
    ((type.kind === 'pointer' || type.kind === 'reference') &&
      (type.to.kind === 'pointer' || type.to.kind === 'reference' || type.to.kind === 'unknown')) ||
    type.kind === 'unknown'
  );
}
