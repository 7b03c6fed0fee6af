import type { FunctionDeclaration } from '../ir/declarations';
import type { Function, Instruction } from '../ir/types';
import type { Span } from '../syntax/text';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';
import type { CallFacts } from '../symbolic/events';
import { insightOf, spanKey } from './insight';
import { SymbolicProgram } from './symbolic-program';

/** What stands at a place of a source: the function around it, and the call. Places are offsets in the file. */

export interface FunctionAt {
  readonly file: SourceFile;
  /** Where the function's declaration starts; spans of the IR count from here. */
  readonly start: number;
  readonly name: string;
  /** One for each choice of arms where an `#if` is open. */
  readonly variants: readonly Function[];
}

/** The function whose declaration holds an offset, with its control flow. */
export function functionAt(workspace: Workspace, path: string, offset: number): FunctionAt | undefined {
  workspace.refresh();
  const file = workspace.file(path);
  const entry = file?.facts?.functions.find(
    ({ chunk, hasBody }) => hasBody && chunk.start <= offset && offset <= chunk.end,
  );
  if (!file || !entry) return undefined;
  const { qualifiedName, variants } = workspace.lowerer.lower(file, entry);
  return { file, start: entry.chunk.start, name: qualifiedName, variants };
}

export type CallInstruction = Extract<Instruction, { readonly op: 'call' }>;

export interface CallAt {
  readonly within: FunctionAt;
  readonly fn: Function;
  readonly call: CallInstruction;
  /** In the file. */
  readonly span: Span;
  /** The kernel's declaration of what is called, or the workspace's. */
  readonly declaration: FunctionDeclaration | undefined;
  /** Whether the kernel or DriverKit declares it. */
  readonly known: boolean;
  /** The argument that the offset stands in. */
  readonly argument: number | undefined;
}

/** The innermost call whose text holds an offset, outside of its receiver. */
export function callAt(workspace: Workspace, within: FunctionAt, offset: number): CallAt | undefined {
  const at = offset - within.start;
  for (const fn of within.variants) {
    let found: CallInstruction | undefined;
    for (const call of callsOf(fn)) {
      const isInner = !found || call.span.end - call.span.start < found.span.end - found.span.start;
      const receiver = call.callee.kind === 'method' ? call.callee.receiver.span : undefined;
      if (isInner && holds(call.span, at) && !(receiver && receiver.end > receiver.start && holds(receiver, at - 1)))
        found = call;
    }
    if (!found) continue;
    const argument = found.args.findIndex((each) => holds(each.span, at));
    return {
      within,
      fn,
      call: found,
      span: absolute(within, found.span),
      ...declarationOf(workspace, within.file.path, found),
      argument: argument < 0 ? undefined : argument,
    };
  }
  return undefined;
}

/** Whether an offset is in a span or at one of its ends, where a cursor stands that has just typed it. */
function holds(span: Span, at: number): boolean {
  return span.start <= at && at <= span.end;
}

/** A span of a function's IR as one of its file. */
export function absolute({ start }: FunctionAt, span: Span): Span {
  return { start: start + span.start, end: start + span.end };
}

/** The calls of a function and of its closures, as they are written in the text. */
export function* callsOf(fn: Function): Iterable<CallInstruction> {
  for (const block of fn.blocks)
    for (const instruction of block.instructions)
      if (instruction.op === 'call' && instruction.macro === undefined) yield instruction;
  for (const closure of fn.closures) yield* callsOf(closure);
}

/** What a call calls, as the kernel declares it or else the workspace. */
export function declarationOf(
  workspace: Workspace,
  path: string,
  { callee, args }: CallInstruction,
): Pick<CallAt, 'declaration' | 'known'> {
  const program = new SymbolicProgram(workspace, path);
  const target =
    callee.kind === 'function'
      ? program.findFunction(callee.name, args.length)
      : callee.kind === 'method' && callee.class !== undefined
        ? program.findMethod(callee.class, callee.name, args.length, callee.direct)
        : {};
  return { declaration: target.api ?? target.declaration, known: target.api !== undefined };
}

/** What the paths know about one call. */
export function factsOf(workspace: Workspace, { within, fn, call }: CallAt): readonly CallFacts[] {
  return insightOf(workspace, within.file.path, fn).calls.get(spanKey(call.span)) ?? [];
}

/** The parameter that an argument goes to; those after the last belong to "...". */
export function parameterOf(
  declaration: FunctionDeclaration | undefined,
  argument: number | undefined,
): FunctionDeclaration['parameters'][number] | undefined {
  return argument === undefined ? undefined : declaration?.parameters[argument];
}
