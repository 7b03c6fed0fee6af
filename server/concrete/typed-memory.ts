import type { Type } from '../ir/types';
import type { Place } from '../../sim/trace';
import { bytesOf, ofBytes, shown } from './byte-strings';
import type { Hint } from './compile-expr';
import type { Interpreter } from './interpreter';
import type { FieldLayout } from './layout';
import { bitsOfState, ByteState, isUnset, readInteger, stateOfBits, writeInteger, type Region } from './memory';
import type { SourceFunction, Span } from './program';
import { Aggregate, isPointer, normaliser, Unknown, type Known, type Value } from './values';

/** What the code says about an access, for assumptions and messages. */
export interface Access {
  /** The place's source text. */
  readonly what: string;
  /** The last name in it. */
  readonly name: string;
  readonly hint: Hint;
  readonly source: SourceFunction | undefined;
  readonly span: Span | undefined;
}

/** Addresses below this one are NULL and fields of it. */
const nullEnd = 4096n;

/** Loads and stores of typed values: in the run's own memory, else in the kernel task of the simulator. */
export class TypedMemory {
  readonly #run: Interpreter;

  constructor(run: Interpreter) {
    this.#run = run;
  }

  load(address: bigint, type: Type, access: Access): Value {
    const run = this.#run;
    const size = this.#size(type);
    const region = run.memory.find(address);
    if (!region) return this.decode(this.#foreignRead(address, size, access), undefined, 0, type, size);
    const offset = this.#check(region, address, size, access, 'read');
    if (type.kind === 'class' || type.kind === 'array')
      return new Aggregate(region.bytes.slice(offset, offset + size), region.state.slice(offset, offset + size));
    if (region.state[offset] !== ByteState.Defined || region.state[offset + size - 1] !== ByteState.Defined)
      return this.#loadUnset(region, offset, size, type, access);
    return this.decode(region.bytes, region, offset, type, size);
  }

  store(address: bigint, type: Type, value: Value, access: Access): void {
    const run = this.#run;
    if (value instanceof Unknown && value.neverSet) {
      const size = this.#size(type);
      const region = run.memory.find(address);
      if (region) {
        const offset = this.#check(region, address, size, access, 'write');
        region.state.fill(ByteState.Uninitialised, offset, offset + size);
        return;
      }
    }
    const known = value instanceof Unknown ? run.settle(value, type, { name: access.name }) : value;
    const size =
      known instanceof Aggregate ? Math.min(known.bytes.length, Math.max(this.#size(type), 1)) : this.#size(type);
    const region = run.memory.find(address);
    if (!region) {
      const bytes = known instanceof Aggregate ? known.bytes.slice(0, size) : new Uint8Array(size);
      if (!(known instanceof Aggregate)) this.encode(bytes, 0, type, size, known);
      this.#foreignWrite(address, bytes, access);
      return;
    }
    const offset = this.#check(region, address, size, access, 'write');
    if (known instanceof Aggregate) {
      region.bytes.set(known.bytes.subarray(0, size), offset);
      region.state.set(known.state.subarray(0, size), offset);
      return;
    }
    this.encode(region.bytes, offset, type, size, known);
    region.state.fill(ByteState.Defined, offset, offset + size);
    if (size === 8 && typeof known === 'bigint') run.objects.heldBy(address, known, access.what);
  }

  /** The value of a bit field that begins in the byte at `address`. */
  loadBits(address: bigint, bits: Bits, type: Type, access: Access): Value {
    const run = this.#run;
    const size = Math.ceil((bits.shift + bits.width) / 8);
    const region = run.memory.find(address);
    const place = (): Place | undefined =>
      access.source && access.span ? run.place(access.source, access.span) : undefined;
    if (region) {
      const offset = this.#check(region, address, size, access, 'read');
      const state = region.state.subarray(offset, offset + size);
      if (state.some((byte, at) => (maskAt(bits, at) & ~bitsOfState(byte)) !== 0)) {
        const unset = new Unknown(access.what, access.name, type, place());
        unset.neverSet = state.some((byte, at) => (maskAt(bits, at) & bitsOfState(byte)) !== 0) ? 'part' : 'whole';
        return unset;
      }
      if (state.includes(ByteState.Assumed)) {
        if (region.initialised) run.assume(access.what, 'as initialised', place());
        else
          putBits(region.bytes, offset, bits, run.integer(run.assumer.stored(access, type, region, place(), offset)));
      }
      return ofBits(takeBits(region.bytes, offset, bits), bits, type);
    }
    return ofBits(takeBits(this.#foreignRead(address, size, access), 0, bits), bits, type);
  }

  /** Stores a bit field: other bits of its bytes stay what they are; where these are assumed, they are 0. */
  storeBits(address: bigint, bits: Bits, type: Type, value: Known, access: Access): void {
    const size = Math.ceil((bits.shift + bits.width) / 8);
    const integer = this.#run.integer(value instanceof Aggregate ? value : normaliser(type)(value));
    const region = this.#run.memory.find(address);
    if (!region) {
      const bytes = this.#foreignRead(address, size, access);
      putBits(bytes, 0, bits, integer);
      this.#foreignWrite(address, bytes, access);
      return;
    }
    const offset = this.#check(region, address, size, access, 'write');
    putBits(region.bytes, offset, bits, integer);
    const { state } = region;
    for (let at = 0; at < size; at++) {
      const before = state[offset + at]!;
      const mask = maskAt(bits, at);
      if (before === ByteState.Assumed && mask !== 0xff && !region.initialised)
        this.#run.assume(`the bits beside ${access.what}`, '0', this.#run.here().place);
      state[offset + at] = before === ByteState.Assumed ? ByteState.Defined : stateOfBits(bitsOfState(before) | mask);
    }
  }

  /** Initialises a character array: the string, its end, and zeros. */
  storeText(address: bigint, type: Type & { kind: 'array' }, text: string, access: Access): void {
    const encoded = bytesOf(text);
    const bytes = new Uint8Array(type.length === undefined ? encoded.length + 1 : this.#size(type));
    bytes.set(encoded.subarray(0, bytes.length));
    this.writeBytes(address, bytes, access);
  }

  /** `size` bytes on whose values something depends. */
  readSet(address: bigint, size: number, access: Access): Uint8Array {
    const bytes = this.readBytes(address, size, access);
    const region = this.#run.memory.find(address);
    const offset = region && this.#run.memory.offset(region, address);
    if (region && offset !== undefined) this.#checkSet(region, offset, offset + size, access);
    return bytes;
  }

  #checkSet(region: Region, start: number, end: number, access: Access): void {
    const { state } = region;
    const at = state.subarray(start, end).findIndex(isUnset);
    if (at < 0) return;
    const name = access.what === '' ? region.name : access.what;
    this.#run.kernel.stop('undefined', `depends on byte ${String(at)} of ${name}, which was never set.`);
  }

  /** `size` raw bytes; bytes that are not defined read as what the region holds (zero, where nothing was written). */
  readBytes(address: bigint, size: number, access: Access): Uint8Array {
    const region = this.#run.memory.find(address);
    if (!region) return size === 0 ? new Uint8Array(0) : this.#foreignRead(address, size, access);
    const offset = this.#check(region, address, size, access, 'read');
    return region.bytes.slice(offset, offset + size);
  }

  writeBytes(address: bigint, bytes: Uint8Array, access: Access): void {
    if (bytes.length === 0) return;
    const region = this.#run.memory.find(address);
    if (!region) {
      this.#foreignWrite(address, bytes, access);
      return;
    }
    const offset = this.#check(region, address, bytes.length, access, 'write');
    region.bytes.set(bytes, offset);
    region.state.fill(ByteState.Defined, offset, offset + bytes.length);
  }

  /** Stops the run where a call is given a range of kernel memory that begins at NULL, leaves its block or is gone. */
  checkRange(address: bigint, size: number, access: Access, verb: 'read' | 'write'): void {
    if (address < nullEnd) this.nullDereference(address, access.what);
    const region = this.#run.memory.find(address);
    if (region) this.#check(region, address, size, access, verb);
  }

  /** Copies bytes with their states. */
  copy(to: bigint, from: bigint, size: number, access: Access): void {
    if (size === 0) return;
    const source = this.#run.memory.find(from);
    const target = this.#run.memory.find(to);
    if (!source || !target) {
      this.writeBytes(to, this.readBytes(from, size, access), access);
      return;
    }
    const at = this.#check(source, from, size, access, 'read');
    const into = this.#check(target, to, size, access, 'write');
    target.bytes.set(source.bytes.slice(at, at + size), into);
    target.state.set(source.state.slice(at, at + size), into);
  }

  /** The C string at an address, at most `limit` bytes of it, with one character a byte. */
  text(address: bigint, limit: number, access: Access): string {
    if (limit === 0) return '';
    const region = this.#run.memory.find(address);
    if (!region) return this.#foreignText(address, limit, access);
    const start = this.#check(region, address, 1, access, 'read');
    const end = region.bytes.indexOf(0, start);
    const stop = Math.min(end < 0 ? region.size : end + 1, start + limit);
    this.#checkSet(region, start, stop, access);
    if (end < 0 && stop < start + limit) this.#check(region, address, region.size - start + 1, access, 'read');
    const text = ofBytes(region.bytes.subarray(start, end >= 0 && end < stop ? end : stop));
    if (region.state.subarray(start, stop).includes(ByteState.Assumed)) {
      const how = region.initialised ? ', as initialised' : '';
      const what = access.what === '' ? region.name : access.what;
      this.#run.assume(`*${what}`, `${JSON.stringify(shown(text))}${how}`, this.#run.here().place);
    }
    return text;
  }

  #foreignText(address: bigint, limit: number, access: Access): string {
    let text = '';
    for (let at = 0; at < limit; at++) {
      const [byte] = this.#foreignRead(address + BigInt(at), 1, access);
      if (byte === 0) break;
      text += String.fromCharCode(byte!);
      this.#run.spend(16);
    }
    return text;
  }

  decode(bytes: Uint8Array, region: Region | undefined, offset: number, type: Type, size: number): Value {
    switch (type.kind) {
      case 'float': {
        const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
        return size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
      }
      case 'class':
      case 'array':
        return new Aggregate(
          bytes.slice(offset, offset + size),
          region ? region.state.slice(offset, offset + size) : new Uint8Array(size).fill(ByteState.Defined),
        );
      case 'int':
      case 'enum': {
        const raw = readInteger(bytes, offset, size);
        const integer = type.kind === 'enum' ? type.of : type;
        return integer?.signed ? BigInt.asIntN(size * 8, raw) : raw;
      }
      case 'bool':
        return bytes[offset] === 0 ? 0n : 1n;
      case 'void':
        return 0n;
      case 'pointer':
      case 'reference':
      case 'function':
      case 'unknown':
        return readInteger(bytes, offset, size);
    }
  }

  encode(bytes: Uint8Array, offset: number, type: Type, size: number, value: bigint | number): void {
    if (type.kind === 'float') {
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
      if (size === 4) view.setFloat32(0, Number(value), true);
      else view.setFloat64(0, Number(value), true);
      return;
    }
    writeInteger(bytes, offset, size, this.#run.integer(normaliser(type)(value)));
  }

  /** The run uses NULL as an address. */
  nullDereference(address: bigint, what: string): never {
    const message = `${what}: the pointer is NULL${address === 0n ? '' : ` (address 0x${address.toString(16)})`}.`;
    return this.#run.kernel.stop('null-dereference', message);
  }

  #size(type: Type): number {
    return type.kind === 'void' ? 1 : this.#run.layouts.size(type);
  }

  #loadUnset(region: Region, offset: number, size: number, type: Type, access: Access): Value {
    const run = this.#run;
    const state = region.state.subarray(offset, offset + size);
    if (state.every((byte) => byte === ByteState.Defined)) return this.decode(region.bytes, region, offset, type, size);
    const place = access.source && access.span ? run.place(access.source, access.span) : undefined;
    if (state.some(isUnset)) {
      const unset = new Unknown(access.what === '' ? region.name : access.what, access.name, type, place);
      unset.neverSet = state.every((byte) => byte === ByteState.Uninitialised) ? 'whole' : 'part';
      return unset;
    }
    let value: bigint | number;
    if (!state.includes(ByteState.Defined)) {
      run.guide?.loading(region.base + BigInt(offset));
      const assumed = run.assumer.stored(access, type, region, place, offset);
      value = assumed instanceof Aggregate ? readInteger(assumed.bytes, 0, Math.min(8, assumed.bytes.length)) : assumed;
    } else {
      value = this.decode(region.bytes, region, offset, type, size) as bigint | number;
    }
    this.encode(region.bytes, offset, type, size, value);
    state.fill(ByteState.Defined);
    if (isPointer(type) && typeof value === 'bigint')
      run.objects.heldBy(region.base + BigInt(offset), value, access.what);
    return typeof value === 'bigint' || typeof value === 'number' ? normaliser(type)(value) : value;
  }

  /** The access's offset in its region; stops the run where the region does not have all of its bytes. */
  #check(region: Region, address: bigint, size: number, access: Access, verb: 'read' | 'write'): number {
    const offset = this.#run.memory.offset(region, address);
    if (!region.freed && offset >= 0 && offset + size <= region.size) return offset;
    if (region.freed)
      return this.#run.kernel.stop('use-after-free', `${access.what}: ${verb}s ${region.name}, which is gone.`);
    const bytes = String(region.size);
    const where =
      offset < 0 || offset >= region.size
        ? `byte ${String(offset)} of ${region.name}, which has ${bytes} bytes`
        : offset === 0
          ? `${String(size)} bytes of ${region.name}, which has ${bytes}`
          : `${String(size)} bytes from byte ${String(offset)} of ${region.name}, which has ${bytes}`;
    return this.#run.kernel.stop('fault', `${access.what}: ${verb}s ${where}.`);
  }

  #foreignRead(address: bigint, size: number, access: Access): Uint8Array {
    if (address < nullEnd) this.nullDereference(address, access.what);
    return this.#run.kernel.read(address, size, access);
  }

  #foreignWrite(address: bigint, bytes: Uint8Array, access: Access): void {
    if (address < nullEnd) this.nullDereference(address, access.what);
    this.#run.kernel.write(address, bytes);
  }
}

