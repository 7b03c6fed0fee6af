import type { Node } from '../syntax/tree';
import type { Span } from '../syntax/text';
import type {
  Block,
  BlockId,
  Expr,
  Function,
  Instruction,
  Local,
  LocalVariable,
  Place,
  Temp,
  Terminator,
  Type,
} from './types';

type Emitted<T> = T extends unknown ? Omit<T, 'span' | 'macro'> : never;

/** A lexical scope while its statements are lowered: the locals to destroy on each way out. */
export interface OpenScope {
  readonly locals: Local[];
  readonly names: Map<string, Local>;
  /** The block statement that it is, to tell which scopes a goto leaves. */
  readonly node: Node | undefined;
}

/** Builds one function's control-flow graph: blocks, temps, locals and scopes. */
export class FunctionBuilder {
  readonly blocks: { instructions: Instruction[]; terminator: Terminator | undefined }[] = [];
  readonly locals: LocalVariable[] = [];
  readonly temps: Type[] = [];
  readonly scopes: OpenScope[] = [];
  readonly closures: Function[] = [];
  readonly gaps: { construct: string; span: Span }[] = [];
  #current = 0;
  #emitted = 0;
  /** Objects without a name that end with the full expression at hand. */
  #temporaries: Local[] = [];

  constructor() {
    this.#current = this.newBlock();
  }

  newBlock(): BlockId {
    this.blocks.push({ instructions: [], terminator: undefined });
    return this.blocks.length - 1;
  }

  get current(): BlockId {
    return this.#current;
  }

  /** How many instructions there are so far: tells whether lowering something had effects. */
  get emitted(): number {
    return this.#emitted;
  }

  /** Continues in another block. */
  enter(block: BlockId): void {
    this.#current = block;
  }

