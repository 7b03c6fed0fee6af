import { successors } from '../ir/build';
import type { BlockId, Expr, Function, Instruction, Local, Place, Temp, Type } from '../ir/types';

/** What the blocks reachable from a block's start may still read. */
export interface Live {
  readonly locals: Set<Local>;
  readonly temps: Set<Temp>;
  /** Fields and globals by name, whoever's. */
  readonly names: Set<string>;
}

export interface LoopHead {
  /** What the loop's body may write. */
  readonly locals: ReadonlySet<Local>;
  readonly names: ReadonlySet<string>;
}

/** Facts about a function's flow that all its paths share. */
export interface Liveness {
  at(block: BlockId): Live;
  /** Position in reverse post-order: a block comes after those that lead to it, but for loops. */
  order(block: BlockId): number;
  loop(block: BlockId): LoopHead | undefined;
}

interface Uses {
  readonly locals: Set<Local>;
  readonly temps: Set<Temp>;
  readonly names: Set<string>;
}

/** Calls back for every local, temp and name that an expression reads. */
export function collectExpr(expr: Expr, uses: Uses): void {
  switch (expr.op) {
    case 'int':
    case 'float':
    case 'string':
    case 'null':
    case 'this':
    case 'sizeof':
    case 'function':
    case 'unknown':
      return;
    case 'name':
      uses.names.add(expr.name);
      return;
    case 'temp':
      uses.temps.add(expr.temp);
      return;
    case 'load':
    case 'address':
      collectPlace(expr.place, uses);
      return;
    case 'unary':
    case 'cast':
    case 'pointee':
      collectExpr(expr.value, uses);
      return;
    case 'binary':
      collectExpr(expr.left, uses);
      collectExpr(expr.right, uses);
      return;
    case 'closure':
      return;
    default: {
      const impossible: never = expr;
      return impossible;
    }
  }
}

export function collectPlace(place: Place, uses: Uses): void {
  switch (place.kind) {
    case 'local':
      uses.locals.add(place.local);
      return;
    case 'global':
      uses.names.add(place.name);
      return;
    case 'deref':
      uses.names.add('');
      collectExpr(place.pointer, uses);
      return;
    case 'field':
      uses.names.add(place.name);
      collectPlace(place.base, uses);
      return;
    case 'index':
      collectPlace(place.base, uses);
      collectExpr(place.index, uses);
      return;
    case 'value':
      collectExpr(place.value, uses);
      return;
    default: {
      const impossible: never = place;
      return impossible;
    }
  }
}

function rootLocal(place: Place): Local | undefined {
  let at = place;
  while (at.kind === 'field' || at.kind === 'index') at = at.base;
  return at.kind === 'local' ? at.local : undefined;
}

export function rootName(place: Place): string | undefined {
  let at = place;
  while (at.kind === 'index') at = at.base;
  return at.kind === 'field' || at.kind === 'global' ? at.name : undefined;
}

function isObjectPointer(type: Type): boolean {
  return type.kind === 'pointer' && (type.to.kind === 'class' || type.to.kind === 'unknown');
}

function collectInstruction(instruction: Instruction, uses: Uses): void {
  switch (instruction.op) {
    case 'set':
      collectExpr(instruction.value, uses);
      return;
    case 'store': {
      collectExpr(instruction.value, uses);
      if (instruction.place.kind !== 'local' && instruction.place.kind !== 'global') {
        // The place itself is written, but what its address is computed from is read.
        const place = instruction.place;
        // What a pointer held before is asked (noteFieldStore).
        if (isObjectPointer(place.type)) uses.names.add(rootName(place) ?? '');
        if (place.kind === 'deref') collectExpr(place.pointer, uses);
        else if (place.kind === 'field') collectPlace(place.base, uses);
        else if (place.kind === 'index') {
          collectPlace(place.base, uses);
          collectExpr(place.index, uses);
        }
      }
      return;
    }
    case 'call':
      for (const argument of instruction.args) collectExpr(argument, uses);
      // A question that is asked again is answered as before, see steadyResult.
      if (instruction.callee.kind === 'method' || instruction.callee.kind === 'function')
        uses.names.add(`${instruction.callee.name}()`);
      if (instruction.callee.kind === 'method') collectExpr(instruction.callee.receiver, uses);
      else if (instruction.callee.kind === 'pointer') collectExpr(instruction.callee.value, uses);
      else if (instruction.callee.kind === 'constructor' && instruction.callee.object)
        collectExpr(instruction.callee.object, uses);
      return;
    case 'new':
      if (instruction.count) collectExpr(instruction.count, uses);
      return;
    case 'delete':
      collectExpr(instruction.pointer, uses);
      return;
    case 'begin':
    case 'end':
      return;
    case 'opaque':
      for (const touched of instruction.touches) collectExpr(touched, uses);
      return;
    default: {
      const impossible: never = instruction;
      return impossible;
    }
  }
}

