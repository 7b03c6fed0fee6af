import type { Block, BlockId, Expr, Function, Instruction, Place, Terminator, Type } from '../ir/types';
import { compileCall } from './compile-call';
import {
  bitsOf,
  compileAddress,
  compileCondition,
  compileExpr,
  compileInteger,
  isSmart,
  isVariable,
  placeName,
  type Context,
} from './compile-expr';
import { returned, type Code, type CodeBlock, type Execute, type Frame } from './frame';
import { notModelled } from './halt';
import type { Interpreter } from './interpreter';
import type { SourceFunction, Span } from './program';
import { storageOf } from './storage';
import { Aggregate, isAggregate, normaliser } from './values';

/** Turns a function into closures, one an instruction, so that running it looks at no IR. */
export function compileFunction(run: Interpreter, source: SourceFunction): Code {
  const code = source.function;
  if (code.template === 'open') notModelled(`${code.qualifiedName}(): what its template's parameters stand for`);
  if (code.class !== undefined) run.layouts.class({ kind: 'class', name: code.class });
  const storage = storageOf(code);
  if (code.classes) run.layouts.declare(code.classes);
  const c: Context = { run, source, storage };
  const blocks = code.blocks.map((block) => compileBlock(c, block));
  return { source, function: code, storage, blocks, heat: 0, generated: undefined };
}

function compileBlock(c: Context, block: Block): CodeBlock {
  const kept = returnedCopy(c, block);
  const instructions = block.instructions.map((instruction, index) =>
    instruction === kept
      ? compileReturnedCopy(c, kept)
      : compileInstruction(c, instruction, statementAround(block, index)),
  );
  return { instructions, next: compileTerminator(c, block.terminator) };
}

type Set = Extract<Instruction, { op: 'set' }>;

/**
 * `return local;` of a smart pointer: the instruction that copies the local before the function's locals end. The copy
 * has a reference of its own, which the caller takes over.
 */
function returnedCopy(c: Context, block: Block): Set | undefined {
  const { terminator } = block;
  if (terminator.op !== 'return' || !isSmart(c.source.function.result) || terminator.value?.op !== 'temp')
    return undefined;
  const { temp } = terminator.value;
  return block.instructions.find(
    (each): each is Instruction & Set => each.op === 'set' && each.temp === temp && each.value.op === 'load',
  );
}

function compileReturnedCopy(c: Context, instruction: Set): Execute {
  const { run } = c;
  const value = compileExpr(c, instruction.value);
  return (frame) => {
    const copied = value(frame);
    run.smart.retain(copied);
    frame.temps[instruction.temp] = copied;
  };
}

/** The statement that an instruction belongs to, and where its result goes. */
export interface Statement {
  readonly span: Span;
  /** The variable, field or global that the result is stored to. */
  readonly into?: Extract<Instruction, { op: 'store' }>['place'];
}

function statementAround(block: Block, index: number): Statement {
  const instruction = block.instructions[index]!;
  if (instruction.op !== 'call' && instruction.op !== 'new' && instruction.op !== 'set')
    return { span: instruction.span };
  const temp = instruction.temp;
  if (temp === undefined) return { span: instruction.span };
  for (let at = index + 1; at < Math.min(index + 4, block.instructions.length); at++) {
    const later = block.instructions[at]!;
    if (later.op === 'store' && carries(later.value, temp))
      return { span: widest(later.span, instruction.span), into: later.place };
  }
  return { span: instruction.span };
}

/** Whether an expression is a temp's value, at most cast. */
function carries(expr: Expr, temp: number): boolean {
  if (expr.op === 'temp') return expr.temp === temp;
  return (expr.op === 'cast' || expr.op === 'pointee') && carries(expr.value, temp);
}

function widest(a: Span, b: Span): Span {
  return a.end - a.start >= b.end - b.start ? a : b;
}

