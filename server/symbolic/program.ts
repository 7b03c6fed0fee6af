import type { ClassDeclaration, ConstantDeclaration, FunctionDeclaration } from '../ir/declarations';
import type { Function, Instruction } from '../ir/types';
import { classOf } from './context';
import type { RunsIn } from './registrations';

/** What is known about the function that a call names. More than one may be given; `api` wins. */
export interface Target {
  /** Declared by the API model. */
  readonly api?: FunctionDeclaration;
  /** The one body in the workspace that the call reaches. Absent when an override could be reached instead. */
  readonly body?: Function;
  /** Of a method that is overridden: all bodies that the call may reach, where the workspace shows each. */
  readonly bodies?: readonly Function[];
  /** Declared by the workspace, with or without a body. */
  readonly declaration?: FunctionDeclaration;
  /** What the workspace's declaration promises, in MapLens attributes: by its own, or because no body is in view. */
  readonly promise?: FunctionDeclaration;
}

/**
 * Everything that the symbolic interpreter asks about the world outside the function it looks at. Answers are facts of
 * the workspace's texts: the same question gets the same answer (the same object) until a text changes.
 */
export interface Program {
  /** A free or static function by its name as written or resolved ("IOMalloc", "IOMemoryDescriptor::withAddress"). */
  findFunction(name: string, argumentCount: number): Target;
  /** A method, looked up in `className` and then along its bases. `direct`: called by its class's name, not virtually. */
  findMethod(className: string, name: string, argumentCount: number, direct: boolean): Target;
  /** Whether `className` is `base` or derives from it, as far as the API and the workspace show. */
  isA(className: string, base: string): boolean;
  /** A class of the API, as the kernel declares it. */
  apiClass(name: string): ClassDeclaration | undefined;
  /** A named constant of the API or the workspace. */
  findConstant(name: string): ConstantDeclaration | undefined;
  /** Whether an identifier stands anywhere in the workspace's sources. */
  mentions(identifier: string): boolean;
  /** In which context the kernel calls a function, by its qualified name; undefined where nobody is seen handing it over. */
  runsIn(qualifiedName: string): RunsIn | undefined;
  /** Whether the file is built with IOKIT_ENABLE_SHARED_PTR, so that the API's functions return OSSharedPtr. */
  usesSharedPointers(): boolean;
}

/** What is known about a function itself. */
export function ownTarget(fn: Function, program: Program): Target {
  return fn.class === undefined
    ? program.findFunction(fn.qualifiedName, fn.parameters)
    : program.findMethod(fn.class, fn.name, fn.parameters, true);
}

/** What is known about the function that a call names; nothing where it goes through a pointer or is a constructor's. */
export function calledBy({ callee, args }: Extract<Instruction, { op: 'call' }>, program: Program): Target {
  if (callee.kind === 'function') return program.findFunction(callee.name, args.length);
  const owner = callee.kind === 'method' ? (callee.class ?? classOf(callee.receiver.type)) : undefined;
  return callee.kind === 'method' && owner !== undefined
    ? program.findMethod(owner, callee.name, args.length, callee.direct)
    : {};
}

/** One question and what was answered, so that a kept result can be tested for still being right. */
export type Dependency =
  | { readonly kind: 'function'; readonly name: string; readonly count: number; readonly answer: Target }
  | {
      readonly kind: 'method';
      readonly className: string;
      readonly name: string;
      readonly count: number;
      readonly direct: boolean;
      readonly answer: Target;
    }
  | { readonly kind: 'isA'; readonly className: string; readonly base: string; readonly answer: boolean }
  | { readonly kind: 'constant'; readonly name: string; readonly answer: ConstantDeclaration | undefined }
  | { readonly kind: 'runsIn'; readonly name: string; readonly answer: RunsIn | undefined }
  | { readonly kind: 'sharedPointers'; readonly answer: boolean }
  | { readonly kind: 'mentions'; readonly identifier: string; readonly answer: boolean };

