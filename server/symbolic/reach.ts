import { has } from '../api/attributes';
import type { Function } from '../ir/types';
import { classOf } from './context';
import type { Program, Target } from './program';

/** Calls that only print what they are given. */
export const printer = /(log|print|trace|debug|assert)/i;

/** How many calls deep bodies are looked into. */
const deepest = 3;

/** Whether a call that leads to `target` may lead to a call of the API that carries one of the attributes. */
export function mayReach(target: Target, name: string, attributes: readonly string[], program: Program): boolean {
  return reaches(target, name, attributes, program, deepest);
}

function reaches(
  target: Target,
  name: string,
  attributes: readonly string[],
  program: Program,
  depth: number,
): boolean {
  if (target.api) return attributes.some((attribute) => target.api && has(target.api, attribute));
  if (printer.test(name)) return false;
  const { body } = target;
  return !body || depth === 0 || body.gaps.length > 0 || bodyReaches(body, attributes, program, depth - 1);
}

function bodyReaches(fn: Function, attributes: readonly string[], program: Program, depth: number): boolean {
  return fn.blocks.some((block) =>
    block.instructions.some((instruction) => {
      if (instruction.op === 'opaque') return true;
      if (instruction.op !== 'call') return false;
      const { callee, args } = instruction;
      switch (callee.kind) {
        case 'pointer':
          return true;
        case 'constructor':
          return false;
        case 'function':
          return reaches(program.findFunction(callee.name, args.length), callee.name, attributes, program, depth);
        case 'method': {
          const className = callee.class ?? classOf(callee.receiver.type);
          if (className === undefined) return args.length > 0 || !/^(?:retain|release)$/.test(callee.name);
          const target = program.findMethod(className, callee.name, args.length, callee.direct);
          return reaches(target, callee.name, attributes, program, depth);
        }
        default: {
          const impossible: never = callee;
          return impossible;
        }
      }
    }),
  );
}
