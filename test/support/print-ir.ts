import type { Callee, Expr, Function, Instruction, Place, Terminator, Type } from '../../server/ir/types';

/** A lowered function as text, a line an instruction, for tests to compare. */
export function printFunction(fn: Function): string[] {
  const lines: string[] = [];
  fn.blocks.forEach((block, id) => {
    lines.push(`b${id}:`);
    for (const instruction of block.instructions) lines.push(`  ${printInstruction(fn, instruction)}`);
    lines.push(`  ${printTerminator(fn, block.terminator)}`);
  });
  return lines;
}

function printInstruction(fn: Function, instruction: Instruction): string {
  const expr = (value: Expr): string => printExpr(fn, value);
  switch (instruction.op) {
    case 'set':
      return `t${instruction.temp} = ${expr(instruction.value)}`;
    case 'store':
      return `${printPlace(fn, instruction.place)} ${instruction.initial ? ':=' : '='} ${expr(instruction.value)}`;
    case 'call': {
      const result = instruction.temp === undefined ? '' : `t${instruction.temp} = `;
      return `${result}${printCallee(fn, instruction.callee)}(${instruction.args.map(expr).join(', ')})`;
    }
    case 'new':
      return `t${instruction.temp} = new ${printType(instruction.of)}`;
    case 'delete':
      return `delete ${expr(instruction.pointer)}`;
    case 'begin':
      return `begin ${fn.locals[instruction.local]!.name}`;
    case 'end':
      return `end ${instruction.locals.map((local) => fn.locals[local]!.name).join(' ')}`;
    case 'opaque':
      return `opaque ${instruction.reason}`;
  }
}

function printTerminator(fn: Function, terminator: Terminator): string {
  switch (terminator.op) {
    case 'jump':
      return `-> b${terminator.to}`;
    case 'branch':
      return `if ${printExpr(fn, terminator.condition)} -> b${terminator.then} else b${terminator.else}`;
    case 'switch':
      return `switch ${printExpr(fn, terminator.value)} ${terminator.cases.map((each) => `${printExpr(fn, each.low)}${each.high ? `..${printExpr(fn, each.high)}` : ''} -> b${each.to}`).join(', ')} else b${terminator.default}`;
    case 'return':
      return terminator.value ? `return ${printExpr(fn, terminator.value)}` : 'return';
    case 'unreachable':
      return 'unreachable';
  }
}

function printCallee(fn: Function, callee: Callee): string {
  switch (callee.kind) {
    case 'function':
      return callee.name;
    case 'method':
      return `${printExpr(fn, callee.receiver)}->${callee.direct ? `${callee.class ?? '?'}::` : ''}${callee.name}`;
    case 'pointer':
      return `(*${printExpr(fn, callee.value)})`;
    case 'constructor':
      return `construct<${printType(callee.class)}>${callee.object ? ` ${printExpr(fn, callee.object)} ` : ''}`;
  }
}

function printPlace(fn: Function, place: Place): string {
  switch (place.kind) {
    case 'local':
      return fn.locals[place.local]!.name;
    case 'global':
      return place.name;
    case 'deref':
      return `*${printExpr(fn, place.pointer)}`;
    case 'field':
      return place.base.kind === 'deref'
        ? `${printExpr(fn, place.base.pointer)}->${place.name}`
        : `${printPlace(fn, place.base)}.${place.name}`;
    case 'index':
      return `${printPlace(fn, place.base)}[${printExpr(fn, place.index)}]`;
    case 'value':
      return printExpr(fn, place.value);
  }
}

function printExpr(fn: Function, value: Expr): string {
  switch (value.op) {
    case 'int':
      return value.name ?? `${value.value}`;
    case 'float':
      return `${value.value}`;
    case 'string':
      return JSON.stringify(value.value);
    case 'null':
      return 'NULL';
    case 'this':
      return 'this';
    case 'temp':
      return `t${value.temp}`;
    case 'load':
      return printPlace(fn, value.place);
    case 'address':
      return `&${printPlace(fn, value.place)}`;
    case 'unary':
      return `${value.operator}${printExpr(fn, value.value)}`;
    case 'binary':
      return `(${printExpr(fn, value.left)} ${value.operator} ${printExpr(fn, value.right)})`;
    case 'cast':
      return `(${printType(value.type)})${printExpr(fn, value.value)}`;
    case 'pointee':
      return `${printExpr(fn, value.value)}.get()`;
    case 'sizeof':
      return `sizeof(${printType(value.of)})`;
    case 'function':
      return `&${value.name}`;
    case 'closure':
      return `closure ${value.index}`;
    case 'name':
      return `?${value.name}`;
    case 'unknown':
      return `<${value.reason}>`;
  }
}

function printType(type: Type): string {
  switch (type.kind) {
    case 'int':
      return type.name ?? `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'float':
      return `float${type.bits}`;
    case 'pointer':
      return `${printType(type.to)} *`;
    case 'reference':
      return `${printType(type.to)} &`;
    case 'class':
      return type.args ? `${type.name}<${type.args.map(printType).join(', ')}>` : type.name;
    case 'enum':
      return type.name;
    case 'array':
      return `${printType(type.of)}[${type.length ?? ''}]`;
    case 'unknown':
      return type.name ?? '?';
    default:
      return type.kind;
  }
}