function compileInstruction(c: Context, instruction: Instruction, statement: Statement): Execute {
  const { run } = c;
  switch (instruction.op) {
    case 'set': {
      const into = statement.into && placeName(c, statement.into);
      const value = compileExpr(c, instruction.value, into === undefined ? {} : { name: into });
      const { temp, span } = instruction;
      const convert = conversion(instruction.value.type, c.source.function.temps[temp]!);
      return (frame) => {
        run.at(c.source, span);
        const raw = value(frame);
        frame.temps[temp] = typeof raw === 'bigint' || typeof raw === 'number' ? convert(raw) : raw;
      };
    }
    case 'store':
      return compileStore(c, instruction);
    case 'call':
      return compileCall(c, instruction, statement);
    case 'new': {
      const count = instruction.count && compileInteger(c, instruction.count);
      const name = statement.into ? placeName(c, statement.into) : '';
      return (frame) => {
        frame.temps[instruction.temp] = run.objects.create(instruction.of, count?.(frame), name);
      };
    }
    case 'delete': {
      const pointer = compileInteger(c, instruction.pointer);
      return (frame) => {
        run.at(c.source, instruction.span);
        run.objects.delete(pointer(frame));
      };
    }
    case 'begin': {
      const local = instruction.local;
      const { type } = c.source.function.locals[local]!;
      if (isAggregate(type) && run.construction.needed(type) && !isInitialised(c.source.function, local))
        return (frame) => {
          run.beginLocal(frame, local);
          run.at(c.source, instruction.span);
          run.construction.construct(run.localAddress(frame, local), type, []);
        };
      return (frame) => {
        run.beginLocal(frame, local);
      };
    }
    case 'end':
      return (frame) => {
        run.at(c.source, instruction.span);
        for (const local of instruction.locals) run.endLocal(frame, local);
      };
    case 'opaque':
      return compileOpaque(c, instruction);
  }
}

/** Whether a local's declaration gives it a value, or names a constructor. */
function isInitialised(code: Function, local: number): boolean {
  const isIt = (place: Place): boolean => place.kind === 'local' && place.local === local;
  return code.blocks.some(({ instructions }) =>
    instructions.some(
      (each) =>
        (each.op === 'store' && each.initial && isIt(each.place)) ||
        (each.op === 'call' &&
          each.callee.kind === 'constructor' &&
          each.callee.object?.op === 'address' &&
          isIt(each.callee.object.place)),
    ),
  );
}

/** Something that lowering does not understand: it ends the run, unless it is assembly, whose results are assumed. */
function compileOpaque(c: Context, instruction: Extract<Instruction, { op: 'opaque' }>): Execute {
  const { run } = c;
  const text = run.sourceText(c.source, instruction.span);
  const place = run.place(c.source, instruction.span);
  const harmless = instruction.reason === 'inline assembly';
  return () => {
    if (!harmless) notModelled(`${instruction.reason}: ${text}`);
    run.assume(text, 'has no effect', place);
  };
}

