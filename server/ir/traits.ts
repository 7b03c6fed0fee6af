import type { ClassDeclaration, FunctionDeclaration } from './declarations';
import { pointeeType } from './type-of';
import type { Type } from './types';

/** What running code does to objects of a class, or to a part of them: where it is nothing, they are their bytes. */
export class Traits {
  readonly #class: (name: string) => ClassDeclaration | undefined;
  readonly #copies = new Map<string, boolean>();
  readonly #assigns = new Map<string, boolean>();
  readonly #ends = new Map<string, boolean>();

  constructor(classOf: (name: string) => ClassDeclaration | undefined) {
    this.#class = classOf;
  }

  /** Whether a copy is more than a copy of the bytes. */
  copies(type: Type): boolean {
    return this.#any(type, this.#copies, (declared) => declaresCopy(declared));
  }

  /** Whether an assignment is more than a copy of the bytes. */
  assigns(type: Type): boolean {
    return this.#any(type, this.#assigns, ({ methods }) => methods.some(({ name }) => name === 'operator='));
  }

  /** Whether something happens when an object goes away. */
  ends(type: Type): boolean {
    return this.#any(type, this.#ends, ({ methods }) => methods.some(({ name }) => name.startsWith('~')));
  }

  /** Whether any of these is more than a matter of bytes. */
  any(type: Type): boolean {
    return this.copies(type) || this.ends(type) || this.assigns(type);
  }

  #any(type: Type, known: Map<string, boolean>, of: (declared: ClassDeclaration) => boolean): boolean {
    if (type.kind === 'array') return this.#any(type.of, known, of);
    if (type.kind !== 'class') return false;
    if (pointeeType(type)) return true;
    const before = known.get(type.name);
    if (before !== undefined) return before;
    // A class that contains itself is broken text.
    known.set(type.name, false);
    const declared = this.#class(type.name);
    const answer =
      declared !== undefined &&
      declared.keyword !== 'union' &&
      (of(declared) ||
        declared.bases.some((name) => this.#any({ kind: 'class', name }, known, of)) ||
        declared.fields.some((field) => !field.static && this.#any(field.type, known, of)));
    known.set(type.name, answer);
    return answer;
  }
}

/** Whether a class declares itself how it is copied or moved. */
export function declaresCopy(declared: ClassDeclaration): boolean {
  return declared.methods.some((method) => isCopyConstructor(method, declared.name));
}

function isCopyConstructor({ name, parameters }: FunctionDeclaration, of: string): boolean {
  const first = parameters[0]?.type;
  return (
    name === of.slice(of.lastIndexOf(':') + 1) &&
    first?.kind === 'reference' &&
    first.to.kind === 'class' &&
    first.to.name === of &&
    parameters.slice(1).every((each) => each.default !== undefined)
  );
}
