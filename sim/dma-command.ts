import { read, write } from './access';
import type { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { makeBuffer } from './buffers';
import { isMisaligned, reach, walkSegments, type DmaLimits, type DmaSegment, type WalkResult } from './dma-walk';
import { useAfterFree, type KernelState } from './kernel-state';
import { leaveKeeper } from './lifetime';
import { kIOMemoryDirectionMask } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryObject } from './memory-object';
import type { CodeResult, Panic, UseAfterFree } from './outcomes';
import { readPhysical, writePhysical } from './physical-memory';
import { physicalSegment } from './physical-segments';
import { transfer } from './preparation';
import {
  kIOReturnBadArgument,
  kIOReturnBusy,
  kIOReturnMessageTooLarge,
  kIOReturnNoSpace,
  kIOReturnNotAligned,
  kIOReturnNotReady,
  kIOReturnOverrun,
  kIOReturnSuccess,
  kIOReturnUnderrun,
  returnName,
} from './returns';
import { addressText, sizeText } from './text';

/** IODMACommand::SegmentOptions with its mapping options; 0 stands for no limit, and for an alignment of 1. */
export interface DmaSpecification extends DmaLimits {
  /** Whether the output function writes 32-bit segments. */
  readonly narrow: boolean;
  readonly maxTransferSize: bigint;
  readonly mappingOptions: number;
}

/** IODMACommand::MappingOptions. */
const typeMask = 0xf;
const lastType = 3;
const iterateOnly = 0x40;
/** IODMACommand::kForceDoubleBuffer. */
const forceDoubleBuffer = 0x01000000;
const directionIn = 1;
const directionOut = 2;
const unlimited = (1n << 64n) - 1n;
/** What createCopyBuffer() asks for. */
const copyMask = 0xfffff000n;
/** numSegments of a walk over everything. */
const allSegments = 0xffffffff;

type Failure = Exclude<CodeResult, { readonly kind: 'code' }>;

export type SegmentsResult =
  | {
      readonly kind: 'segments';
      readonly code: number;
      readonly segments: readonly DmaSegment[];
      /** Where the next call goes on. */
      readonly offset: bigint;
      readonly why: string;
    }
  | Panic
  | UseAfterFree;

/**
 * IODMACommand (iokit/Kernel/IODMACommand.cpp) on a Mac without a system mapper: `fMapper` is NULL, a device sees physical
 * addresses. Mapped and unmapped commands are then alike.
 */
export class DmaCommand {
  readonly name: string;
  readonly #state: KernelState;
  readonly #specification: DmaSpecification;
  memory: MemoryDescriptor | undefined;
  /** fActive: prepares that were not completed. */
  active = 0;
  /** fCopyMD: the buffer that the device sees in place of the memory. */
  copy: BufferMemoryDescriptor | undefined;
  preparedOffset = 0n;
  preparedLength = 0n;
  /** fCursor: segments are those of the memory, and nothing is copied. */
  #cursor = false;
  #doubleBuffer = false;
  #forceDoubleBuffer = false;
  /** Pages below the limit of the device's addresses, by the page that they stand for. */
  readonly #remapped = new Map<number, number>();
  /** What of the memory lies in pages that are stood for; each within one page. */
  #beyond: DmaSegment[] = [];

  /** Undefined where initWithSpecification refuses. */
  static with(state: KernelState, name: string, wanted: DmaSpecification): DmaCommand | undefined {
    const addressBits = wanted.narrow && wanted.addressBits === 0 ? 32 : wanted.addressBits;
    const pageShift = Math.log2(state.pageSize);
    if ((wanted.narrow && addressBits > 32) || (addressBits !== 0 && addressBits < pageShift)) return undefined;
    if ((wanted.mappingOptions & typeMask) > lastType) return undefined;
    return new DmaCommand(state, name, {
      ...wanted,
      addressBits,
      maxSegmentSize: wanted.maxSegmentSize || unlimited,
      maxTransferSize: wanted.maxTransferSize || unlimited,
      alignment: wanted.alignment || 1n,
      alignmentLength: wanted.alignmentLength || 1n,
      alignmentInternalSegments: wanted.alignmentInternalSegments || wanted.alignment || 1n,
    });
  }

  private constructor(state: KernelState, name: string, specification: DmaSpecification) {
    this.#state = state;
    this.name = name;
    this.#specification = specification;
  }

