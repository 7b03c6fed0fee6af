import type { KernelRules } from './kernel-rules';

/**
 * Mapping options: constants, decoding and encoding. Values from xnu iokit/IOKit/IOMapTypes.h and IOTypes.h; direction
 * and descriptor flags from iokit/IOKit/IOMemoryDescriptor.h.
 */

export const kIOMapAnywhere = 0x00000001;
export const kIOMapCacheMask = 0x00000f00;
export const kIOMapCacheShift = 8;
export const kIOMapUserOptionsMask = 0x00000fff;
export const kIOMapReadOnly = 0x00001000;
export const kIOMapStatic = 0x01000000;
export const kIOMapReference = 0x02000000;
export const kIOMapUnique = 0x04000000;
export const kIOMap64Bit = 0x08000000;
export const kIOMapPrefault = 0x10000000;
export const kIOMapOverwrite = 0x20000000;
export const kIOMapGuardedMask = 0xc0000000;
export const kIOMapGuardedSmall = 0x40000000;
export const kIOMapGuardedLarge = 0x80000000;

export const kIODirectionNone = 0;
export const kIODirectionIn = 1;
export const kIODirectionOut = 2;
export const kIODirectionInOut = 3;

export const kIOMemoryDirectionMask = 0x7;
export const kIOMemoryAsReference = 0x100;
export const kIOMemoryMapperNone = 0x800;
export const kIOMemoryHostOnly = 0x1000;
export const kIOMemoryPersistent = 0x10000;
export const kIOMemoryMapCopyOnWrite = 0x20000;
export const kIOMemoryRemote = 0x40000;
export const kIOMemoryThreadSafe = 0x100000;

/** IOBufferMemoryDescriptor's own options (iokit/IOKit/IOBufferMemoryDescriptor.h). */
export const kIOMemoryPhysicallyContiguous = 0x10;
export const kIOMemoryPageable = 0x20;
export const kIOMemoryPurgeable = 0x40;
export const kIOMemoryHostPhysicallyContiguous = 0x80;
export const kIOMemorySharingTypeMask = 0xf0000;
export const kIOMemoryKernelUserShared = 0x10000;
export const kIOMemoryClearEncrypt = 0x200000;

const flags: readonly (readonly [number, string])[] = [
  [kIOMapAnywhere, 'kIOMapAnywhere'],
  [kIOMapReadOnly, 'kIOMapReadOnly'],
  [kIOMapStatic, 'kIOMapStatic'],
  [kIOMapReference, 'kIOMapReference'],
  [kIOMapUnique, 'kIOMapUnique'],
  [kIOMap64Bit, 'kIOMap64Bit'],
  [kIOMapPrefault, 'kIOMapPrefault'],
  [kIOMapOverwrite, 'kIOMapOverwrite'],
];

const cacheFields: readonly (readonly [option: string, name: string])[] = [
  ['kIOMapDefaultCache', 'default'],
  ['kIOMapInhibitCache', 'inhibited'],
  ['kIOMapWriteThruCache', 'write-through'],
  ['kIOMapCopybackCache', 'copyback'],
  ['kIOMapWriteCombineCache', 'write-combined'],
  ['kIOMapCopybackInnerCache', 'copyback inner'],
  ['kIOMapPostedWrite', 'posted write'],
  ['kIOMapRealTimeCache', 'real time'],
  ['kIOMapPostedReordered', 'posted reordered'],
  ['kIOMapPostedCombinedReordered', 'posted combined reordered'],
];

const kIOPostedWrite = 6;

/** The cache mode a mapping request names: the value of the 4-bit field, 0 for "leave as it is". */
export function cacheField(options: number, rules?: KernelRules): number {
  const field = (options & kIOMapCacheMask) >>> kIOMapCacheShift;
  if (rules && ((field === kIOPostedWrite && !rules.postedWrite) || (field > kIOPostedWrite && !rules.realTimeModes)))
    return 0;
  // Values 10 to 15 fall back to the default on a release kernel (IOMemoryDescriptor.cpp, vmProtForCacheMode).
  return field < cacheFields.length ? field : 0;
}