  emit(instruction: Emitted<Instruction>, at: Node): void {
    const block = this.blocks[this.#current]!;
    if (block.terminator) return;
    this.#emitted++;
    block.instructions.push({
      ...instruction,
      span: at.span,
      ...(at.macro !== undefined && { macro: at.macro }),
    } as Instruction);
  }

  /** Ends the current block; what is emitted after it, before another block is entered, can't be reached. */
  terminate(terminator: Emitted<Terminator>, at: Node): void {
    const block = this.blocks[this.#current]!;
    block.terminator ??= { ...terminator, span: at.span } as Terminator;
  }

  jump(to: BlockId, at: Node): void {
    this.terminate({ op: 'jump', to }, at);
  }

  newTemp(type: Type): Temp {
    this.temps.push(type);
    return this.temps.length - 1;
  }

  temp(temp: Temp, at: Node): Expr {
    return { op: 'temp', temp, type: this.temps[temp]!, span: at.span };
  }

  /** Keeps a value as it is now: later effects don't change it. */
  materialize(value: Expr, at: Node): Expr {
    if (!readsMemory(value)) return value;
    const temp = this.newTemp(value.type);
    this.emit({ op: 'set', temp, value }, at);
    return this.temp(temp, at);
  }

  newLocal(variable: LocalVariable): Local {
    this.locals.push(variable);
    const local = this.locals.length - 1;
    const scope = this.scopes.at(-1);
    if (scope) {
      if (!variable.static) scope.locals.push(local);
      if (variable.name) scope.names.set(variable.name, local);
    }
    return local;
  }

  /** An object without a name, which ends with the full expression at hand, unless something else takes it over. */
  newTemporary(type: Type, at: Node, ends = true): Local {
    this.locals.push({ name: '', type, span: at.span, parameter: false, static: false });
    const local = this.locals.length - 1;
    if (ends) this.#temporaries.push(local);
    this.emit({ op: 'begin', local }, at);
    return local;
  }

  /** A temporary that a reference is bound to lives as long as the scope. */
  extend(local: Local | 'all'): void {
    const kept = this.#temporaries.filter((each) => local === 'all' || each === local);
    this.#temporaries = this.#temporaries.filter((each) => !kept.includes(each));
    this.scopes.at(-1)?.locals.push(...kept);
  }

  /** Lowers a full expression: its temporaries end with it, in reverse order. */
  fullExpression<T>(at: Node, read: () => T): T {
    const { result, temporaries } = this.collect(read);
    this.endAll(temporaries, at);
    return result;
  }

  /** Reads something whose temporaries end elsewhere. */
  collect<T>(read: () => T): { readonly result: T; readonly temporaries: readonly Local[] } {
    const outer = this.#temporaries;
    this.#temporaries = [];
    const result = read();
    const temporaries = this.#temporaries.toReversed();
    this.#temporaries = outer;
    return { result, temporaries };
  }

  endAll(locals: readonly Local[], at: Node): void {
    if (locals.length > 0) this.emit({ op: 'end', locals }, { span: { start: at.span.end, end: at.span.end } });
  }

  findLocal(name: string): Local | undefined {
    for (let at = this.scopes.length - 1; at >= 0; at--) {
      const local = this.scopes[at]!.names.get(name);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  localPlace(local: Local, at: Node): Place {
    return { kind: 'local', local, type: this.locals[local]!.type, span: at.span };
  }

  openScope(node: Node | undefined): void {
    this.scopes.push({ locals: [], names: new Map(), node });
  }

  closeScope(at: Node): void {
    this.endScopes(this.scopes.length - 1, at);
    this.scopes.pop();
  }

  /** Emits the end of the locals of all scopes from `depth` inwards, innermost first; the scopes stay open. */
  endScopes(depth: number, at: Node, kept: Local = -1): void {
    const locals: Local[] = [];
    for (let index = this.scopes.length - 1; index >= depth; index--)
      locals.push(...this.scopes[index]!.locals.toReversed().filter((local) => local !== kept));
    if (locals.length > 0) this.emit({ op: 'end', locals }, { span: { start: at.span.end, end: at.span.end } });
  }

  gap(construct: string, at: Node, touches: readonly Expr[] = []): void {
    this.gaps.push({ construct, span: at.span });
    this.emit({ op: 'opaque', reason: construct, touches }, at);
  }

  /** The blocks with every one terminated, and those that nothing reaches left out. */
  finish(end: Terminator): { blocks: Block[]; entry: BlockId } {
    const reached = new Map<BlockId, BlockId>();
    const order: BlockId[] = [];
    const queue: BlockId[] = [0];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (reached.has(id)) continue;
      reached.set(id, order.length);
      order.push(id);
      queue.push(...successors(this.blocks[id]!.terminator ?? end).toReversed());
    }
    const blocks = order.map((id) => {
      const { instructions, terminator } = this.blocks[id]!;
      return { instructions, terminator: retarget(terminator ?? end, (to) => reached.get(to)!) };
    });
    return { blocks, entry: 0 };
  }
}

/** The blocks that a terminator leads to. */
export function successors(terminator: Terminator): BlockId[] {
  switch (terminator.op) {
    case 'jump':
      return [terminator.to];
    case 'branch':
      return [terminator.then, terminator.else];
    case 'switch':
      return [...terminator.cases.map((each) => each.to), terminator.default];
    case 'return':
    case 'unreachable':
      return [];
  }
}

function retarget(terminator: Terminator, to: (id: BlockId) => BlockId): Terminator {
  switch (terminator.op) {
    case 'jump':
      return { ...terminator, to: to(terminator.to) };
    case 'branch':
      return { ...terminator, then: to(terminator.then), else: to(terminator.else) };
    case 'switch':
      return {
        ...terminator,
        cases: terminator.cases.map((each) => ({ ...each, to: to(each.to) })),
        default: to(terminator.default),
      };
    case 'return':
    case 'unreachable':
      return terminator;
  }
}

/** Whether an expression's value may change by a store or call. */
export function readsMemory(value: Expr): boolean {
  switch (value.op) {
    case 'load':
    case 'name':
      return true;
    case 'temp':
    case 'int':
    case 'float':
    case 'string':
    case 'null':
    case 'this':
    case 'sizeof':
    case 'function':
    case 'closure':
    case 'unknown':
      return false;
    case 'address':
      return placeReadsMemory(value.place);
    case 'unary':
    case 'cast':
    case 'pointee':
      return readsMemory(value.value);
    case 'binary':
      return readsMemory(value.left) || readsMemory(value.right);
  }
}

function placeReadsMemory(place: Place): boolean {
  switch (place.kind) {
    case 'local':
    case 'global':
      return false;
    case 'deref':
      return readsMemory(place.pointer);
    case 'field':
      return placeReadsMemory(place.base);
    case 'index':
      return placeReadsMemory(place.base) || readsMemory(place.index);
    case 'value':
      return readsMemory(place.value);
  }
}
