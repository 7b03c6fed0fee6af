import type { CallSite } from './call-site';
import { notModelled } from './halt';
import type { Interpreter } from './interpreter';
import { ByteState, readInteger, writeInteger } from './memory';
import { Aggregate, Unknown, voidPointer, type Value } from './values';

/** OSSharedPtr: one pointer in memory, retained for as long as it is held (libkern/libkern/c++/OSSharedPtr.h). */
export class SmartPointers {
  readonly #run: Interpreter;

  constructor(run: Interpreter) {
    this.#run = run;
  }

  /** The raw pointer inside the smart pointer at an address. */
  get(address: bigint): bigint {
    return readInteger(this.#run.typed.readBytes(address, 8, this.#run.access(undefined, 'smart pointer')), 0, 8);
  }

  /** A smart pointer as a value. */
  value(pointer: bigint): Aggregate {
    const bytes = new Uint8Array(8);
    writeInteger(bytes, 0, 8, pointer);
    return new Aggregate(bytes, new Uint8Array(8).fill(ByteState.Defined));
  }

  /**
   * `target = value`.
   * @param copies the value is another smart pointer that stays: it keeps its reference, the target takes one of its own.
   * @param initial the target held nothing before.
   */
  assign(target: bigint, value: Value, copies: boolean, initial: boolean): void {
    const pointer = this.#pointer(value);
    // A raw pointer can only be assigned as nullptr or as the retained result of a call; both hand over what they have.
    if (copies && pointer !== 0n) this.#run.objects.retain(pointer);
    const old = initial ? 0n : this.get(target);
    this.#set(target, pointer);
    if (old !== 0n) this.#run.objects.release(old);
  }

  construct(target: bigint, args: readonly Value[], tags: readonly string[], copies: boolean): void {
    const first = args[0];
    if (first === undefined) {
      this.#set(target, 0n);
      return;
    }
    const pointer = this.#pointer(first);
    const tag = tags[1] ?? '';
    const takes = args.length > 1 ? tag.endsWith('OSRetain') : first instanceof Aggregate && copies;
    if (takes && pointer !== 0n) this.#run.objects.retain(pointer);
    this.#set(target, pointer);
  }

  destroy(address: bigint): void {
    const pointer = this.get(address);
    this.#set(address, 0n);
    if (pointer !== 0n) this.#run.objects.release(pointer);
  }

  /** It holds nothing any more: what it held is held elsewhere. */
  clear(address: bigint): void {
    this.#set(address, 0n);
  }

  /** Gives a smart pointer's value a reference of its own. */
  retain(value: Value): void {
    const pointer = this.#pointer(value);
    if (pointer !== 0n) this.#run.objects.retain(pointer);
  }

  /** A temporary goes away. */
  drop(value: Value): void {
    const pointer = this.#pointer(value);
    if (pointer !== 0n) this.#run.objects.release(pointer);
  }

  /** A returned value as a smart pointer: a raw pointer comes with the reference that the caller takes over. */
  wrapped(value: Value | undefined): Value {
    if (value === undefined) return this.value(0n);
    return value instanceof Aggregate ? value : this.value(this.#pointer(value));
  }

  method(name: string, address: bigint, site: CallSite): Value {
    switch (name) {
      case 'get':
        return this.get(address);
      case 'reset': {
        const old = this.get(address);
        const pointer = site.count > 0 ? site.pointer(0) : 0n;
        if (pointer !== 0n && (site.texts[1] ?? '').includes('OSRetain')) this.#run.objects.retain(pointer);
        this.#set(address, pointer);
        if (old !== 0n) this.#run.objects.release(old);
        return 0n;
      }
      case 'detach': {
        const pointer = this.get(address);
        this.#set(address, 0n);
        return pointer;
      }
      case 'swap': {
        const other = site.pointer(0);
        const mine = this.get(address);
        this.#set(address, this.get(other));
        this.#set(other, mine);
        return 0n;
      }
      default:
        return notModelled(`OSSharedPtr::${name}`);
    }
  }

  #pointer(value: Value): bigint {
    const known = value instanceof Unknown ? this.#run.settle(value, voidPointer, {}) : value;
    return known instanceof Aggregate ? readInteger(known.bytes, 0, 8) : this.#run.integer(known);
  }

  #set(address: bigint, pointer: bigint): void {
    const bytes = new Uint8Array(8);
    writeInteger(bytes, 0, 8, pointer);
    this.#run.typed.writeBytes(address, bytes, this.#run.access(undefined, 'smart pointer'));
    if (pointer !== 0n) this.#run.objects.heldBy(address, pointer, this.#run.memory.find(address)?.name ?? '');
  }
}