function eachClosure(fn: Function, instruction: Instruction, visit: (local: Local) => void): void {
  const seen = (expr: Expr): void => {
    if (expr.op === 'closure')
      for (const local of fn.closures[expr.index]?.locals ?? []) if (local.captures) visit(local.captures.local);
  };
  if (instruction.op === 'call') instruction.args.forEach(seen);
  if (instruction.op === 'store' || instruction.op === 'set') seen(instruction.value);
}

function blocksAfter(fn: Function, block: BlockId): readonly BlockId[] {
  const terminator = fn.blocks[block]?.terminator;
  return terminator ? successors(terminator) : [];
}

const empty: Live = { locals: new Set(), temps: new Set(), names: new Set() };

/** Linear in the function's size times its loop depth. */
export function computeLiveness(fn: Function): Liveness {
  const order = new Map<BlockId, number>();
  const heads = new Map<BlockId, Set<BlockId>>();
  const postorder: BlockId[] = [];
  // Depth-first, without recursion: functions of thousands of blocks exist.
  const onStack = new Set<BlockId>([fn.entry]);
  const seen = new Set<BlockId>([fn.entry]);
  const stack: { block: BlockId; next: readonly BlockId[]; at: number }[] = [
    { block: fn.entry, next: blocksAfter(fn, fn.entry), at: 0 },
  ];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const next = top.next[top.at++];
    if (next === undefined) {
      stack.pop();
      onStack.delete(top.block);
      postorder.push(top.block);
    } else if (onStack.has(next)) {
      const tails = heads.get(next) ?? new Set<BlockId>();
      tails.add(top.block);
      heads.set(next, tails);
    } else if (!seen.has(next)) {
      seen.add(next);
      onStack.add(next);
      stack.push({ block: next, next: blocksAfter(fn, next), at: 0 });
    }
  }
  [...postorder].reverse().forEach((block, index) => order.set(block, index));

  const live = new Map<BlockId, Live>();
  const uses = new Map<BlockId, { reads: Uses; kills: Set<Local>; sets: Set<Temp> }>();
  for (const block of postorder) uses.set(block, blockUses(fn, block));
  const predecessors = new Map<BlockId, BlockId[]>();
  for (const block of postorder)
    for (const next of blocksAfter(fn, block)) predecessors.set(next, [...(predecessors.get(next) ?? []), block]);
  const queue = [...postorder];
  const queued = new Set(queue);
  while (queue.length > 0) {
    const block = queue.shift()!;
    queued.delete(block);
    const own = uses.get(block)!;
    const now: Live = {
      locals: new Set(own.reads.locals),
      temps: new Set(own.reads.temps),
      names: new Set(own.reads.names),
    };
    for (const next of blocksAfter(fn, block)) {
      const after = live.get(next) ?? empty;
      for (const local of after.locals) if (!own.kills.has(local)) now.locals.add(local);
      for (const temp of after.temps) if (!own.sets.has(temp)) now.temps.add(temp);
      for (const name of after.names) now.names.add(name);
    }
    const before = live.get(block);
    if (
      before &&
      before.locals.size === now.locals.size &&
      before.temps.size === now.temps.size &&
      before.names.size === now.names.size
    )
      continue;
    live.set(block, now);
    for (const previous of predecessors.get(block) ?? [])
      if (!queued.has(previous)) {
        queued.add(previous);
        queue.push(previous);
      }
  }

  const loops = new Map<BlockId, LoopHead>();
  for (const [head, tails] of heads) {
    const body = new Set<BlockId>([head]);
    const pending = [...tails];
    while (pending.length > 0) {
      const block = pending.pop()!;
      if (body.has(block)) continue;
      body.add(block);
      pending.push(...(predecessors.get(block) ?? []));
    }
    const locals = new Set<Local>();
    const names = new Set<string>();
    for (const block of body)
      for (const instruction of fn.blocks[block]?.instructions ?? []) {
        if (instruction.op !== 'store') continue;
        const local = rootLocal(instruction.place);
        const name = rootName(instruction.place);
        if (local !== undefined) locals.add(local);
        else if (name !== undefined) names.add(name);
      }
    loops.set(head, { locals, names });
  }

  return {
    at: (block) => live.get(block) ?? empty,
    order: (block) => order.get(block) ?? Number.MAX_SAFE_INTEGER,
    loop: (block) => loops.get(block),
  };
}

