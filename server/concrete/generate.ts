import type { Block, BlockId, Expr, Instruction, Terminator, Type } from '../ir/types';
import type { Context } from './compile-expr';
import type { Code, CodeBlock, Frame } from './frame';
import { convert, fail, piece, rangeOf, store, type Piece, type Sink } from './generate-expr';
import type { Interpreter } from './interpreter';
import { kernelCalls } from './kernel/table';
import type { QuickMemory } from './quick-memory';
import { noSpan, type Span } from './span';
import { walkInstruction, walkTerminator } from '../ir/walk';
import { rootLocal } from '../ir/lower-places';
import { isPointer, wide, wideLimit, type Value } from './values';

/** Runs a function from a block on, to its end. Only blocks of `entries` can be begun with. */
export interface Generated {
  readonly entries: ReadonlySet<BlockId>;
  readonly execute: (frame: Frame, from: BlockId) => void;
}

/** What generated code uses. */
interface Support {
  readonly blocks: readonly CodeBlock[];
  readonly quick: QuickMemory;
  readonly none: Span;
  readonly lowest: number;
  readonly highest: number;
  /** What is left of the budget. */
  readonly left: Float64Array;
  /** A value of a frame as a number, if it is one; and back. */
  readonly enter: (value: Value | undefined) => unknown;
  readonly leave: (value: unknown) => Value | undefined;
  readonly leaveUnsigned: (value: unknown) => Value | undefined;
  readonly global: (index: number) => number;
  readonly exhausted: (block: BlockId) => void;
  /** Whether an assertion that holds may be passed without a word. */
  readonly holds: () => boolean;
}

/** Nested deeper than this, a block is jumped to. */
const deepest = 40;

/**
 * Turns a function that runs often into JavaScript, in which integers and pointers are numbers. Each instruction of it has
 * its closure behind it (see compile.ts), which runs whenever something is not as usual: a value that is unknown or too
 * large, an access that is not plain, a call. The text is made of the IR's numbers only, never of names or source text.
 */
export function generate(run: Interpreter, code: Code): Generated {
  const generator = new Generator({ run, source: code.source, storage: code.storage }, code);
  const text = generator.text();
  const { globals } = generator;
  const support: Support = {
    blocks: code.blocks,
    quick: run.quick,
    none: noSpan,
    lowest: run.memory.lowest,
    highest: run.memory.highest,
    left: run.left,
    enter,
    leave: (value) => (typeof value === 'number' ? BigInt(value) : (value as Value | undefined)),
    leaveUnsigned: (value) =>
      typeof value === 'number' ? BigInt.asUintN(64, BigInt(value)) : (value as Value | undefined),
    global: (index) => wide(run.globalAddress(globals[index]!.name, globals[index]!.type, code.source.file)),
    exhausted: (block) => run.exhausted(code, block),
    holds: () => {
      if (run.kernel.steps.open) return false;
      run.asserted?.(true);
      return true;
    },
  };
  const make = new Function('support', text) as (support: Support) => Generated['execute'];
  return { entries: generator.entries, execute: make(support) };
}

function enter(value: Value | undefined): unknown {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value !== 'bigint') return value;
  const number = wide(value);
  return number >= -wideLimit && number < wideLimit ? number : value;
}

class Generator implements Sink {
  readonly c: Context;
  readonly entries = new Set<BlockId>();
  readonly globals: { readonly name: string; readonly type: Type }[] = [];
  readonly #code: Code;
  readonly #blocks: readonly Block[];
  readonly #head: string[] = [];
  #lines: string[] = [];
  /** Variables that the instruction at hand reads, and those that are known to be numbers by now. */
  #guards = new Set<string>();
  #numbers = new Set<string>();
  #names = 0;
  #caches = 0;
  readonly #locals: ReadonlySet<number>;
  readonly #temps: ReadonlySet<number>;
  readonly #pending: BlockId[];
  readonly #single = new Set<BlockId>();

