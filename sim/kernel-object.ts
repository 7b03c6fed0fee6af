/** What the model's objects share: an identity, a retain count, and who holds them. */

/** As many holders of a kind are named; of the rest only their number is told. */
const mostNamed = 12;

/** Holders by kind and name: "map umap", and of many, "maps: 4988 more". */
export function namesOf(kind: string, holders: ReadonlySet<KernelObject>): readonly string[] {
  const names: string[] = [];
  for (const holder of holders) {
    if (names.length === mostNamed) {
      names.push(`${kind}s: ${String(holders.size - mostNamed)} more`);
      break;
    }
    names.push(`${kind} ${holder.name}`);
  }
  return names;
}

/** A counted object of the kernel (libkern OSObject). Its count is changed by `Machine.retain` and `Machine.release`. */
export abstract class KernelObject {
  abstract readonly kind: 'descriptor' | 'map';
  readonly id: string;
  /** The variable or field that first held it, else a made-up name. */
  name: string;
  /** True while `name` is made up. */
  unnamed = true;
  /** References that callers own. */
  references = 1;
  /** References that descriptors have on it as their context (IOMemoryDescriptor::setContext). */
  contextOf = 0;
  freed = false;
  leaked = false;
  // Most objects of a run that nobody records have neither; they are made when somebody asks.
  #holders: Set<string> | undefined;
  #collections: string[] | undefined;

  constructor(id: string, name: string) {
    this.id = id;
    this.name = name;
  }

  /** Names of the caller's variables that answer for `references`; the run's interpreter keeps them. */
  get holders(): Set<string> {
    return (this.#holders ??= new Set());
  }

  /** Whether a variable points to it. */
  get held(): boolean {
    return this.#holders !== undefined && this.#holders.size > 0;
  }

  /**
   * What holds it with references tagged OSCollection: collections and Mach ports (libkern/c++/OSObject.cpp,
   * taggedRetain). One element for each reference.
   */
  get collections(): string[] {
    return (this.#collections ??= []);
  }

  /** References that other kernel objects own. */
  abstract get internalReferences(): number;

  /** The names of the kernel objects that own a reference, e.g. "map umap". */
  abstract get internalHolders(): readonly string[];

  /** References that keep it alive. */
  get owners(): number {
    return this.references + this.internalReferences + this.contextOf;
  }

  /** References tagged OSCollection; a count below theirs panics (OSObject::taggedRelease). */
  get collectionReferences(): number {
    return this.#collections?.length ?? 0;
  }

  /** What getRetainCount() returns. */
  get retainCount(): number {
    return this.references + this.internalReferences + this.contextOf;
  }
}
