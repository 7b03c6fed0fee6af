import type { Span } from '../syntax/text';
import type { AnonymousGroup, TemplateParameterNode } from '../syntax/tree';
import type { Type } from './types';

/** What a file declares, as the API model and the workspace index use it. One shape for both. */

/** `[[maplens::returns(retained, nullable)]]` is { name: 'returns', args: ['retained', 'nullable'] }. */
export interface Attribute {
  readonly name: string;
  readonly args: readonly string[];
}

export interface ParameterDeclaration {
  readonly name: string;
  readonly type: Type;
  /** The default argument's text. */
  readonly default?: string;
  readonly attributes: readonly Attribute[];
}

export interface FunctionDeclaration {
  readonly kind: 'function';
  readonly name: string;
  readonly qualifiedName: string;
  readonly class?: string;
  readonly result: Type;
  readonly parameters: readonly ParameterDeclaration[];
  readonly variadic: boolean;
  readonly static: boolean;
  readonly virtual: boolean;
  /** Declared with = default. */
  readonly defaulted?: true;
  /** Its own parameters, where it is a template. */
  readonly template?: readonly TemplateParameterNode[];
  readonly attributes: readonly Attribute[];
  /** Text of the `///` comment above it. */
  readonly doc: string;
  readonly hasBody: boolean;
  readonly span: Span;
}

export interface FieldDeclaration {
  readonly name: string;
  readonly type: Type;
  readonly static: boolean;
  readonly attributes: readonly Attribute[];
  /** The width of a bit field, in bits. One without a name has the name ''. */
  readonly bits?: number;
  /** Whether its declaration gives it a first value. */
  readonly initialised?: true;
  /** The anonymous structs and unions that it stands in, outermost first. */
  readonly within?: readonly AnonymousGroup[];
  readonly span: Span;
}

export interface ClassDeclaration {
  readonly kind: 'class';
  readonly keyword: 'class' | 'struct' | 'union';
  readonly name: string;
  readonly bases: readonly string[];
  /** Its parameters, where it is a template. */
  readonly template?: readonly TemplateParameterNode[];
  readonly fields: readonly FieldDeclaration[];
  readonly methods: readonly FunctionDeclaration[];
  readonly attributes: readonly Attribute[];
  readonly doc: string;
  readonly span: Span;
}

export interface ConstantDeclaration {
  readonly kind: 'constant';
  readonly name: string;
  readonly value: bigint | undefined;
  /** The enumeration's name, or the attribute family(...) of it in the API headers. */
  readonly family?: string;
  readonly attributes?: readonly Attribute[];
  readonly doc: string;
  readonly span: Span;
}

export interface TypedefDeclaration {
  readonly kind: 'typedef';
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
}

export interface GlobalDeclaration {
  readonly kind: 'global';
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
}

export interface MacroDeclaration {
  readonly kind: 'macro';
  readonly name: string;
  /** Undefined for an object-like macro. A variadic macro's last parameter is "...". */
  readonly parameters?: readonly string[];
  readonly body: string;
  readonly span: Span;
}

export type Declaration =
  | FunctionDeclaration
  | ClassDeclaration
  | ConstantDeclaration
  | TypedefDeclaration
  | GlobalDeclaration
  | MacroDeclaration;
