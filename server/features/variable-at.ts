import type { BlockId, Expr, Function, Instruction, Place, Terminator } from '../ir/types';
import { walkInstruction, walkTerminator } from '../ir/walk';
import type { Variable } from '../symbolic/holdings';
import { objectVariables, variableOf } from '../symbolic/holdings';
import type { Program } from '../symbolic/program';
import type { Span } from '../syntax/text';

/** A variable that may hold a counted object, where the text names it. Spans count from the function's start. */
export interface Occurrence {
  /** The function, or the closure in it. */
  readonly fn: Function;
  readonly variable: Variable;
  readonly span: Span;
  readonly block: BlockId;
  /** Of the instruction in its block; the terminator comes after the last. */
  readonly index: number;
  /** It takes a value here. */
  readonly written: boolean;
  /** A method is called on it, or it is an argument: what it holds may be something else after the call. */
  readonly call: boolean;
}

/** Every place where a function or a closure in it names a variable that may hold a counted object. */
export function* occurrencesIn(fn: Function, program: Program): Iterable<Occurrence> {
  const variables = objectVariables(fn, program);
  if (variables.size > 0)
    for (const [block, { instructions, terminator }] of fn.blocks.entries()) {
      for (const [index, instruction] of instructions.entries())
        for (const [place, written] of placesOf(instruction)) {
          const variable = variableOf(fn, place);
          if (variable && variables.has(variable.key))
            yield { fn, variable, span: place.span, block, index, written, call: instruction.op === 'call' };
        }
      for (const [place] of placesOf(terminator)) {
        const variable = variableOf(fn, place);
        if (variable && variables.has(variable.key))
          yield {
            fn,
            variable,
            span: place.span,
            block,
            index: instructions.length,
            written: false,
            call: false,
          };
      }
    }
  for (const closure of fn.closures) yield* occurrencesIn(closure, program);
}

/** The variable that the word around an offset names, at its first place and at its last: a macro may name it often. */
export function occurrenceAt(
  variants: readonly Function[],
  program: Program,
  at: number,
  word: string,
): { readonly root: Function; readonly first: Occurrence; readonly last: Occurrence } | undefined {
  for (const root of variants) {
    let found: Occurrence[] = [];
    for (const one of occurrencesIn(root, program)) {
      if (one.variable.name !== word || one.span.start > at || at > one.span.end) continue;
      const known = found[0];
      const [size, least] = [one.span.end - one.span.start, known ? known.span.end - known.span.start : Infinity];
      if (size < least) found = [one];
      else if (size === least && one.variable.key === known?.variable.key) found.push(one);
    }
    const [first] = found;
    if (first) return { root, first, last: found.at(-1)! };
  }
  return undefined;
}

function placesOf(of: Instruction | Terminator): readonly (readonly [place: Place, written: boolean])[] {
  const found: (readonly [Place, boolean])[] = [];
  const addressed = new Set<Place>();
  const target = of.op === 'store' ? of.place : undefined;
  const visitor = {
    expr: (each: Expr) => {
      if (each.op === 'address') addressed.add(each.place);
    },
    place: (each: Place) => void found.push([each, each === target || addressed.has(each)]),
  };
  if (isTerminator(of)) walkTerminator(of, visitor);
  else walkInstruction(of, visitor);
  return found;
}

function isTerminator(of: Instruction | Terminator): of is Terminator {
  return ['jump', 'branch', 'switch', 'return', 'unreachable'].includes(of.op);
}
