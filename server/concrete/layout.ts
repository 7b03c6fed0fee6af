import type { Attribute, ClassDeclaration, FieldDeclaration } from '../ir/declarations';
import type { Type } from '../ir/types';
import { notModelled } from './halt';
import type { Program } from './program';

/** Bytes of an array whose length is not known. */
export const unknownArray = 4096;

export interface FieldLayout {
  readonly offset: number;
  readonly type: Type;
  /** Of a bit field: its first bit in the byte at `offset`, and how many it has. */
  readonly bits?: { readonly shift: number; readonly width: number };
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
  /** Classes that functions declare in their bodies, of the function that was begun last. */
  readonly #local = new Map<string, ClassDeclaration>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** A function that declares classes of its own is about to be compiled. */
  declare(classes: readonly ClassDeclaration[]): void {
    for (const each of classes) {
      this.#local.set(each.name, each);
      this.#classes.delete(each.name);
    }
  }

  /** A class's declaration, that of a function's own class too. */
  declared(name: string): ClassDeclaration | undefined {
    return this.#local.get(name) ?? this.#program.classOf(name);
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
        return type.of ? type.of.bits / 8 : this.#enumSize(type.name);
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
    const declared = this.declared(key);
    // A class that contains itself is not C++; it is broken text, or two classes of one name.
    if (!declared || this.#open.has(key)) return { size: guessedSize, align: 8, fields: new Map(), assumed: true };
    if (declared.template && !isEmpty(declared)) notModelled(`the class template ${key}`);
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

  /** Without those that others of them derive from: the API model may name a base that stands further off in the sources. */
  #nearest(bases: readonly string[]): readonly string[] {
    if (bases.length < 2) return bases;
    return [...new Set(bases)].filter((base) => !bases.some((other) => other !== base && this.#derives(other, base)));
  }

  #derives(name: string, base: string, depth = 0): boolean {
    const bases = this.#program.classOf(name)?.bases ?? [];
    return depth < 16 && bases.some((each) => each === base || this.#derives(each, base, depth + 1));
  }

  #lay(declared: ClassDeclaration): Layout {
    const fields = new Map<string, FieldLayout>();
    const union = declared.keyword === 'union';
    let size = 0;
    let align = 1;
    let assumed = false;
    for (const base of this.#nearest(declared.bases)) {
      const layout = this.class({ kind: 'class', name: base });
      // A pointer to it would be another address than one to the whole.
      if (size > 0 && layout.fields.size > 0 && fields.size > 0)
        notModelled(`${base}, a further base of ${declared.name}`);
      // An empty base takes no room.
      if (layout.fields.size === 0 && layout.size === 1) continue;
      const at = roundUp(size, layout.align);
      for (const [name, field] of layout.fields) fields.set(name, { ...field, offset: at + field.offset });
      size = at + layout.size;
      align = Math.max(align, layout.align);
      assumed ||= layout.assumed;
    }
    if (declared.bases.length === 0 && declared.methods.some((method) => method.virtual)) {
      size = 8;
      align = 8;
    }
    const own = new Set<string>();
    // A class that the API model and the workspace both declare has its fields twice.
    const members = declared.fields.filter(
      (field) => !field.static && (field.name === '' || (!own.has(field.name) && own.add(field.name))),
    );
    const packed = packing(declared.attributes);
    const laid = this.#members(members, 0, { start: size, union, packed }, fields);
    size = laid.size;
    align = Math.max(align, laid.align, alignment(declared.attributes));
    assumed ||= laid.assumed;
    if (declared.fields.length === 0 && declared.methods.length > 0 && declared.keyword === 'class')
      size = Math.max(size, guessedSize);
    return { size: Math.max(1, roundUp(size, align)), align, fields, assumed };
  }

  /**
   * Lays fields out one after the other, or over each other, and those of each anonymous struct or union in it together.
   * Bit fields follow the rules of the System V ABI, which Apple's compilers use on both machines.
   */
  #members(
    members: readonly FieldDeclaration[],
    depth: number,
    { start, union, packed }: { start: number; union: boolean; packed: number },
    fields: Map<string, FieldLayout>,
  ): { size: number; align: number; assumed: boolean } {
    let end = start * 8;
    let largest = start * 8;
    let align = 1;
    let assumed = false;
    const aligned = (step: number): number => (union ? start : roundUp(Math.ceil(end / 8), step));
    for (let at = 0; at < members.length; at++) {
      const field = members[at]!;
      const group = field.within?.[depth];
      if (group) {
        let after = at;
        while (members[after]?.within?.[depth]?.id === group.id) after++;
        const part = members.slice(at, after);
        const inner = new Map<string, FieldLayout>();
        const laid = this.#members(part, depth + 1, { start: 0, union: group.union, packed }, inner);
        const offset = aligned(laid.align);
        for (const [name, each] of inner) fields.set(name, { ...each, offset: offset + each.offset });
        end = (offset + roundUp(laid.size, laid.align)) * 8;
        align = Math.max(align, laid.align);
        assumed ||= laid.assumed;
        at = after - 1;
      } else if (field.bits !== undefined) {
        const unit = Math.max(8, this.size(field.type) * 8);
        const step = Math.min(packed, this.align(field.type));
        if (union) end = start * 8;
        if (field.bits === 0) end = roundUp(end, unit);
        else if (packed >= step && packed > 1 && Math.floor(end / unit) !== Math.floor((end + field.bits - 1) / unit))
          end = roundUp(end, unit);
        if (field.name !== '') {
          const bits = { shift: end % 8, width: field.bits };
          fields.set(field.name, { offset: Math.floor(end / 8), type: field.type, bits });
          align = Math.max(align, step);
        }
        end += field.bits;
      } else {
        const step = Math.max(Math.min(packed, this.align(field.type)), alignment(field.attributes));
        const offset = aligned(step);
        align = Math.max(align, step);
        if (field.type.kind === 'class') {
          const inner = this.class(field.type);
          assumed ||= inner.assumed;
          if (field.name === '')
            for (const [name, part] of inner.fields) fields.set(name, { ...part, offset: offset + part.offset });
        }
        if (field.name !== '') fields.set(field.name, { offset, type: field.type });
        end = (offset + this.size(field.type)) * 8;
      }
      largest = Math.max(largest, end);
    }
    return { size: Math.ceil(largest / 8), align, assumed };
  }

  #enumSize(name: string): number {
    const type = this.#program.typeNamed(name);
    const of = type?.kind === 'enum' ? type.of : type;
    return of?.kind === 'int' ? of.bits / 8 : 4;
  }
}

/** The smart pointers of libkern that the interpreter knows: one pointer inside, retained while it holds one. */
export function isSmartPointer(className: string): boolean {
  return className === 'OSSharedPtr' || className === 'OSPtr' || className === 'libkern::intrusive_shared_ptr';
}

/** The largest alignment that a packed class gives its fields; Infinity where it is not packed. */
function packing(attributes: readonly Attribute[]): number {
  if (attributes.some(({ name }) => name === 'gnu:packed')) return 1;
  const pack = attributes.findLast(({ name }) => name === 'pragma:pack')?.args[0];
  return pack === undefined ? Infinity : Number(pack);
}

/** What `aligned(16)` or alignas(16) asks for; 1 where there is none. */
function alignment(attributes: readonly Attribute[]): number {
  const asked = attributes.filter(({ name }) => name === 'gnu:aligned').map(({ args }) => Number(args[0] ?? 16));
  return Math.max(1, ...asked.filter((each) => Number.isInteger(each) && each > 0));
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}

/** Whether objects of a class have nothing in them, whatever its parameters. */
function isEmpty({ bases, fields, methods }: ClassDeclaration): boolean {
  return bases.length === 0 && fields.every((field) => field.static) && methods.every((method) => !method.virtual);
}