  constructor(c: Context, code: Code) {
    this.c = c;
    this.#code = code;
    this.#blocks = code.function.blocks;
    this.#pending = [code.function.entry];
    const { locals, temps } = code.function;
    this.#locals = new Set(
      locals.flatMap(({ type }, index) => (code.storage[index] === 'register' && rangeOf(type) ? [index] : [])),
    );
    const mixed = new Set<number>();
    for (const block of this.#blocks)
      for (const each of block.instructions)
        if (each.op === 'set' && !rangeOf(each.value.type)) mixed.add(each.temp);
        else if (each.op === 'call' && each.temp !== undefined && !rangeOf(each.type)) mixed.add(each.temp);
    this.#temps = new Set(temps.flatMap((type, index) => (rangeOf(type) && !mixed.has(index) ? [index] : [])));
    const seen = new Set<BlockId>([code.function.entry]);
    for (const block of this.#blocks)
      for (const next of successors(block.terminator))
        if (seen.has(next)) this.#single.delete(next);
        else {
          seen.add(next);
          this.#single.add(next);
        }
  }

  /** The text of the function that makes the function. */
  text(): string {
    const cases: string[] = [];
    for (let id = this.#pending.pop(); id !== undefined; id = this.#pending.pop()) {
      if (this.entries.has(id)) continue;
      this.entries.add(id);
      this.#lines = [];
      this.#numbers = new Set();
      this.#block(id, 0);
      cases.push(`case ${id}: {\n${this.#lines.join('\n')}\n}`);
    }
    const locals = [...this.#locals].map((local) => `let l${local} = enter(registers[${local}]);`);
    const temps = [...this.#temps].map((temp) => `let t${temp} = enter(temps[${temp}]);`);
    return `'use strict';
const { blocks, quick, none, lowest, highest, left, enter, leave, leaveUnsigned, global, exhausted, holds } = support;
${this.#head.join('\n')}
return (frame, b) => {
const { registers, regions, temps } = frame;
const self = enter(frame.self);
${[...locals, ...temps].join('\n')}
out: for (;;) switch (b) {
${cases.join('\n')}
default: throw new RangeError('no such block');
}
exhausted(b);
};`;
  }

  line(code: string): void {
    this.#lines.push(code);
  }

  fresh(code: string): string {
    const name = `v${this.#names++}`;
    this.line(`const ${name} = ${code};`);
    return name;
  }

  variable(kind: 'l' | 't', index: number): Piece | undefined {
    const { locals, temps } = this.#code.function;
    if (!(kind === 'l' ? this.#locals : this.#temps).has(index)) return undefined;
    const range = rangeOf(kind === 'l' ? locals[index]!.type : temps[index]!);
    const code = `${kind}${index}`;
    this.#guards.add(code);
    return range && { code, range };
  }

  cache(): string {
    const name = `c${this.#caches++}`;
    this.#head.push(`let ${name} = none;`);
    return name;
  }

  global(name: string, type: Type): string {
    let index = this.globals.findIndex((each) => each.name === name);
    if (index < 0) {
      index = this.globals.push({ name, type }) - 1;
      this.#head.push(`let g${index};`);
    }
    return this.fresh(`(g${index} ??= global(${index}))`);
  }

  #block(id: BlockId, depth: number): void {
    const block = this.#blocks[id]!;
    this.line(`if ((left[0] -= ${block.instructions.length + 1}) < 0) { b = ${id}; break out; }`);
    block.instructions.forEach((instruction, index) => {
      this.#instruction(instruction, `blocks[${id}].instructions[${index}]`);
    });
    this.#terminator(block.terminator, id, depth);
  }

  /** Goes to a block: its code is put here where nothing else leads to it. */
  #goto(id: BlockId, depth: number): void {
    if (this.#single.has(id) && depth < deepest) {
      this.#block(id, depth + 1);
      return;
    }
    this.#pending.push(id);
    this.line(`b = ${id}; continue out;`);
  }

  /**
   * Writes what `quick` makes of an instruction, and behind it the closure. `quick` answers the assignment that ends it, or
   * undefined where there is no quick way.
   */
  #either(quick: () => string | undefined, slow: () => void, done: readonly string[]): void {
    const { length } = this.#lines;
    this.#guards = new Set();
    const last = quick();
    const lines = this.#lines.splice(length);
    if (last === undefined) {
      slow();
    } else {
      const guards = [...this.#guards].filter((name) => !this.#numbers.has(name));
      if (guards.length > 0)
        lines.unshift(`if (${guards.map((name) => `typeof ${name} !== 'number'`).join(' || ')}) ${fail}`);
      if (lines.some((line) => line.endsWith(fail))) {
        this.line('d: { s: {');
        this.#lines.push(...lines, last, 'break d; }');
        slow();
        this.line('}');
      } else {
        this.line('{');
        this.#lines.push(...lines, last);
        this.line('}');
        for (const name of done) this.#numbers.add(name);
        return;
      }
    }
    for (const name of done) this.#numbers.delete(name);
  }

  #instruction(instruction: Instruction, closure: string): void {
    const results = this.#results(instruction);
    if (instruction.op === 'begin' && results[0] !== undefined) {
      this.line(`${results[0]} = undefined;`);
      this.#numbers.delete(results[0]);
      return;
    }
    this.#either(
      () => this.#quick(instruction),
      () => {
        this.#leave((visit) => walkInstruction(instruction, { expr: visit }));
        this.line(`${closure}(frame);`);
        for (const name of results)
          this.line(`${name} = enter(${name.startsWith('t') ? 'temps' : 'registers'}[${name.slice(1)}]);`);
      },
      results,
    );
  }

  /** The variables that an instruction sets. */
  #results(instruction: Instruction): readonly string[] {
    switch (instruction.op) {
      case 'set':
      case 'call':
      case 'new':
        return instruction.temp !== undefined && this.#temps.has(instruction.temp) ? [`t${instruction.temp}`] : [];
      case 'store':
        return instruction.place.kind === 'local' && this.#locals.has(instruction.place.local)
          ? [`l${instruction.place.local}`]
          : [];
      case 'begin':
        return this.#locals.has(instruction.local) ? [`l${instruction.local}`] : [];
      case 'delete':
      case 'end':
      case 'opaque':
        return [];
    }
  }