function compileStore(c: Context, instruction: Extract<Instruction, { op: 'store' }>): Execute {
  const { run } = c;
  const { place, value: expr, span } = instruction;
  const name = placeName(c, place);
  if (isSmart(place.type)) {
    const address = compileAddress(c, place);
    const value = compileExpr(c, expr);
    const copies = isVariable(c, expr);
    return (frame) => {
      run.at(c.source, span);
      const target = address(frame);
      run.smart.assign(target, value(frame), copies, instruction.initial);
      run.named(target, name);
    };
  }
  const wanted = place.type.kind === 'unknown' ? expr.type : place.type;
  const value = compileExpr(c, expr, { name, ...(place.type.kind === 'unknown' ? {} : { type: place.type }) });
  const convert = conversion(expr.type, wanted);
  if (place.kind === 'local' && c.storage[place.local] === 'register') {
    const local = place.local;
    return (frame) => {
      run.at(c.source, span);
      const raw = value(frame);
      frame.registers[local] = typeof raw === 'bigint' || typeof raw === 'number' ? convert(raw) : raw;
    };
  }
  const address = compileAddress(c, place);
  const isStatic = place.kind === 'local' && c.storage[place.local] === 'static' && instruction.initial;
  const access = { what: run.sourceText(c.source, place.span), name, hint: {}, source: c.source, span };
  const bits = bitsOf(c, place);
  if (bits)
    return (frame) => {
      run.at(c.source, span);
      const target = address(frame);
      run.typed.storeBits(target, bits, wanted, run.settleValue(value(frame), wanted), access);
    };
  if (place.type.kind === 'array' && expr.op === 'string') {
    const { type } = place;
    const text = expr.value;
    return (frame) => {
      run.typed.storeText(address(frame), type, text, access);
    };
  }
  const { type } = place;
  if (type.kind === 'class') {
    const from = isVariable(c, expr) && expr.op === 'load' ? compileAddress(c, expr.place) : undefined;
    const { construction } = run;
    const copies =
      from &&
      expr.type.kind === 'class' &&
      (instruction.initial ? construction.copied(type) : construction.assigned(type));
    return (frame) => {
      run.at(c.source, span);
      const target = address(frame);
      if (isStatic && run.initialisedStatic(target)) return;
      if (copies) {
        if (instruction.initial)
          construction.construct(target, type, [from(frame)], [{ kind: 'reference', to: expr.type }]);
        else construction.assign(target, type, from(frame));
        return;
      }
      const raw = value(frame);
      run.store(target, wanted, typeof raw === 'bigint' || typeof raw === 'number' ? convert(raw) : raw, access);
      if (instruction.initial && raw instanceof Aggregate) construction.became(target, type);
    };
  }
  return (frame) => {
    run.at(c.source, span);
    const target = address(frame);
    if (isStatic && run.initialisedStatic(target)) return;
    const raw = value(frame);
    run.store(target, wanted, typeof raw === 'bigint' || typeof raw === 'number' ? convert(raw) : raw, access);
  };
}

function conversion(from: Type, to: Type): (value: bigint | number) => bigint | number {
  if (isAggregate(to) || sameNumbers(from, to)) return (value) => value;
  return normaliser(to);
}

function sameNumbers(from: Type, to: Type): boolean {
  return from.kind === 'int' && to.kind === 'int' && from.bits === to.bits && from.signed === to.signed;
}

function compileTerminator(c: Context, terminator: Terminator): (frame: Frame) => BlockId {
  const { run } = c;
  switch (terminator.op) {
    case 'jump': {
      const to = terminator.to;
      return () => to;
    }
    case 'branch': {
      const condition = compileCondition(c, terminator.condition);
      const { then, else: otherwise } = terminator;
      const { span } = terminator;
      return (frame) => {
        run.at(c.source, span);
        return condition(frame) ? then : otherwise;
      };
    }
    case 'switch': {
      const value = compileInteger(c, terminator.value);
      const cases = terminator.cases.map(({ low, high, to }) => ({
        low: compileInteger(c, low),
        high: high && compileInteger(c, high),
        to,
      }));
      const { span } = terminator;
      return (frame) => {
        run.at(c.source, span);
        const chosen = value(frame);
        for (const { low, high, to } of cases) {
          const from = low(frame);
          if (high ? chosen >= from && chosen <= high(frame) : chosen === from) return to;
        }
        return terminator.default;
      };
    }
    case 'return': {
      const { span } = terminator;
      if (!terminator.value)
        return () => {
          run.returnAt(c.source, span);
          return returned;
        };
      const result = c.source.function.result;
      const smart = isSmart(result);
      const expr = terminator.value;
      const value = compileExpr(c, expr, { type: result });
      const convert = conversion(expr.type, result);
      return (frame) => {
        run.returnAt(c.source, span);
        const raw = value(frame);
        frame.result = typeof raw === 'bigint' || typeof raw === 'number' ? convert(raw) : raw;
        if (smart) frame.result = run.smart.wrapped(frame.result);
        return returned;
      };
    }
    case 'unreachable':
      return () => notModelled(`what follows in ${c.source.function.qualifiedName}: control can't get here`);
  }
}
