import { attribute } from '../api/attributes';
import type { Expr, Function } from '../ir/types';
import type { Program } from './program';
import { calledBy } from './program';
import type { Span } from './span';

/** In which context the kernel calls a function that was handed to it. */
export interface RunsIn {
  /** interrupt: primary interrupt context. thread: a thread of the kernel's. any: the thread of whoever makes it happen. */
  readonly context: 'interrupt' | 'thread' | 'any';
  /** The call that it was handed to; for the override of one of the kernel's methods, undefined. */
  readonly call: string | undefined;
}

/** A function by its name as resolved, or a closure by its index, that a call hands to the kernel. */
export interface Registration {
  readonly what: string | number;
  readonly runs: RunsIn;
  readonly at: Span;
}

/** The functions and closures that a function hands to the kernel to be called later. */
export function registrationsIn(fn: Function, program: Program): readonly Registration[] {
  const found: Registration[] = [];
  for (const { instructions } of fn.blocks)
    for (const each of instructions) {
      if (each.op !== 'call') continue;
      const { args, span } = each;
      if (!args.some((arg) => named(arg).length > 0)) continue;
      const { api } = calledBy(each, program);
      api?.parameters.forEach((parameter, index) => {
        const argument = args[index];
        const context = attribute(parameter, 'runs')?.args[0];
        if (!argument || (context !== 'interrupt' && context !== 'thread')) return;
        for (const what of named(argument)) found.push({ what, runs: { context, call: api.name }, at: span });
      });
    }
  return found;
}

/** In which context the kernel calls a function, which was handed to it or is an override of one of its methods. */
export function contextOf(fn: Function, program: Program): RunsIn | undefined {
  const handed = program.runsIn(fn.qualifiedName);
  if (handed || fn.class === undefined || fn.static) return handed;
  const owner = fn.class;
  const base = ['IOUserClient', 'IOService'].find((name) => program.isA(owner, name));
  const { api } = base === undefined ? {} : program.findMethod(base, fn.name, fn.parameters, true);
  const context = api && attribute(api, 'runs')?.args[0];
  return context === 'thread' || context === 'any' ? { context, call: undefined } : undefined;
}

/** The functions and closures in an expression; a cast to an unknown type may have been read as something else. */
function named(expr: Expr): readonly (string | number)[] {
  switch (expr.op) {
    case 'function':
      return [expr.name];
    case 'closure':
      return [expr.index];
    case 'cast':
      return named(expr.value);
    case 'binary':
      return [...named(expr.left), ...named(expr.right)];
    default:
      return [];
  }
}
