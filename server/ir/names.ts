import type { ClassDeclaration, ConstantDeclaration, FieldDeclaration, FunctionDeclaration } from './declarations';
import type { Type } from './types';

export type Member =
  | { readonly kind: 'field'; readonly owner: string; readonly field: FieldDeclaration }
  /** All overloads that `owner` declares. */
  | { readonly kind: 'method'; readonly owner: string; readonly methods: readonly FunctionDeclaration[] };

/**
 * What lowering asks of the world around a declaration. `scope` is the qualified class or namespace in which a name is
 * used; a lookup goes outwards from there. Whoever implements this can record the questions: they are all that a
 * lowered function hangs on, beside its own text.
 */
export interface Names {
  /** A class, an enumeration or a typedef resolved to the end; undefined for what is no known type. */
  type(name: string, scope: string): Type | undefined;
  class(name: string): ClassDeclaration | undefined;
  /** Looks a member up in a class and its bases, nearest first. */
  member(className: string, name: string): Member | undefined;
  /** Whether `className` is `base` or derives from it, as far as is known. */
  derives(className: string, base: string): boolean;
  functions(name: string, scope: string): readonly FunctionDeclaration[] | undefined;
  constant(name: string, scope: string): ConstantDeclaration | undefined;
  global(name: string, scope: string): Type | undefined;
}
