import { wrap, type OracleKernel } from './kernel';
import { Pages } from './space';
import { Refused, type Entry, type OracleDescriptor, type OracleTask, type Range, type Reference } from './things';

/** Memory references: which memory a descriptor's mappings show. */

export const isPhysical = (of: OracleDescriptor): boolean =>
  !of.task && of.kind !== 'multi' && of.kind !== 'interleaved' && of.kind !== 'sub';

/** The address of a byte in the ranges, one after the other. */
export function addressAt({ ranges }: OracleDescriptor, offset: bigint): bigint {
  let index = 0;
  while (offset >= ranges[index]!.length) offset -= ranges[index++]!.length;
  return ranges[index]!.address + offset;
}

/** getPhysicalSegment of physical memory: adjacent ranges are one. */
export function segment(of: OracleDescriptor, offset: bigint): { address: bigint; length: bigint } | undefined {
  if (offset >= of.length) return undefined;
  let before = 0n;
  let index = 0;
  while (before + of.ranges[index]!.length <= offset) before += of.ranges[index++]!.length;
  const address = of.ranges[index]!.address + offset - before;
  let length = before + of.ranges[index]!.length - offset;
  while (of.ranges[index + 1]?.address === address + length) length += of.ranges[++index]!.length;
  return { address, length };
}

/** memoryReferenceCreate. */
export function build(kernel: OracleKernel, of: OracleDescriptor, write: boolean): Reference {
  kernel.referring.add(of);
  if (!of.task) {
    if (of.cache === 0) of.cache = 1;
    const { address } = of.ranges[0]!;
    const count = of.ranges.reduce((sum, range) => sum + touched(kernel, range), 0);
    const inPage = kernel.inPage(address);
    const pages = new Pages(kernel.layout.pageSize, count, (index) => {
      const byte = BigInt(index) * kernel.page - BigInt(inPage);
      const found = segment(of, byte < 0n ? 0n : byte);
      return kernel.frame(found ? kernel.pageOf(found.address) : 0);
    });
    pages.cache = of.cache;
    if (of.ranges.length > 1) pages.populated = new Set();
    else pages.contiguous = true;
    pages.pager = of.pager = { pages };
    const entry: Entry = {
      pages,
      first: 0,
      count,
      dataOffset: 0,
      size: BigInt(count) * kernel.page,
      offset: -BigInt(inPage),
      access: 0,
      isObject: true,
    };
    return { entries: [entry], protection: 3, byData: false };
  }
  let protection = 1;
  if (of.cache || of.direction !== 2 || write) protection = 3;
  if (of.pageable) {
    const count = kernel.pagesFor(of.capacity);
    const pages = new Pages(kernel.layout.pageSize, count);
    pages.cache = of.cache;
    pages.copiedAtOnce = true;
    const entry: Entry = {
      pages,
      first: 0,
      count,
      dataOffset: 0,
      size: BigInt(count) * kernel.page,
      offset: 0n,
      access: of.cache,
      isObject: true,
    };
    return { entries: [entry], protection: 3, byData: false };
  }
  const entries: Entry[] = [];
  let offset = 0n;
  // IOBufferMemoryDescriptor::setLength changes the range, not what is described here.
  const ranges: readonly Range[] =
    of.kind === 'buffer' ? [{ address: of.ranges[0]!.address, length: of.capacity }] : of.ranges;
  const copies: Entry[] = [];
  for (const run of coalesced(ranges)) {
    const found = entriesOf(kernel, of.task, run, offset, protection, of.cache);
    entries.push(...found);
    if (found.length) copies.push(copyOf(found, run.length, kernel.layout.pageSize));
    offset += run.length;
  }
  const reference: Reference = { entries, protection, byData: true };
  return of.copyOnWrite ? { ...reference, copy: { entries: copies, protection, byData: true } } : reference;
}

/** mach_make_memory_entry_share with MAP_MEM_USE_DATA_ADDR, again and again: each entry is of one object. */
function entriesOf(
  kernel: OracleKernel,
  task: OracleTask,
  run: Range,
  offset: bigint,
  protection: number,
  cache: number,
): Entry[] {
  const entries: Entry[] = [];
  let address = run.address;
  const end = wrap(run.address + run.length);
  while (address < end) {
    const start = kernel.pageOf(address);
    const last = kernel.pageOf(end - 1n);
    let count = 0;
    const first = task.space.table.get(start);
    for (let page = start; page <= last; page++) {
      const found = task.space.table.get(page);
      if (count && (!found || found.pages !== first!.pages || found.index !== first!.index + count)) break;
      if (!found) throw new Refused('not-accessible');
      if (found.pages.kernelObject) throw new Refused('kernel-object');
      if ((found.protection & protection) !== protection)
        throw new Refused(found.protection & 1 ? 'not-writable' : 'not-accessible');
      task.space.touch(page);
      count++;
    }
    const dataOffset = kernel.inPage(address);
    const size = BigInt(count) * kernel.page - BigInt(dataOffset);
    const clipped = size > end - address ? end - address : size;
    if (cache) first!.pages.cache = cache;
    entries.push({
      pages: first!.pages,
      first: first!.index,
      count,
      dataOffset,
      size: clipped,
      offset: offset + (address - run.address),
      access: cache,
      isObject: true,
    });
    address += clipped;
  }
  return entries;
}

/** mach_make_memory_entry_copy: of all that a run lies in. */
function copyOf(entries: readonly Entry[], size: bigint, pageSize: number): Entry {
  const pages = new Pages(pageSize);
  let count = 0;
  for (const entry of entries) {
    pages.copyFrom(entry.pages, entry.first, entry.count, count);
    count += entry.count;
  }
  return { ...entries[0]!, pages, first: 0, count, size, access: 0, isObject: false };
}

function touched(kernel: OracleKernel, range: Range): number {
  return kernel.pagesFor(range.address + range.length) - kernel.pageOf(range.address);
}

function coalesced(ranges: readonly Range[]): Range[] {
  const runs: Range[] = [];
  for (const { address, length } of ranges) {
    const last = runs.at(-1);
    if (last && last.address + last.length === address) last.length += length;
    else runs.push({ address, length });
  }
  return runs;
}