type Bits = NonNullable<FieldLayout['bits']>;

function takeBits(bytes: Uint8Array, offset: number, { shift, width }: Bits): bigint {
  const size = Math.ceil((shift + width) / 8);
  let value = readInteger(bytes, offset, Math.min(8, size));
  if (size > 8) value |= BigInt(bytes[offset + 8]!) << 64n;
  return BigInt.asUintN(width, value >> BigInt(shift));
}

function putBits(bytes: Uint8Array, offset: number, { shift, width }: Bits, value: bigint): void {
  const bits = BigInt.asUintN(width, value);
  for (let at = 0; at < width; at++) {
    const bit = shift + at;
    const mask = 1 << (bit & 7);
    const byte = offset + (bit >> 3);
    bytes[byte] = (bits >> BigInt(at)) & 1n ? bytes[byte]! | mask : bytes[byte]! & ~mask;
  }
}

/** The bits of a bit field that lie in one of its bytes. */
function maskAt({ shift, width }: Bits, byte: number): number {
  const from = Math.max(0, shift - 8 * byte);
  const to = Math.min(8, shift + width - 8 * byte);
  return to <= from ? 0 : ((1 << to) - 1) & ~((1 << from) - 1);
}

function ofBits(value: bigint, { width }: Bits, type: Type): bigint {
  const integer = type.kind === 'enum' ? type.of : type;
  return integer?.kind === 'int' && integer.signed ? BigInt.asIntN(width, value) : value;
}