function sameTarget(a: Target, b: Target): boolean {
  if (a.api !== b.api || a.body !== b.body || a.declaration !== b.declaration || a.promise !== b.promise) return false;
  const [mine = [], theirs = []] = [a.bodies, b.bodies];
  return mine.length === theirs.length && mine.every((body, index) => body === theirs[index]);
}

/** Whether `program` still gives all the answers that a kept result was computed from. */
export function stillHolds(dependencies: readonly Dependency[], program: Program): boolean {
  return dependencies.every((asked) => {
    switch (asked.kind) {
      case 'function':
        return sameTarget(program.findFunction(asked.name, asked.count), asked.answer);
      case 'method':
        return sameTarget(program.findMethod(asked.className, asked.name, asked.count, asked.direct), asked.answer);
      case 'isA':
        return program.isA(asked.className, asked.base) === asked.answer;
      case 'constant':
        return program.findConstant(asked.name) === asked.answer;
      case 'runsIn': {
        const now = program.runsIn(asked.name);
        return now?.context === asked.answer?.context && now?.call === asked.answer?.call;
      }
      case 'sharedPointers':
        return program.usesSharedPointers() === asked.answer;
      case 'mentions':
        return program.mentions(asked.identifier) === asked.answer;
      default: {
        const impossible: never = asked;
        return impossible;
      }
    }
  });
}

/** A program that notes what it was asked, each question once, in the order of asking. */
export class RecordingProgram implements Program {
  readonly #program: Program;
  readonly #asked = new Map<string, Dependency>();

  constructor(program: Program) {
    this.#program = program;
  }

  get dependencies(): readonly Dependency[] {
    return [...this.#asked.values()];
  }

  findFunction(name: string, argumentCount: number): Target {
    const key = `f ${name} ${argumentCount}`;
    const known = this.#asked.get(key);
    if (known?.kind === 'function') return known.answer;
    const answer = this.#program.findFunction(name, argumentCount);
    this.#asked.set(key, { kind: 'function', name, count: argumentCount, answer });
    return answer;
  }

  findMethod(className: string, name: string, argumentCount: number, direct: boolean): Target {
    const key = `m ${className} ${name} ${argumentCount} ${direct}`;
    const known = this.#asked.get(key);
    if (known?.kind === 'method') return known.answer;
    const answer = this.#program.findMethod(className, name, argumentCount, direct);
    this.#asked.set(key, { kind: 'method', className, name, count: argumentCount, direct, answer });
    return answer;
  }

  isA(className: string, base: string): boolean {
    const key = `i ${className} ${base}`;
    const known = this.#asked.get(key);
    if (known?.kind === 'isA') return known.answer;
    const answer = this.#program.isA(className, base);
    this.#asked.set(key, { kind: 'isA', className, base, answer });
    return answer;
  }

  // The API never changes.
  apiClass(name: string): ClassDeclaration | undefined {
    return this.#program.apiClass(name);
  }

  findConstant(name: string): ConstantDeclaration | undefined {
    const key = `c ${name}`;
    const known = this.#asked.get(key);
    if (known?.kind === 'constant') return known.answer;
    const answer = this.#program.findConstant(name);
    this.#asked.set(key, { kind: 'constant', name, answer });
    return answer;
  }

  runsIn(name: string): RunsIn | undefined {
    const answer = this.#program.runsIn(name);
    this.#asked.set(`r ${name}`, { kind: 'runsIn', name, answer });
    return answer;
  }

  usesSharedPointers(): boolean {
    const answer = this.#program.usesSharedPointers();
    this.#asked.set('p', { kind: 'sharedPointers', answer });
    return answer;
  }

  mentions(identifier: string): boolean {
    const key = `w ${identifier}`;
    const known = this.#asked.get(key);
    if (known?.kind === 'mentions') return known.answer;
    const answer = this.#program.mentions(identifier);
    this.#asked.set(key, { kind: 'mentions', identifier, answer });
    return answer;
  }
}