/** What a block reads before it writes it, and what it surely writes. Temps set on the way are not live before. */
function blockUses(fn: Function, id: BlockId): { reads: Uses; kills: Set<Local>; sets: Set<Temp> } {
  const reads: Uses = { locals: new Set(), temps: new Set(), names: new Set() };
  const kills = new Set<Local>();
  const sets = new Set<Temp>();
  const block = fn.blocks[id];
  if (!block) return { reads, kills, sets };
  const read = (collect: (uses: Uses) => void): void => {
    const now: Uses = { locals: new Set(), temps: new Set(), names: new Set() };
    collect(now);
    for (const local of now.locals) if (!kills.has(local)) reads.locals.add(local);
    for (const temp of now.temps) if (!sets.has(temp)) reads.temps.add(temp);
    for (const name of now.names) reads.names.add(name);
  };
  for (const instruction of block.instructions) {
    read((uses) => {
      collectInstruction(instruction, uses);
      eachClosure(fn, instruction, (local) => uses.locals.add(local));
    });
    if (instruction.op === 'store' && instruction.place.kind === 'local') kills.add(instruction.place.local);
    if (instruction.op === 'begin') kills.add(instruction.local);
    if (
      (instruction.op === 'set' || instruction.op === 'call' || instruction.op === 'new') &&
      instruction.temp !== undefined
    )
      sets.add(instruction.temp);
  }
  const terminator = block.terminator;
  read((uses) => {
    if (terminator.op === 'branch') collectExpr(terminator.condition, uses);
    if (terminator.op === 'switch') collectExpr(terminator.value, uses);
    if (terminator.op === 'return' && terminator.value) collectExpr(terminator.value, uses);
  });
  return { reads, kills, sets };
}

/** Temps that anything in the function reads. */
export function readTemps(fn: Function): Set<number> {
  const uses = { locals: new Set<number>(), temps: new Set<number>(), names: new Set<string>() };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      switch (instruction.op) {
        case 'set':
          collectExpr(instruction.value, uses);
          break;
        case 'store':
          collectExpr(instruction.value, uses);
          collectExpr(
            { op: 'address', place: instruction.place, type: { kind: 'void' }, span: instruction.span },
            uses,
          );
          break;
        case 'call':
          for (const argument of instruction.args) collectExpr(argument, uses);
          if (instruction.callee.kind === 'method') collectExpr(instruction.callee.receiver, uses);
          break;
        case 'opaque':
          for (const touched of instruction.touches) collectExpr(touched, uses);
          break;
        default:
          break;
      }
    }
    const { terminator } = block;
    if (terminator.op === 'branch') collectExpr(terminator.condition, uses);
    if (terminator.op === 'switch') collectExpr(terminator.value, uses);
    if (terminator.op === 'return' && terminator.value) collectExpr(terminator.value, uses);
  }
  return uses.temps;
}
