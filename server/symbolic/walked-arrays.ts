import type { Expr, Function, Instruction, Local, Place } from '../ir/types';

/**
 * Arrays of pointers on the stack that are used in any other way than element by element with indices that the text
 * fixes: by a loop, or through a pointer. Which element is meant can't be told then.
 */
export function walkedArrays(fn: Function): ReadonlySet<Local> {
  const walked = new Set<Local>();
  const arrays = new Set(
    fn.locals.flatMap(({ type }, local) => (type.kind === 'array' && type.of.kind === 'pointer' ? [local] : [])),
  );
  if (arrays.size === 0) return walked;

  const expr = (at: Expr): void => {
    switch (at.op) {
      case 'load':
        place(at.place);
        break;
      case 'address':
        if (at.place.kind === 'index') place(at.place.base);
        place(at.place);
        break;
      case 'unary':
      case 'cast':
      case 'pointee':
        expr(at.value);
        break;
      case 'binary':
        expr(at.left);
        expr(at.right);
        break;
      case 'closure':
        for (const { captures } of fn.closures[at.index]?.locals ?? [])
          if (captures && arrays.has(captures.local)) walked.add(captures.local);
        break;
      case 'int':
      case 'float':
      case 'string':
      case 'null':
      case 'this':
      case 'temp':
      case 'sizeof':
      case 'function':
      case 'name':
      case 'unknown':
        break;
      default:
        at satisfies never;
    }
  };
  const place = (at: Place): void => {
    switch (at.kind) {
      case 'local':
        if (arrays.has(at.local)) walked.add(at.local);
        break;
      case 'deref':
        expr(at.pointer);
        break;
      case 'field':
        place(at.base);
        break;
      case 'index':
        expr(at.index);
        if (at.base.kind !== 'local' || !isFixed(at.index)) place(at.base);
        break;
      case 'value':
        expr(at.value);
        break;
      case 'global':
        break;
      default:
        at satisfies never;
    }
  };
  const instruction = (at: Instruction): void => {
    switch (at.op) {
      case 'set':
        expr(at.value);
        break;
      case 'store':
        place(at.place);
        expr(at.value);
        break;
      case 'call':
        at.args.forEach(expr);
        if (at.callee.kind === 'method') expr(at.callee.receiver);
        if (at.callee.kind === 'pointer') expr(at.callee.value);
        if (at.callee.kind === 'constructor' && at.callee.object) expr(at.callee.object);
        break;
      case 'new':
        if (at.count) expr(at.count);
        break;
      case 'delete':
        expr(at.pointer);
        break;
      case 'opaque':
        at.touches.forEach(expr);
        break;
      case 'begin':
      case 'end':
        break;
      default:
        at satisfies never;
    }
  };
  for (const block of fn.blocks) {
    block.instructions.forEach(instruction);
    const { terminator } = block;
    if (terminator.op === 'branch') expr(terminator.condition);
    if (terminator.op === 'switch') expr(terminator.value);
    if (terminator.op === 'return' && terminator.value) expr(terminator.value);
  }
  return walked;
}

function isFixed(index: Expr): boolean {
  return index.op === 'int' || index.op === 'name' || (index.op === 'cast' && isFixed(index.value));
}
