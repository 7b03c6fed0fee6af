import type { Expr, Function, Place } from '../ir/types';

const longest = 60;

/** The text of an expression, about as it was written; for messages. Undefined when that would not read well. */
export function describeExpr(fn: Function, expr: Expr): string | undefined {
  const text = write(fn, expr);
  return text !== undefined && text.length <= longest ? text : undefined;
}

function write(fn: Function, expr: Expr): string | undefined {
  switch (expr.op) {
    case 'int':
      return expr.name ?? (expr.type.kind === 'bool' ? (expr.value === 0n ? 'false' : 'true') : String(expr.value));
    case 'float':
      return String(expr.value);
    case 'string':
      return undefined;
    case 'null':
      return 'NULL';
    case 'this':
      return 'this';
    case 'name':
      return expr.name;
    case 'load':
      return writePlace(fn, expr.place);
    case 'address': {
      const place = writePlace(fn, expr.place);
      return place === undefined ? undefined : `&${place}`;
    }
    case 'unary': {
      const value = write(fn, expr.value);
      if (value === undefined) return undefined;
      return expr.value.op === 'binary' ? `${expr.operator}(${value})` : `${expr.operator}${value}`;
    }
    case 'binary': {
      const left = operand(fn, expr.left);
      const right = operand(fn, expr.right);
      return left === undefined || right === undefined ? undefined : `${left} ${expr.operator} ${right}`;
    }
    case 'cast':
    case 'pointee':
      return write(fn, expr.value);
    case 'temp':
      return describeTemp(fn, expr.temp);
    case 'sizeof':
    case 'function':
    case 'closure':
    case 'unknown':
      return undefined;
    default: {
      const impossible: never = expr;
      return impossible;
    }
  }
}

function operand(fn: Function, expr: Expr): string | undefined {
  const text = write(fn, expr);
  return text !== undefined && expr.op === 'binary' ? `(${text})` : text;
}

/** A temp that a call sets is written as that call without its arguments. */
function describeTemp(fn: Function, temp: number): string | undefined {
  for (const block of fn.blocks)
    for (const instruction of block.instructions) {
      if (instruction.op === 'call' && instruction.temp === temp) {
        const { callee } = instruction;
        const args = instruction.args.length === 0 ? '()' : '(…)';
        if (callee.kind === 'function') return callee.name + args;
        if (callee.kind === 'method') {
          const receiver = write(fn, callee.receiver);
          if (receiver === 'this') return callee.name + args;
          return receiver === undefined ? undefined : `${receiver}->${callee.name}${args}`;
        }
        return undefined;
      }
      if (instruction.op === 'set' && instruction.temp === temp) return undefined;
    }
  return undefined;
}

function writePlace(fn: Function, place: Place): string | undefined {
  switch (place.kind) {
    case 'local':
      return fn.locals[place.local]?.name;
    case 'global':
      return place.name;
    case 'deref': {
      const pointer = write(fn, place.pointer);
      return pointer === undefined ? undefined : `*${pointer}`;
    }
    case 'field': {
      if (place.base.kind === 'deref') {
        if (place.base.pointer.op === 'this') return place.name;
        const pointer = write(fn, place.base.pointer);
        return pointer === undefined ? undefined : `${pointer}->${place.name}`;
      }
      const base = writePlace(fn, place.base);
      return base === undefined ? undefined : `${base}.${place.name}`;
    }
    case 'index': {
      const base = writePlace(fn, place.base);
      const index = write(fn, place.index);
      return base === undefined || index === undefined ? undefined : `${base}[${index}]`;
    }
    case 'value':
      return write(fn, place.value);
    default: {
      const impossible: never = place;
      return impossible;
    }
  }
}

/** What to call an object of a class in a sentence. */
export function describeClass(name: string | undefined): string {
  if (name === undefined) return 'object';
  if (name === 'IOMemoryMap') return 'map';
  if (/MemoryDescriptor$|^IODeviceMemory$/.test(name)) return 'memory descriptor';
  return name;
}
