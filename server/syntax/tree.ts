import type { Span } from './text';

/** The syntax tree of one declaration. Spans are relative to the declaration's text. `macro`: it comes out of that macro's use. */

export interface Node {
  readonly span: Span;
  readonly macro?: string;
}

/** An anonymous struct or union, whose members are its class's own; `id` tells it from its neighbours. */
export interface AnonymousGroup {
  readonly id: number;
  readonly union: boolean;
}

export interface AttributeNode {
  readonly name: string;
  readonly args: readonly string[];
}

export type TypeNode =
  /** A name as written: "unsigned long", "IOMemoryMap", "OSPtr" with args. */
  | {
      readonly k: 'named';
      readonly name: string;
      readonly args?: readonly TypeNode[];
      readonly keyword?: 'class' | 'struct' | 'union' | 'enum';
    }
  | { readonly k: 'pointer'; readonly to: TypeNode; readonly toMember?: boolean }
  | { readonly k: 'reference'; readonly to: TypeNode; readonly rvalue?: boolean }
  | { readonly k: 'array'; readonly of: TypeNode; readonly size?: ExprNode }
  | {
      readonly k: 'function';
      readonly result: TypeNode;
      readonly params: readonly ParameterNode[];
      readonly variadic: boolean;
    }
  | { readonly k: 'typeof'; readonly of: ExprNode }
  /** A value as a template's argument. */
  | { readonly k: 'value'; readonly value: ExprNode }
  /** A class or enumeration defined where its name is used. */
  | { readonly k: 'defined'; readonly declaration: DeclarationNode }
  | { readonly k: 'auto' };

/** A parameter of a template: a type, a value, or a pack or template, which nothing here binds. */
export interface TemplateParameterNode {
  readonly name: string;
  readonly kind: 'type' | 'value' | 'other';
  readonly default?: TypeNode;
}

export interface ParameterNode {
  readonly name: string;
  readonly type: TypeNode;
  readonly default?: string;
  readonly attributes: readonly AttributeNode[];
  readonly span: Span;
}

export type ExprNode = Node &
  (
    | { readonly k: 'name'; readonly name: string; readonly args?: readonly TypeNode[] }
    | { readonly k: 'number'; readonly text: string }
    | { readonly k: 'string'; readonly text: string }
    | { readonly k: 'character'; readonly text: string }
    | { readonly k: 'bool'; readonly value: boolean }
    | { readonly k: 'null' }
    | { readonly k: 'this' }
    | {
        readonly k: 'unary';
        readonly operator: '+' | '-' | '!' | '~' | '*' | '&' | '++' | '--';
        readonly value: ExprNode;
      }
    | { readonly k: 'postfix'; readonly operator: '++' | '--'; readonly value: ExprNode }
    | { readonly k: 'binary'; readonly operator: string; readonly left: ExprNode; readonly right: ExprNode }
    | { readonly k: 'assign'; readonly operator: string; readonly left: ExprNode; readonly right: ExprNode }
    | { readonly k: 'conditional'; readonly condition: ExprNode; readonly then?: ExprNode; readonly else: ExprNode }
    | { readonly k: 'call'; readonly callee: ExprNode; readonly args: readonly ExprNode[] }
    | {
        readonly k: 'member';
        readonly object: ExprNode;
        readonly arrow: boolean;
        readonly name: string;
        readonly args?: readonly TypeNode[];
      }
    | { readonly k: 'index'; readonly object: ExprNode; readonly index: ExprNode }
    | { readonly k: 'cast'; readonly type: TypeNode; readonly value: ExprNode }
    /** T(args) or T{args} */
    | { readonly k: 'construct'; readonly type: TypeNode; readonly args: readonly ExprNode[] }
    | { readonly k: 'sizeof'; readonly operator: string; readonly type?: TypeNode; readonly value?: ExprNode }
    | { readonly k: 'offsetof'; readonly type: TypeNode; readonly member: string }
    | {
        readonly k: 'new';
        readonly type: TypeNode;
        readonly count?: ExprNode;
        readonly args: readonly ExprNode[];
        readonly placement: readonly ExprNode[];
      }
    | { readonly k: 'delete'; readonly value: ExprNode; readonly array: boolean }
    | {
        readonly k: 'lambda';
        readonly block: boolean;
        readonly captureDefault?: '=' | '&';
        readonly captures: readonly {
          readonly name: string;
          readonly byReference: boolean;
          readonly init?: ExprNode;
        }[];
        readonly params: readonly ParameterNode[];
        readonly result?: TypeNode;
        readonly body: StatementNode;
      }
    | {
        readonly k: 'list';
        readonly items: readonly { readonly field?: string; readonly index?: ExprNode; readonly value: ExprNode }[];
      }
    | { readonly k: 'statements'; readonly body: StatementNode }
    | { readonly k: 'throw'; readonly value?: ExprNode }
  );

