import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { PageBytes } from '../../sim/memory-object';
import type { Interpreter } from './interpreter';
import { kernelCalls } from './kernel/table';
import { ByteState } from './memory';
import { noSpan, Span } from './span';
import { wide } from './values';

/** Addresses below this one are NULL and fields of it. */
const nullEnd = 4096;
/** How many pages are remembered at most. */
const mostPages = 4096;

/**
 * Quick ways to memory: of the run's own regions, and of pages that the kernel task maps. What is known of the latter
 * ends with the next kernel call, which may map, unmap or copy.
 */
export class QuickMemory {
  readonly #run: Interpreter;
  readonly #readable = new Map<number, Span>();
  readonly #writable = new Map<number, Span>();
  readonly #pageSize: number;
  readonly #defined: Uint8Array;
  /** The descriptor that readBytes() was called on last, and the page of it. */
  #self = 0;
  #descriptor: MemoryDescriptor | undefined;
  #page = noSpan;

  constructor(run: Interpreter) {
    this.#run = run;
    this.#pageSize = run.profile.pageSize;
    this.#defined = new Uint8Array(this.#pageSize).fill(ByteState.Defined);
  }

  /** A kernel call: mappings may have changed. */
  forget(): void {
    this.#self = 0;
    this.#page = noSpan;
    for (const known of [this.#readable, this.#writable]) {
      if (known.size === 0) continue;
      for (const span of known.values()) span.end();
      known.clear();
    }
  }

  /** The bytes around [address, address + size); `noSpan` where the access needs a closer look. */
  find(address: number, size: number, write: boolean): Span {
    const own = this.#run.memory.span(address);
    const span = own ?? this.#mapped(address, write);
    return address >= span.lo && address + size <= span.hi ? span : noSpan;
  }

  #mapped(address: number, write: boolean): Span {
    if (!Number.isSafeInteger(address) || (address >= 0 && address < nullEnd)) return noSpan;
    const known = write ? this.#writable : this.#readable;
    const page = Math.floor(address / this.#pageSize);
    const found = known.get(page);
    if (found) return found;
    const { kernel } = this.#run;
    const bytes = kernel.machine.pageAt(kernel.codeTask, BigInt.asUintN(64, BigInt(address)), write);
    if (!bytes) return noSpan;
    if (known.size >= mostPages) this.forget();
    const span = this.#span(bytes);
    known.set(page, span);
    return span;
  }

  #span({ start, bytes }: PageBytes): Span {
    return new Span(wide(start), bytes, this.#defined);
  }

  /** Whether IOMemoryDescriptor::readBytes() on `self` copied `size` bytes; false: nothing happened yet. */
  readBytes(self: number, offset: number, to: number, size: number): boolean {
    if (self !== this.#self) {
      this.#descriptor = this.#readBy(self);
      this.#self = self;
      this.#page = noSpan;
    }
    let page = this.#page;
    if (!(offset >= page.lo && offset + size <= page.hi)) {
      const bytes =
        this.#descriptor && offset >= 0 && this.#run.kernel.machine.readablePage(this.#descriptor, BigInt(offset));
      if (!bytes || bytes.bytes.length < size) return false;
      this.#page = page = this.#span(bytes);
    }
    const target = this.find(to, size, true);
    if (target === noSpan) return false;
    const from = offset - page.lo;
    const into = to - target.lo;
    for (let at = 0; at < size; at++) {
      target.bytes[into + at] = page.bytes[from + at]!;
      target.state[into + at] = ByteState.Defined;
    }
    return true;
  }

  #readBy(self: number): MemoryDescriptor | undefined {
    const { objects, resolver } = this.#run;
    const object = objects.at(BigInt.asUintN(64, BigInt(self)));
    if (object?.sim?.kind !== 'descriptor') return undefined;
    const target = resolver.method(object.class, object.class, 'readBytes', 3);
    return target.kind === 'kernel' && target.call === kernelCalls.get('IOMemoryDescriptor::readBytes')
      ? object.sim
      : undefined;
  }
}
