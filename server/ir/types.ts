import type { Span } from '../syntax/text';
import type { ClassDeclaration } from './declarations';

/**
 * The intermediate representation: one function as a control-flow graph of typed instructions over pure expressions.
 * All spans are relative to the start of the function's declaration (`Function.span.start` is absolute), so that an
 * edit elsewhere in the file leaves a lowered function as it is.
 */

export type Type =
  | { readonly kind: 'void' }
  | { readonly kind: 'bool' }
  /** `member`: a pointer to a data member of that type, as its offset plus 1; 0 is the null pointer. */
  | {
      readonly kind: 'int';
      readonly bits: 8 | 16 | 32 | 64 | 128;
      readonly signed: boolean;
      readonly name?: string;
      readonly member?: Type;
    }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | { readonly kind: 'pointer'; readonly to: Type }
  /** `rvalue`: declared with &&. */
  | { readonly kind: 'reference'; readonly to: Type; readonly rvalue?: boolean }
  /** A class, struct or union by its name as resolved ("IOMemoryMap"); `args` for templates (OSSharedPtr<IOMemoryMap>). */
  | { readonly kind: 'class'; readonly name: string; readonly args?: readonly Type[] }
  /** `of` is the integer type that it is declared with. */
  | { readonly kind: 'enum'; readonly name: string; readonly of?: Type & { kind: 'int' } }
  /** `lengthName` is what a length is called that is not known: a template's parameter, or a name that nothing declares. */
  | { readonly kind: 'array'; readonly of: Type; readonly length?: number; readonly lengthName?: string }
  | { readonly kind: 'function'; readonly result: Type; readonly params: readonly Type[] }
  /** Not known: a name that nothing in the workspace or the API declares, or an expression of such a type. */
  | { readonly kind: 'unknown'; readonly name?: string };

/** Index into `Function.temps`. A temp may be set on several paths (`?:`, `&&`), never read before it is set. */
export type Temp = number;
/** Index into `Function.locals`. Parameters come first, in order. */
export type Local = number;
export type BlockId = number;

export type UnaryOperator = '-' | '~' | '!';
export type BinaryOperator =
  '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '|' | '^' | '==' | '!=' | '<' | '>' | '<=' | '>=';

/** Pure: evaluating it twice gives the same value as long as no instruction ran in between. */
export type Expr =
  | { readonly op: 'int'; readonly value: bigint; readonly type: Type; readonly name?: string; readonly span: Span }
  | { readonly op: 'float'; readonly value: number; readonly type: Type; readonly span: Span }
  | { readonly op: 'string'; readonly value: string; readonly type: Type; readonly span: Span }
  /** NULL, nullptr, and 0 where a pointer is wanted. */
  | { readonly op: 'null'; readonly type: Type; readonly span: Span }
  | { readonly op: 'this'; readonly type: Type; readonly span: Span }
  | { readonly op: 'temp'; readonly temp: Temp; readonly type: Type; readonly span: Span }
  /** `moved`: of an object that gives up what it has, as std::move() says. */
  | { readonly op: 'load'; readonly place: Place; readonly type: Type; readonly moved?: boolean; readonly span: Span }
  | { readonly op: 'address'; readonly place: Place; readonly type: Type; readonly span: Span }
  | {
      readonly op: 'unary';
      readonly operator: UnaryOperator;
      readonly value: Expr;
      readonly type: Type;
      readonly span: Span;
    }
  /** Pointer arithmetic is '+'/'-' with a pointer-typed left side: in elements, as in C. */
  | {
      readonly op: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
      readonly type: Type;
      readonly span: Span;
    }
  | { readonly op: 'cast'; readonly value: Expr; readonly type: Type; readonly explicit: boolean; readonly span: Span }
  /** The raw pointer inside an OSSharedPtr-like value (its get(), or what -> goes through). */
  | { readonly op: 'pointee'; readonly value: Expr; readonly type: Type; readonly span: Span }
  | { readonly op: 'sizeof'; readonly of: Type; readonly type: Type; readonly span: Span }
  /** The address of a function or method, by name as resolved ("Class::method" or "function"). */
  | { readonly op: 'function'; readonly name: string; readonly type: Type; readonly span: Span }
  /** A lambda or a block: body `Function.closures[index]`, which sees the enclosing locals as its own `captures`. */
  | { readonly op: 'closure'; readonly index: number; readonly type: Type; readonly span: Span }
  /** A name that could not be resolved (a macro constant or a global of a header that is not there). Stable: the same name is the same value until a call. */
  | { readonly op: 'name'; readonly name: string; readonly type: Type; readonly span: Span }
  /** Something not understood; any value. */
  | { readonly op: 'unknown'; readonly reason: string; readonly type: Type; readonly span: Span };

/** Where a value can be stored. */
export type Place =
  | { readonly kind: 'local'; readonly local: Local; readonly type: Type; readonly span: Span }
  | { readonly kind: 'global'; readonly name: string; readonly type: Type; readonly span: Span }
  | { readonly kind: 'deref'; readonly pointer: Expr; readonly type: Type; readonly span: Span }
  /** `owner` is the class that the name was looked up in, where known. `p->f` is field of deref of p; `fMap` is field of deref of this. */
  | {
      readonly kind: 'field';
      readonly base: Place;
      readonly name: string;
      readonly owner?: string;
      /** The width of a bit field. */
      readonly bits?: number;
      readonly type: Type;
      readonly span: Span;
    }
  /** Element of an array object (for pointers, `p[i]` is deref of p + i). */
  | { readonly kind: 'index'; readonly base: Place; readonly index: Expr; readonly type: Type; readonly span: Span }
  /** The object that an expression yields by value, e.g. the struct returned by a call. */
  | { readonly kind: 'value'; readonly value: Expr; readonly type: Type; readonly span: Span };

