import type { ClassDeclaration, FunctionDeclaration } from '../ir/declarations';
import type { Function, TemplateArgument, Type } from '../ir/types';

/** A function of the workspace with its body. `file` is what places in the trace name, and whose statics it sees. */
export interface SourceFunction {
  readonly file: string;
  readonly function: Function;
  /** Made of a text of its own, such as a default argument: its spans are nowhere in the file. */
  readonly aside?: boolean;
  /** The offset in the file that the function's spans count from. */
  readonly start: number;
}

/** A half-open range of UTF-16 offsets, from `SourceFunction.start`. */
export type Span = Function['span'];

/**
 * What the concrete interpreter asks about the code that it runs. Names are as the IR spells them ("Class::method",
 * "function", "kIOMapAnywhere"). Every answer is a pure function of the texts: asking twice gives the same.
 */
export interface Program {
  /**
   * All bodies under a qualified name (overloads, and copies under different `#if`s) that code in `file` can call, in a
   * stable order. `template` binds the parameters of those that are templates.
   */
  functions(qualifiedName: string, template?: readonly TemplateArgument[], file?: string): readonly SourceFunction[];
  /** The declaration of a free function, static or method, of the workspace or else of the API model. */
  declaration(qualifiedName: string): FunctionDeclaration | undefined;
  /** A class, struct or union of the workspace, or else of the API model, by its name as resolved. */
  classOf(name: string): ClassDeclaration | undefined;
  /** Classes of the workspace whose direct base is `name`. */
  derived(name: string): readonly string[];
  /** An enumerator or a constant macro by its name. */
  constant(name: string, file?: string): bigint | undefined;
  /** The type that a name stands for, where the name is a typedef or an enumeration. */
  typeNamed(name: string): Type | undefined;
  /**
   * A global or static data member as a file means it. `key` is the same wherever it is the same variable: a `static` one
   * is each file's own. `type` is undefined where nothing declares it.
   */
  global(name: string, file: string): { readonly key: string; readonly type: Type | undefined };
  /** What gives a global or static data member its first value; undefined where nothing in view does. */
  initializer(name: string, file: string): { readonly source: SourceFunction; readonly constant: boolean } | undefined;
  /** A parameter's default argument, as a function that returns it; undefined where it has none. */
  defaultArgument(qualifiedName: string, index: number): SourceFunction | undefined;
  /** The default member initialisers of a class's own fields, as methods that store them. */
  fieldInitializers(className: string): readonly { readonly field: string; readonly source: SourceFunction }[];
  /** A file's text; undefined where the file is not part of the workspace. */
  text(file: string): string | undefined;
  /** The 1-based line and column of an offset in a file. */
  position(file: string, offset: number): { readonly line: number; readonly column: number } | undefined;
}