  #quick(instruction: Instruction): string | undefined {
    const { storage } = this.c;
    switch (instruction.op) {
      case 'set': {
        if (!this.#temps.has(instruction.temp)) return undefined;
        const value = piece(this, instruction.value);
        const fitted = value && convert(value, this.#code.function.temps[instruction.temp]!);
        return fitted && `t${instruction.temp} = ${fitted.code};`;
      }
      case 'store': {
        const { place, value: expr } = instruction;
        if (!rangeOf(place.type)) return undefined;
        const value = piece(this, expr);
        const fitted = value && convert(value, place.type);
        if (!fitted) return undefined;
        if (place.kind !== 'local' || storage[place.local] !== 'register')
          return store(this, place, fitted) ? '' : undefined;
        if (!this.#locals.has(place.local)) return undefined;
        // What may be an address is also in the frame: the picture looks there for who holds an object.
        return rangeOf(place.type)!.bits === 64
          ? `registers[${place.local}] = l${place.local} = ${fitted.code};`
          : `l${place.local} = ${fitted.code};`;
      }
      case 'end':
        return instruction.locals.some((local) => storage[local] === 'memory') ? undefined : '';
      case 'call':
        return this.#call(instruction);
      case 'begin':
      case 'new':
      case 'delete':
      case 'opaque':
        return undefined;
    }
  }

  /** Calls that nothing of is seen in the picture: an assertion that holds, and readBytes() of plain memory. */
  #call({ callee, args, temp }: Extract<Instruction, { op: 'call' }>): string | undefined {
    const { run, source } = this.c;
    if (callee.kind === 'function' && temp === undefined) {
      const target = run.resolver.function(callee.name, args.length, source.file);
      if (target.kind !== 'kernel' || target.call !== kernelCalls.get('assert')) return undefined;
      const value = piece(this, args[0]!);
      if (!value) return undefined;
      this.line(`if (!(${value.test ?? `${value.code} !== 0`}) || !holds()) ${fail}`);
      return '';
    }
    if (callee.kind !== 'method' || callee.name !== 'readBytes' || callee.direct || args.length !== 3) return undefined;
    const pieces = [callee.receiver, ...args].map((each) => piece(this, each));
    const size = pieces[3]?.value;
    if (pieces.some((each) => !each) || size === undefined || size < 1) return undefined;
    if (temp !== undefined && !this.#temps.has(temp)) return undefined;
    this.line(`if (!quick.readBytes(${pieces.map((each) => each!.code).join(', ')})) ${fail}`);
    return temp === undefined ? '' : `t${temp} = ${size};`;
  }

  #terminator(terminator: Terminator, id: BlockId, depth: number): void {
    const closure = `blocks[${id}].next(frame)`;
    const leave = (): void => this.#leave((visit) => walkTerminator(terminator, { expr: visit }));
    switch (terminator.op) {
      case 'jump':
        this.#goto(terminator.to, depth);
        return;
      case 'branch': {
        const name = `v${this.#names++}`;
        this.line(`let ${name};`);
        this.#either(
          () => {
            const value = piece(this, terminator.condition);
            return value && `${name} = ${value.test ?? `${value.code} !== 0`};`;
          },
          () => {
            leave();
            this.line(`${name} = ${closure} === ${terminator.then};`);
          },
          [],
        );
        const before = new Set(this.#numbers);
        this.line(`if (${name}) {`);
        this.#goto(terminator.then, depth);
        this.#numbers = before;
        this.line('} else {');
        this.#goto(terminator.else, depth);
        this.line('}');
        return;
      }
      case 'switch': {
        leave();
        this.line(`b = ${closure}; continue out;`);
        this.#pending.push(terminator.default, ...terminator.cases.map((each) => each.to));
        return;
      }
      case 'return':
      case 'unreachable':
        leave();
        this.line(`${closure}; return;`);
        return;
    }
  }

  /** Writes the variables that something reads back to the frame. */
  #leave(walk: (visit: (expr: Expr) => void) => void): void {
    const names = new Set<string>();
    walk((expr) => {
      if (expr.op === 'temp') names.add(`t${expr.temp}`);
      else if (expr.op === 'load' || expr.op === 'address') {
        const local = rootLocal(expr.place);
        if (local !== undefined) names.add(`l${local}`);
      } else if (expr.op === 'closure')
        for (const { captures } of this.#code.function.closures[expr.index]?.locals ?? [])
          if (captures) names.add(`l${captures.local}`);
    });
    for (const name of names) {
      const index = Number(name.slice(1));
      const isLocal = name.startsWith('l');
      if (!(isLocal ? this.#locals : this.#temps).has(index)) continue;
      this.line(`${isLocal ? 'registers' : 'temps'}[${index}] = ${this.#left(name, index, isLocal)};`);
    }
  }

  #left(name: string, index: number, isLocal: boolean): string {
    const type = isLocal ? this.#code.function.locals[index]!.type : this.#code.function.temps[index]!;
    const unsigned = isPointer(type) || (type.kind === 'int' && type.bits === 64 && !type.signed);
    return `${unsigned ? 'leaveUnsigned' : 'leave'}(${name})`;
  }
}

function successors(terminator: Terminator): readonly BlockId[] {
  switch (terminator.op) {
    case 'jump':
      return [terminator.to];
    case 'branch':
      return [terminator.then, terminator.else];
    case 'switch':
      return [terminator.default, ...terminator.cases.map((each) => each.to)].flatMap((id) => [id, id]);
    case 'return':
    case 'unreachable':
      return [];
  }
}