/** What a parameter of a template stands for. */
export interface TemplateArgument {
  readonly name: string;
  readonly type?: Type;
  readonly value?: bigint;
}

/** `signature`: the types of the parameters, where several functions of the name take as many arguments. */
export type Callee =
  /** A free or static function, or a name that nothing declares. Qualified as far as written or resolved ("IOBufferMemoryDescriptor::withCapacity"). */
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly template?: readonly TemplateArgument[];
      readonly signature?: readonly Type[];
    }
  /** `receiver` is a pointer to the object. `class` is its static class where known. `direct`: named with its class (super::free()), hence not virtual. */
  | {
      readonly kind: 'method';
      readonly receiver: Expr;
      readonly class?: string;
      readonly name: string;
      readonly direct: boolean;
      readonly template?: readonly TemplateArgument[];
      readonly signature?: readonly Type[];
    }
  | { readonly kind: 'pointer'; readonly value: Expr }
  /** A constructor: of a local, of a temporary `T(args)`, or of what `new` allocated. `object` is a pointer to it; absent for a temporary, whose value is `dst`. */
  | { readonly kind: 'constructor'; readonly class: Type; readonly object?: Expr };

/** The macro that the text came from, where it came from one: span of its use and its name. */
export interface Provenance {
  readonly macro?: string;
}

export type Instruction = InstructionKind & Provenance & { readonly span: Span };

type InstructionKind =
  | { readonly op: 'set'; readonly temp: Temp; readonly value: Expr }
  /** `initial`: initialises a local, field or global rather than overwriting it. */
  | { readonly op: 'store'; readonly place: Place; readonly value: Expr; readonly initial: boolean }
  | {
      readonly op: 'call';
      readonly temp?: Temp;
      readonly callee: Callee;
      readonly args: readonly Expr[];
      readonly type: Type;
    }
  | { readonly op: 'new'; readonly temp: Temp; readonly of: Type; readonly count?: Expr; readonly type: Type }
  | { readonly op: 'delete'; readonly pointer: Expr; readonly array: boolean }
  /** A local comes into scope without a value (an initialiser follows as a store). */
  | { readonly op: 'begin'; readonly local: Local }
  /** Locals leave scope, on every way out of it, in the order in which they are destroyed. */
  | { readonly op: 'end'; readonly locals: readonly Local[] }
  /** A construct that lowering does not understand: it may read and write anything that `touches` reaches. */
  | { readonly op: 'opaque'; readonly reason: string; readonly touches: readonly Expr[] };

export type Terminator = { readonly span: Span } & (
  | { readonly op: 'jump'; readonly to: BlockId }
  | { readonly op: 'branch'; readonly condition: Expr; readonly then: BlockId; readonly else: BlockId }
  | {
      readonly op: 'switch';
      readonly value: Expr;
      readonly cases: readonly { readonly low: Expr; readonly high?: Expr; readonly to: BlockId }[];
      readonly default: BlockId;
    }
  | { readonly op: 'return'; readonly value?: Expr }
  /** Control never gets here: after a call that does not return, or off the end of a non-void function. */
  | { readonly op: 'unreachable' }
);

export interface Block {
  readonly instructions: readonly Instruction[];
  readonly terminator: Terminator;
}

export interface LocalVariable {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
  readonly parameter: boolean;
  /** A function-scope static: lives on, initialised once. */
  readonly static: boolean;
  /** Of a static: what gives it its first value, with the static as its only capture. */
  readonly initializer?: Function;
  /** It is declared __block: blocks share it, and it lives as long as they do. */
  readonly shared?: boolean;
  /** It is declared const. */
  readonly constant?: boolean;
  /** In a closure: the enclosing function's local that this stands for, and whether writes reach it. */
  readonly captures?: { readonly local: Local; readonly byReference: boolean };
}

export interface Function {
  /** As written without its class, e.g. "start". */
  readonly name: string;
  /** With class and namespaces, e.g. "FrameGrabber::start". */
  readonly qualifiedName: string;
  /** The class whose method it is. */
  readonly class?: string;
  readonly static: boolean;
  readonly result: Type;
  readonly locals: readonly LocalVariable[];
  readonly parameters: number;
  readonly temps: readonly Type[];
  readonly blocks: readonly Block[];
  readonly entry: BlockId;
  readonly closures: readonly Function[];
  /** It is a template: what its parameters stand for, or `open` where they stand for themselves. */
  readonly template?: 'open' | readonly TemplateArgument[];
  /** The classes that its body declares. */
  readonly classes?: readonly ClassDeclaration[];
  /** Of the whole declaration, in the file. */
  readonly span: Span;
  /** Of the name, relative to `span.start`. */
  readonly nameSpan: Span;
  /** What was not lowered, by construct; empty when the function was lowered whole. */
  readonly gaps: readonly { readonly construct: string; readonly span: Span }[];
}