export type StatementNode = Node &
  (
    | { readonly k: 'block'; readonly body: readonly StatementNode[] }
    | { readonly k: 'expression'; readonly value: ExprNode }
    | { readonly k: 'declaration'; readonly declarations: readonly DeclarationNode[] }
    | {
        readonly k: 'if';
        readonly init?: StatementNode;
        readonly condition: ExprNode | StatementNode;
        readonly then: StatementNode;
        readonly else?: StatementNode;
      }
    | { readonly k: 'while'; readonly condition: ExprNode | StatementNode; readonly body: StatementNode }
    | { readonly k: 'do'; readonly body: StatementNode; readonly condition: ExprNode }
    | {
        readonly k: 'for';
        readonly init?: StatementNode;
        readonly condition?: ExprNode | StatementNode;
        readonly step?: ExprNode;
        readonly body: StatementNode;
      }
    | {
        readonly k: 'range-for';
        readonly variable: DeclarationNode;
        readonly range: ExprNode;
        readonly body: StatementNode;
      }
    | { readonly k: 'switch'; readonly value: ExprNode | StatementNode; readonly body: StatementNode }
    | { readonly k: 'case'; readonly low: ExprNode; readonly high?: ExprNode }
    | { readonly k: 'default' }
    | { readonly k: 'label'; readonly name: string }
    | { readonly k: 'goto'; readonly name: string }
    | { readonly k: 'break' }
    | { readonly k: 'continue' }
    | { readonly k: 'return'; readonly value?: ExprNode }
    | { readonly k: 'empty' }
    | {
        readonly k: 'asm';
        readonly outputs: readonly ExprNode[];
        readonly inputs: readonly ExprNode[];
        readonly clobbersMemory: boolean;
      }
    | { readonly k: 'try'; readonly body: StatementNode; readonly handlers: readonly StatementNode[] }
    /** Not understood; skipped to its end. */
    | { readonly k: 'error'; readonly construct: string }
  );

export type DeclarationNode = Node & { readonly attributes: readonly AttributeNode[] } & (
    | {
        readonly k: 'function';
        /** As written, "Class::name"; a destructor is "~Class", an operator "operator==". */
        readonly name: string;
        readonly nameSpan: Span;
        readonly result: TypeNode;
        readonly params: readonly ParameterNode[];
        readonly variadic: boolean;
        readonly static: boolean;
        readonly virtual: boolean;
        /** Declared with = default. */
        readonly defaulted?: boolean;
        readonly template: boolean;
        readonly templateParameters?: readonly TemplateParameterNode[];
        readonly initializers: readonly {
          readonly name: string;
          readonly args: readonly ExprNode[];
          readonly span: Span;
        }[];
        readonly body?: StatementNode;
      }
    | {
        readonly k: 'variable';
        readonly name: string;
        readonly nameSpan: Span;
        readonly type: TypeNode;
        readonly init?: ExprNode;
        readonly arguments?: readonly ExprNode[];
        readonly static: boolean;
        readonly extern: boolean;
        readonly constant: boolean;
        /** It is declared __block. */
        readonly shared?: boolean;
        readonly autoreleased?: boolean;
        /** Of a bit field. One without a name has the name ''. */
        readonly width?: ExprNode;
        /** The anonymous structs and unions that it stands in, outermost first. */
        readonly within?: readonly AnonymousGroup[];
      }
    | { readonly k: 'typedef'; readonly name: string; readonly type: TypeNode }
    | {
        readonly k: 'class';
        readonly keyword: 'class' | 'struct' | 'union';
        readonly name: string;
        readonly bases: readonly string[];
        readonly members?: readonly DeclarationNode[];
        readonly template: boolean;
        readonly templateParameters?: readonly TemplateParameterNode[];
      }
    | {
        readonly k: 'enum';
        readonly name: string;
        /** The type after the colon. */
        readonly underlying?: TypeNode;
        readonly constants: readonly {
          readonly name: string;
          readonly value?: ExprNode;
          readonly attributes: readonly AttributeNode[];
          readonly span: Span;
        }[];
      }
    | { readonly k: 'namespace'; readonly name: string }
    | { readonly k: 'other'; readonly what: string }
    | { readonly k: 'error'; readonly construct: string }
  );