  get #keeper(): string {
    return `IODMACommand ${this.name}`;
  }

  /** Retains the memory; an active command keeps what it has. NULL only clears. */
  setMemoryDescriptor(memory: MemoryDescriptor | undefined, autoPrepare: boolean): CodeResult {
    if (memory?.freed) return useAfterFree(this.#state, memory, 'setMemoryDescriptor()');
    if (memory === this.memory) {
      if (!autoPrepare) return this.#completeAll() ?? this.#answer(kIOReturnSuccess, 'It has that memory already.');
      return this.#answer(kIOReturnSuccess, 'It has that memory already.');
    }
    if (this.memory) {
      if (this.active > 0) return this.#answer(kIOReturnBusy, `${this.name} is prepared for ${this.memory.name}.`);
      const cleared = this.clearMemoryDescriptor(true);
      if (cleared.kind !== 'code') return cleared;
    }
    if (!memory) return this.#answer(kIOReturnSuccess, 'Nothing to set.');
    this.memory = memory;
    memory.keepers.add(this.#keeper);
    this.#state.touch(memory);
    if (!autoPrepare) return this.#answer(kIOReturnSuccess, `${this.name} retains ${memory.name}.`);
    const prepared = this.prepare(0n, 0n, true);
    if (prepared.kind === 'code' && prepared.code !== kIOReturnSuccess) this.clearMemoryDescriptor(true);
    return prepared;
  }

  clearMemoryDescriptor(autoComplete: boolean): CodeResult {
    if (this.active > 0 && !autoComplete)
      return this.#answer(kIOReturnNotReady, `${this.name} is prepared: complete() it first.`);
    const { memory } = this;
    if (!memory) return this.#answer(kIOReturnSuccess, 'It has no memory.');
    const failed = this.#completeAll();
    if (failed) return failed;
    this.memory = undefined;
    const panicked = leaveKeeper(this.#state, memory, this.#keeper);
    return panicked ?? this.#answer(kIOReturnSuccess, `${this.name} gives up ${memory.name}.`);
  }

  #completeAll(): Failure | undefined {
    while (this.active > 0) {
      const done = this.complete(true);
      if (done.kind !== 'code') return done;
    }
    return undefined;
  }

  /** @param length 0 is all of the memory. */
  prepare(offset: bigint, length: bigint, synchronize: boolean): CodeResult {
    const { memory } = this;
    // The kernel counts it, and goes on with what it knew of the memory before.
    if (!memory) return { kind: 'not-modelled', what: 'prepare() of a command that has no memory' };
    if (memory.freed) return useAfterFree(this.#state, memory, 'prepare()');
    const wanted = length || memory.length;
    const spec = this.#specification;
    if (wanted > spec.maxTransferSize)
      return this.#answer(kIOReturnNoSpace, `${sizeText(wanted)} are more than a transfer of ${this.name} may have.`);
    if (this.active++ > 0)
      return this.preparedOffset === offset && this.preparedLength === wanted
        ? this.#answer(kIOReturnSuccess, `${this.name} is prepared already.`)
        : this.#answer(kIOReturnNotReady, `${this.name} is prepared for another range.`);
    // The kernel counts the prepare() that it refuses here.
    if (wanted % spec.alignmentLength !== 0n)
      return this.#answer(kIOReturnNotAligned, `The length is no multiple of ${String(spec.alignmentLength)}.`);
    this.preparedOffset = offset;
    this.preparedLength = wanted;
    this.#doubleBuffer = false;
    this.#remapped.clear();
    this.#beyond = [];
    this.copy = undefined;
    this.#cursor =
      !this.#forceDoubleBuffer &&
      ((spec.mappingOptions & iterateOnly) !== 0 || (!this.#checksAddresses(memory) && this.#aligned(memory)));
    if (this.#cursor) return this.#answer(kIOReturnSuccess, `Prepares ${memory.name} for the device.`);
    const failed = this.#preflight(memory);
    if (failed) return failed;
    const copied = synchronize ? this.#synchronise(memory, false, false) : kIOReturnSuccess;
    if (typeof copied !== 'number') return copied;
    return this.#answer(
      copied,
      this.copy
        ? `Prepares ${memory.name} for the device, which sees a copy of it.`
        : `Prepares ${memory.name} for the device.`,
    );
  }

  /** fCheckAddressing: memory that may lie beyond what the device can address. What is not wired may lie anywhere. */
  #checksAddresses(memory: MemoryDescriptor): boolean {
    const { addressBits } = this.#specification;
    if (addressBits === 0) return false;
    const known = memory.wireCount > 0 && !memory.composed;
    const highest = known ? this.#highest(memory) : this.#state.frames.last;
    return BigInt(highest) >= 1n << BigInt(Math.max(0, addressBits - Math.log2(this.#state.pageSize)));
  }

  #highest(memory: MemoryDescriptor): number {
    let highest = 0;
    for (const chunk of memory.wired)
      for (let i = 0; i * this.#state.pageSize < Number(chunk.size) + chunk.pageOffset; i++)
        highest = Math.max(highest, this.#state.frames.pageOf(chunk.object, chunk.page + i, this.#state.physical) ?? 0);
    return highest;
  }

  /** Whether the memory starts as aligned as the device asks; known only of one wired range. */
  #aligned(memory: MemoryDescriptor): boolean {
    const { alignment } = this.#specification;
    if (alignment === 1n) return true;
    return memory.wired.length === 1 && BigInt(memory.wired[0]!.pageOffset) % alignment === 0n;
  }

  /** walkAll(kWalkPreflight): whether the device gets copies, of all or of the pages that it can't address. */
  #preflight(memory: MemoryDescriptor): CodeResult | undefined {
    const state = this.#state;
    const spec = this.#specification;
    let misaligned = false;
    if (!this.#forceDoubleBuffer) {
      const walked = this.#walk(memory, 0n, allSegments, false);
      if (walked.kind !== 'walked') return walked;
      walked.segments.forEach((segment, index) => {
        misaligned ||= isMisaligned(spec, segment, index === 0);
        this.#beyond.push(...this.#beyondReach(segment));
      });
    }
    this.#doubleBuffer = misaligned || this.#forceDoubleBuffer;
    this.#forceDoubleBuffer = false;
    if (this.#doubleBuffer) {
      const made = makeBuffer(state, {
        task: state.kernelTask,
        options: memory.flags & kIOMemoryDirectionMask,
        capacity: this.preparedLength,
        physicalMask: copyMask,
      });
      if (made.kind === 'use-after-free') return made;
      if (made.kind === 'null') return this.#answer(kIOReturnUnderrun, made.why);
      this.copy = made.descriptor;
      made.descriptor.name = `${this.name}'s copy`;
      made.descriptor.references = 0;
      made.descriptor.keepers.add(this.#keeper);
      this.#beyond = [];
    } else if (this.#beyond.length > 0) {
      const wanted = [...new Set(this.#beyond.map(({ address }) => this.#pageOf(address)))];
      const pages = MemoryObject.ofPages(state.pageSize, wanted.length, { low: true });
      wanted.forEach((page, index) => {
        this.#remapped.set(page, state.frames.pageOf(pages, index, state.physical)!);
      });
    }
    return undefined;
  }

  complete(synchronize: boolean): CodeResult {
    if (this.active < 1) return this.#answer(kIOReturnNotReady, `${this.name} is not prepared.`);
    this.active--;
    const { memory } = this;
    if (this.active > 0 || !memory) return this.#answer(kIOReturnSuccess, `${this.name} stays prepared.`);
    let code: number | Failure = kIOReturnSuccess;
    if (!this.#cursor && synchronize) code = this.#synchronise(memory, true, false);
    if (typeof code !== 'number') return code;
    const { copy } = this;
    this.copy = undefined;
    this.#remapped.clear();
    const panicked = copy && leaveKeeper(this.#state, copy, this.#keeper);
    return panicked ?? this.#answer(code, `The device is done with ${memory.name}.`);
  }

  synchronize(options: number): CodeResult {
    const both = directionIn | directionOut;
    if ((options & both) === both) return this.#answer(kIOReturnBadArgument, 'One direction at a time.');
    if (this.active < 1 || !this.memory) return this.#answer(kIOReturnNotReady, `${this.name} is not prepared.`);
    if (options & forceDoubleBuffer) {
      if (this.#doubleBuffer) return this.#answer(kIOReturnSuccess, 'It has a copy already.');
      const done = this.complete(true);
      if (done.kind !== 'code') return done;
      this.#forceDoubleBuffer = true;
      return this.prepare(this.preparedOffset, this.preparedLength, true);
    }
    if (this.#cursor) return this.#answer(kIOReturnSuccess, 'The device sees the memory itself.');
    if (!(options & both)) return this.#answer(kIOReturnSuccess, 'No direction, so nothing is copied.');
    const code = this.#synchronise(this.memory, (options & directionIn) !== 0, true);
    return typeof code === 'number' ? this.#answer(code, `Copies ${this.memory.name}.`) : code;
  }

  /** readBytes() and writeBytes(): through the addresses that the device sees. Answers the number of bytes. */
  transfer(offset: bigint, bytes: Uint8Array, write: boolean): number | Failure {
    if (this.active < 1 || offset >= this.preparedLength || !this.memory) return 0;
    const walked = this.#walk(this.copy ?? this.memory, offset, allSegments, true);
    if (walked.kind !== 'walked') return walked;
    let done = 0;
    for (const { address, length } of walked.segments) {
      const part = bytes.subarray(done, done + Number(length));
      if (write) writePhysical(this.#state, address, part);
      else readPhysical(this.#state, address, part);
      done += part.length;
    }
    return done;
  }

  /** genIOVMSegments(): up to `count` segments from an offset into what was prepared. */
  segments(offset: bigint, count: number): SegmentsResult {
    const refuse = (code: number): SegmentsResult => {
      const why = `${returnName(code)}: no segments.`;
      this.#state.note('access', why);
      return { kind: 'segments', code, segments: [], offset, why };
    };
    if (this.active < 1 || !this.memory) return refuse(kIOReturnNotReady);
    if (count === 0) return refuse(kIOReturnBadArgument);
    if (offset >= this.preparedLength) return refuse(kIOReturnOverrun);
    const walked = this.#walk(this.copy ?? this.memory, offset, count, true);
    if (walked.kind !== 'walked') return walked;
    // clientOutputSegment() still writes a segment that the device can't address.
    const far = walked.segments.some((each) => each.address + each.length > reach(this.#specification.addressBits));
    const code = far ? kIOReturnMessageTooLarge : walked.code;
    if (code !== kIOReturnSuccess) return { ...refuse(code), segments: walked.segments } as SegmentsResult;
    const said = walked.segments.map((each) => `${sizeText(each.length)} at ${addressText(each.address)}`);
    const why = `The device sees ${said.slice(0, 4).join(', ')}${said.length > 4 ? ', …' : ''}.`;
    this.#state.note('access', why);
    return { kind: 'segments', code, segments: walked.segments, offset: walked.offset, why };
  }

  /** @param client whether the device asks, or it is found out what has to be copied for it. */
  #walk(memory: MemoryDescriptor, offset: bigint, count: number, client: boolean): WalkResult {
    const state = this.#state;
    // What is prepared is a range of the memory; a copy begins where that begins.
    const start = memory === this.copy ? 0n : this.preparedOffset;
    const walked = walkSegments({
      ...this.#specification,
      from: start + offset,
      end: start + this.preparedLength,
      count,
      source: (at) => physicalSegment(state, memory, at, `${this.name} of ${memory.name}`),
      cursor: this.#cursor,
      ...(client ? { remapped: (page: number) => this.#remapped.get(page) } : {}),
      pageSize: state.pageSize,
    });
    return walked.kind === 'walked' ? { ...walked, offset: walked.offset - start } : walked;
  }

  #beyondReach({ address, length }: DmaSegment): DmaSegment[] {
    const limit = reach(this.#specification.addressBits);
    const size = BigInt(this.#state.pageSize);
    const found: DmaSegment[] = [];
    for (let at = address > limit ? address : limit; at < address + length; at += found.at(-1)!.length) {
      const left = address + length - at;
      const inPage = size - (at % size);
      found.push({ address: at, length: inPage < left ? inPage : left });
    }
    return found;
  }

  #pageOf(address: bigint): number {
    return Number(address / BigInt(this.#state.pageSize));
  }

  /**
   * walkAll(kWalkSyncIn or kWalkSyncOut): copies between the memory and what stands for it, where the memory's direction
   * asks for it.
   */
  #synchronise(memory: MemoryDescriptor, inwards: boolean, always: boolean): number | Failure {
    const state = this.#state;
    const direction = memory.flags & (directionIn | directionOut);
    if (!always && direction !== 0 && !(direction & (inwards ? directionIn : directionOut))) return kIOReturnSuccess;
    const { copy } = this;
    if (copy) {
      // The copy's side goes through the kernel's own mapping of it, whatever its direction.
      const address = copy.ranges[0]!.address;
      const size = Number(this.preparedLength);
      const bytes = new Uint8Array(size);
      if (inwards) {
        const held = read(state, state.kernelTask, address, size);
        if (held.kind === 'bytes') bytes.set(held.bytes);
      }
      const done = transfer(state, memory, this.preparedOffset, bytes, inwards);
      if (done.kind !== 'transferred') return done;
      if (!inwards) write(state, state.kernelTask, address, done.bytes);
      return done.bytes.length === size ? kIOReturnSuccess : kIOReturnUnderrun;
    }
    for (const { address, length } of this.#beyond) {
      const bytes = new Uint8Array(Number(length));
      const size = BigInt(state.pageSize);
      const stand = BigInt(this.#remapped.get(this.#pageOf(address))!) * size + (address % size);
      readPhysical(state, inwards ? stand : address, bytes);
      writePhysical(state, inwards ? address : stand, bytes);
    }
    return kIOReturnSuccess;
  }

  #answer(code: number, why: string): CodeResult {
    const said = code === kIOReturnSuccess ? why : `${returnName(code)}: ${why}`;
    this.#state.note('prepare', said);
    return { kind: 'code', code, why: said };
  }

  /** free(): a descriptor that was not cleared stays retained for ever (the kernel detaches fMemory). */
  free(): void {
    if (!this.memory) return;
    const why = `${this.name} is freed without clearMemoryDescriptor(): its reference to ${this.memory.name} is never given back.`;
    this.#state.note('free', why, { kind: 'leak', message: why, object: this.memory.id });
  }
}
