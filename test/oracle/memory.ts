import { Panic, Refused, type OracleDescriptor, type OracleTask } from './things';
import type { OracleKernel } from './kernel';
import { isPhysical, segment } from './reference';

/** prepare(), complete(), readBytes(), writeBytes() and the CPU's loads and stores, byte by byte. */

export const kIOReturnNotWritable = 0xe00002cf;

interface Spot {
  readonly bytes: Uint8Array;
  readonly at: number;
}

export class Memory {
  constructor(readonly kernel: OracleKernel) {}

  /** @returns false for any error; `notWritable` is the one that has a code of its own. */
  prepare(of: OracleDescriptor, direction: number): 'ok' | 'not-writable' | 'failed' {
    if (of.kind === 'sub') return this.prepare(of.parent!, direction);
    if (of.kind === 'multi' || of.kind === 'interleaved') return this.#prepareParts(of, direction);
    if (isPhysical(of)) return 'ok';
    const wanted = direction & 3 || of.direction;
    const write = wanted !== 2;
    if (of.wireCount) {
      if (of.preparedReadOnly && write) return 'not-writable';
    } else {
      const wired = this.#wire(of, write);
      if (!wired) return 'failed';
      of.wired = wired;
      of.preparedReadOnly = !write;
    }
    of.wireCount++;
    return 'ok';
  }

  #prepareParts(of: OracleDescriptor, direction: number): 'ok' | 'not-writable' | 'failed' {
    const parts = of.kind === 'multi' ? of.parts : of.segments.map((each) => each.of);
    // A multi descriptor of nothing has nothing to succeed (kIOReturnInternalError).
    if (!parts.length && of.kind === 'multi') return 'failed';
    for (const [index, part] of parts.entries()) {
      const result = this.prepare(part, direction || of.direction);
      if (result === 'ok') continue;
      // IOInterleavedMemoryDescriptor::prepare completes the one that failed, once for each that did not.
      for (let undo = 0; undo < index; undo++) this.complete(of.kind === 'multi' ? parts[undo]! : part);
      return result;
    }
    if (of.kind === 'interleaved') of.segmentsPrepared = true;
    return 'ok';
  }

  complete(of: OracleDescriptor): void {
    if (of.kind === 'sub') {
      this.complete(of.parent!);
      return;
    }
    if (of.kind === 'multi') for (const part of of.parts) this.complete(part);
    if (of.kind === 'interleaved') {
      for (const { of: part } of of.segments) this.complete(part);
      of.segmentsPrepared = false;
    }
    if (of.kind === 'multi' || of.kind === 'interleaved' || isPhysical(of) || !of.wireCount) return;
    if (--of.wireCount) return;
    of.wired = [];
    of.preparedReadOnly = false;
  }

  #wire(of: OracleDescriptor, write: boolean): OracleDescriptor['wired'] | undefined {
    const { kernel } = this;
    const wired: { bytes: Uint8Array; from: number; size: number }[] = [];
    const pageSize = kernel.layout.pageSize;
    if (of.reference) {
      const { entries, byData, protection } = of.reference;
      if (write && of.length && !(protection & 2)) return undefined;
      // What is left of an entry that starts before its data is asked for with no size (memory_object_iopl_request).
      if (!byData && entries[0]!.offset < 0n) return undefined;
      if (entries.reduce((sum, entry) => sum + entry.size, 0n) < of.length) throw new Panic('memRefEntry');
      for (const entry of of.reference.entries) {
        if (entry.offset >= of.length && entry.offset > 0n) break;
        let left = Number(entry.size);
        let from = entry.dataOffset;
        for (let page = entry.first; left > 0; page++) {
          const size = Math.min(left, pageSize - from);
          wired.push({ bytes: entry.pages.page(page), from, size });
          left -= size;
          from = 0;
        }
      }
      return wired;
    }
    for (const { address, length } of of.ranges) {
      let at = address;
      const end = address + length;
      while (at < end) {
        const found = of.task!.space.table.get(kernel.pageOf(at));
        // osfmk/vm/vm_pageout.c, vm_map_create_upl: reading asks for no right, but where there is no object yet.
        if (!found || (write && !(found.protection & 2)) || (found.unmade && !found.protection)) return undefined;
        of.task!.space.touch(kernel.pageOf(at));
        const from = kernel.inPage(at);
        const size = Number(end - at < BigInt(pageSize - from) ? end - at : BigInt(pageSize - from));
        wired.push({ bytes: found.pages.page(found.index), from, size });
        at += BigInt(size);
      }
    }
    return wired;
  }

  /** getPhysicalSegment, for one byte. */
  #spot(of: OracleDescriptor, offset: bigint): Spot | undefined {
    if (of.kind === 'multi') {
      for (const part of of.parts) {
        if (offset < part.length) return this.#spot(part, offset);
        offset -= part.length;
      }
      return undefined;
    }
    if (of.kind === 'interleaved') {
      for (const each of of.segments) {
        if (offset < each.length) return this.#spot(each.of, each.offset + offset);
        offset -= each.length;
      }
      return undefined;
    }
    if (offset >= of.length) return undefined;
    if (of.kind === 'sub') return this.#spot(of.parent!, BigInt.asUintN(64, offset + of.start));
    if (isPhysical(of)) {
      const { address } = segment(of, offset)!;
      return { bytes: this.kernel.frame(this.kernel.pageOf(address)), at: this.kernel.inPage(address) };
    }
    if (!of.wireCount) throw new Panic('not wired');
    let rest = Number(offset);
    for (const { bytes, from, size } of of.wired) {
      if (rest < size) return { bytes, at: from + rest };
      rest -= size;
    }
    throw new Refused('beyond what was wired');
  }

  /** @returns how many bytes were moved. */
  transfer(of: OracleDescriptor, offset: bigint, bytes: Uint8Array, write: boolean): number {
    const size = BigInt(bytes.length);
    if (offset > of.length || offset + size > of.length || offset + size >= 1n << 64n) return 0;
    if (write && of.preparedReadOnly) return 0;
    for (let i = 0; i < bytes.length; i++) {
      const spot = this.#spot(of, offset + BigInt(i));
      if (!spot) return i;
      if (write) spot.bytes[spot.at] = bytes[i]!;
      else bytes[i] = spot.bytes[spot.at]!;
    }
    return bytes.length;
  }

  /** @returns the address of the first byte that could not be touched. */
  access(task: OracleTask, address: bigint, bytes: Uint8Array, write: boolean): bigint | undefined {
    const { kernel } = this;
    for (let i = 0; i < bytes.length; i++) {
      const at = address + BigInt(i);
      const page = task.space.table.get(kernel.pageOf(at));
      if (!page || !(page.protection & (write ? 2 : 1))) return at;
      task.space.touch(kernel.pageOf(at));
      if (page.pages.populated && !page.pages.populated.has(page.index)) return at;
      const content = page.pages.page(page.index);
      if (write) content[kernel.inPage(at)] = bytes[i]!;
      else bytes[i] = content[kernel.inPage(at)]!;
    }
    return undefined;
  }
}
