import type { Program, SourceFunction } from '../../server/concrete/program';
import type {
  Callee,
  Expr,
  Function,
  Instruction,
  LocalVariable,
  Place,
  Terminator,
  Type,
} from '../../server/ir/types';

/** A small builder of IR by hand, for tests that want no parser. Spans are empty. */

export const span = { start: 0, end: 0 };
export const int = (bits: 8 | 16 | 32 | 64, signed = true): Type & { kind: 'int' } => ({ kind: 'int', bits, signed });
export const pointerTo = (to: Type): Type => ({ kind: 'pointer', to });
export const classNamed = (name: string): Type => ({ kind: 'class', name });

export const number = (value: bigint, type: Type = int(32)): Expr => ({ op: 'int', value, type, span });
export const local = (index: number, type: Type): Place => ({ kind: 'local', local: index, type, span });
export const load = (place: Place): Expr => ({ op: 'load', place, type: place.type, span });
export const addressOf = (place: Place): Expr => ({ op: 'address', place, type: pointerTo(place.type), span });
export const temp = (index: number, type: Type): Expr => ({ op: 'temp', temp: index, type, span });
export const cast = (value: Expr, type: Type): Expr => ({ op: 'cast', value, type, explicit: true, span });
export const deref = (pointer: Expr, type: Type): Place => ({ kind: 'deref', pointer, type, span });

export const store = (place: Place, value: Expr): Instruction => ({ op: 'store', place, value, initial: false, span });
export const call = (callee: Callee, args: readonly Expr[], type: Type, into?: number): Instruction => ({
  op: 'call',
  callee,
  args,
  type,
  span,
  ...(into === undefined ? {} : { temp: into }),
});
export const giveBack = (value?: Expr): Terminator => ({ op: 'return', span, ...(value ? { value } : {}) });

export function functionOf(
  name: string,
  parts: {
    readonly result?: Type;
    readonly locals?: readonly { readonly name: string; readonly type: Type; readonly parameter?: boolean }[];
    readonly temps?: readonly Type[];
    readonly blocks: Function['blocks'];
  },
): SourceFunction {
  const locals: LocalVariable[] = (parts.locals ?? []).map((each) => ({
    name: each.name,
    type: each.type,
    span,
    parameter: each.parameter ?? false,
    static: false,
  }));
  return {
    file: 'test.cpp',
    start: 0,
    function: {
      name,
      qualifiedName: name,
      static: false,
      result: parts.result ?? { kind: 'void' },
      locals,
      parameters: locals.filter((each) => each.parameter).length,
      temps: parts.temps ?? [],
      blocks: parts.blocks,
      entry: 0,
      closures: [],
      span,
      nameSpan: span,
      gaps: [],
    },
  };
}

/** A program of hand-built functions that declares nothing else. */
export function programOf(functions: readonly SourceFunction[]): Program {
  return {
    functions: (name) => functions.filter((each) => each.function.qualifiedName === name),
    declaration: () => undefined,
    classOf: () => undefined,
    derived: () => [],
    constant: () => undefined,
    typeNamed: () => undefined,
    global: (name) => ({ key: name, type: undefined }),
    initializer: () => undefined,
    defaultArgument: () => undefined,
    fieldInitializers: () => [],
    text: () => undefined,
    position: () => undefined,
  };
}
