import type { ClassDeclaration } from '../ir/declarations';
import type { Type } from '../ir/types';
import type { Program } from './program';

export interface FieldLayout {
  readonly offset: number;
  readonly type: Type;
}

export interface Layout {
  readonly size: number;
  readonly align: number;
  readonly fields: ReadonlyMap<string, FieldLayout>;
  /** Nothing declares the class, or a class that it contains: its size is a guess. */
  readonly assumed: boolean;
}

const guessedSize = 64;

/** Sizes and field offsets as the 64-bit kernel ABIs lay classes out: natural alignment, base first, 8 bytes of vtable. */
export class Layouts {
  readonly #program: Program;
  readonly #classes = new Map<string, Layout>();
  readonly #open = new Set<string>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** Bytes of a value of a type; 0 for void, 8 for what is unknown. */
  size(type: Type): number {
    switch (type.kind) {
      case 'void':
        return 0;
      case 'bool':
        return 1;
      case 'int':
      case 'float':
        return type.bits / 8;
      case 'enum':
        return this.#enumSize(type.name);
      case 'pointer':
      case 'reference':
      case 'function':
        return 8;
      case 'array':
        return this.size(type.of) * (type.length ?? 0);
      case 'class':
        return this.class(type).size;
      case 'unknown':
        return 8;
    }
  }

  align(type: Type): number {
    switch (type.kind) {
      case 'void':
        return 1;
      case 'array':
        return this.align(type.of);
      case 'class':
        return this.class(type).align;
      case 'bool':
      case 'int':
      case 'float':
      case 'enum':
      case 'pointer':
      case 'reference':
      case 'function':
      case 'unknown':
        return Math.max(1, Math.min(16, this.size(type)));
    }
  }

  /** Bytes between elements that a pointer to `type` steps over; 1 for void and functions, as GNU C counts. */
  stride(type: Type): number {
    return type.kind === 'void' || type.kind === 'function' ? 1 : Math.max(1, this.size(type));
  }

  class(type: Type & { kind: 'class' }): Layout {
    const key = type.name;
    const known = this.#classes.get(key);
    if (known) return known;
    if (isSmartPointer(key))
      return remember(this.#classes, key, { size: 8, align: 8, fields: new Map(), assumed: false });
    const declared = this.#program.classOf(key);
    // A class that contains itself is not C++; it is broken text, or two classes of one name.
    if (!declared || this.#open.has(key)) return { size: guessedSize, align: 8, fields: new Map(), assumed: true };
    this.#open.add(key);
    const layout = this.#lay(declared);
    this.#open.delete(key);
    return remember(this.#classes, key, layout);
  }

  /** Where a field of a class, of one of its bases or of an anonymous member lies. */
  field(type: Type, name: string): FieldLayout | undefined {
    if (type.kind !== 'class') return undefined;
    return this.class(type).fields.get(name);
  }

  #lay(declared: ClassDeclaration): Layout {
    const fields = new Map<string, FieldLayout>();
    const union = declared.keyword === 'union';
    let size = 0;
    let align = 1;
    let assumed = false;
    for (const base of declared.bases) {
      const layout = this.class({ kind: 'class', name: base });
      const at = roundUp(size, layout.align);
      for (const [name, field] of layout.fields) fields.set(name, { offset: at + field.offset, type: field.type });
      size = at + layout.size;
      align = Math.max(align, layout.align);
      assumed ||= layout.assumed;
    }
    if (declared.bases.length === 0 && declared.methods.some((method) => method.virtual)) {
      size = 8;
      align = 8;
    }
    const start = size;
    const own = new Set<string>();
    for (const field of declared.fields) {
      // A class that the API model and the workspace both declare has its fields twice.
      if (field.static || (field.name !== '' && own.has(field.name))) continue;
      own.add(field.name);
      const step = this.align(field.type);
      const at = union ? start : roundUp(size, step);
      align = Math.max(align, step);
      if (field.type.kind === 'class') {
        const inner = this.class(field.type);
        assumed ||= inner.assumed;
        if (field.name === '')
          for (const [name, part] of inner.fields) fields.set(name, { offset: at + part.offset, type: part.type });
      }
      if (field.name !== '') fields.set(field.name, { offset: at, type: field.type });
      size = Math.max(size, at + this.size(field.type));
    }
    if (declared.fields.length === 0 && declared.methods.length > 0 && declared.keyword === 'class')
      size = Math.max(size, guessedSize);
    return { size: Math.max(1, roundUp(size, align)), align, fields, assumed };
  }

  #enumSize(name: string): number {
    const type = this.#program.typeNamed(name);
    return type && type.kind === 'int' ? type.bits / 8 : 4;
  }
}

/** The smart pointers of libkern that the interpreter knows: one pointer inside, retained while it holds one. */
export function isSmartPointer(className: string): boolean {
  return className === 'OSSharedPtr' || className === 'OSPtr' || className === 'libkern::intrusive_shared_ptr';
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}