/** The name of a cache mode, e.g. 1 → "inhibited". */
export function cacheName(mode: number): string {
  return cacheFields[mode]?.[1] ?? `cache mode ${String(mode)}`;
}

export type GuardSize = 'none' | 'small' | 'large';

/** What an options word asks for, field by field. */
export interface MapOptions {
  readonly bits: number;
  readonly anywhere: boolean;
  readonly readOnly: boolean;
  readonly static: boolean;
  readonly reference: boolean;
  readonly unique: boolean;
  readonly prefault: boolean;
  readonly overwrite: boolean;
  /** Both guard bits together mean small (IOMemoryDescriptor.cpp, IOMemoryDescriptorMapGuardSize). */
  readonly guard: GuardSize;
  /** 0 = default. */
  readonly cache: number;
}

/**
 * Reads an options word as `createMappingInTask` does; undefined bits are ignored as the kernel ignores them.
 * @param rules of the kernel's version: what it does not know yet is undefined. Without them, everything is known.
 */
export function decodeMapOptions(options: number, rules?: KernelRules): MapOptions {
  const bits = options >>> 0;
  const guardBits = rules?.guards === false ? 0 : (bits & kIOMapGuardedMask) >>> 0;
  return {
    bits,
    anywhere: (bits & kIOMapAnywhere) !== 0,
    readOnly: (bits & kIOMapReadOnly) !== 0,
    static: (bits & kIOMapStatic) !== 0,
    reference: (bits & kIOMapReference) !== 0,
    unique: (bits & kIOMapUnique) !== 0,
    prefault: (bits & kIOMapPrefault) !== 0,
    overwrite: rules?.overwrite !== false && (bits & kIOMapOverwrite) !== 0,
    guard: guardBits === 0 ? 'none' : guardBits === kIOMapGuardedLarge ? 'large' : 'small',
    cache: cacheField(bits, rules),
  };
}

/** An options word as a driver would write it: "kIOMapAnywhere | kIOMapReadOnly"; "0" for none. */
export function mapOptionsText(options: number): string {
  let rest = options >>> 0;
  const words: string[] = [];
  for (const [bit, name] of flags.slice(0, 1)) if (rest & bit) words.push(name);
  const field = (rest & kIOMapCacheMask) >>> kIOMapCacheShift;
  if (field) words.push(cacheFields[field]?.[0] ?? `0x${(field << kIOMapCacheShift).toString(16)}`);
  for (const [bit, name] of flags.slice(1)) if (rest & bit) words.push(name);
  const guard = (rest & kIOMapGuardedMask) >>> 0;
  if (guard & kIOMapGuardedSmall) words.push('kIOMapGuardedSmall');
  if ((guard & kIOMapGuardedLarge) >>> 0) words.push('kIOMapGuardedLarge');
  const known = flags.reduce((all, [bit]) => all | bit, kIOMapCacheMask | kIOMapGuardedMask);
  rest = (rest & ~known) >>> 0;
  if (rest) words.push(`0x${rest.toString(16)}`);
  return words.length ? words.join(' | ') : '0';
}

/** Reads what `mapOptionsText` writes; undefined for a word that is neither a mapping option nor a number. */
export function parseMapOptions(text: string): number | undefined {
  let bits = 0;
  for (const word of text.split('|').map((part) => part.trim())) {
    const cache = cacheFields.findIndex(([option]) => option === word);
    const flag = flags.find(([, name]) => name === word);
    if (cache >= 0) bits |= cache << kIOMapCacheShift;
    else if (flag) bits |= flag[0];
    else if (word === 'kIOMapGuardedSmall') bits |= kIOMapGuardedSmall;
    else if (word === 'kIOMapGuardedLarge') bits |= kIOMapGuardedLarge;
    else if (/^(0x[0-9a-f]+|\d+)$/i.test(word)) bits |= Number(word);
    else return undefined;
  }
  return bits >>> 0;
}

export type Direction = 'none' | 'in' | 'out' | 'inout';

/** The direction of a descriptor's options word. */
export function directionOf(options: number): Direction {
  return (['none', 'in', 'out', 'inout'] as const)[options & 3] ?? 'none';
}
