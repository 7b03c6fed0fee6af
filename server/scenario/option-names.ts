import * as mapOptions from '../../sim/map-options';

/** The kernel's names for options, with their values (sim/map-options.ts), and a few that only other code spells. */

const others: Readonly<Record<string, number>> = {
  kIODirectionOutIn: 3,
  // DriverKit's (iokit/DriverKit/IOMemoryDescriptor.iig).
  kIOMemoryDirectionIn: 1,
  kIOMemoryDirectionOut: 2,
  kIOMemoryDirectionInOut: 3,
  kIOMemoryDirectionOutIn: 3,
  kIOMemoryDisableCopyOnWrite: 0x10,
  kIOMemoryMapFixedAddress: 0x1,
  kIOMemoryMapReadOnly: 0x2,
  kIOMemoryMapGuardedDefault: 0,
  kIOMemoryMapGuardedNone: 0x4,
  kIOMemoryMapGuardedSmall: 0x8,
  kIOMemoryMapGuardedLarge: 0xc,
  kIOMemoryMapCacheModeDefault: 0,
  kIOMemoryMapCacheModeInhibit: 0x100,
  kIOMemoryMapCacheModeCopyback: 0x200,
  kIOMemoryMapCacheModeWriteThrough: 0x400,
  kIOMemoryMapCacheModeRealTime: 0x800,
  kIOUserClientMemoryReadOnly: 1,
};

const cacheNames = [
  'kIOMapDefaultCache',
  'kIOMapInhibitCache',
  'kIOMapWriteThruCache',
  'kIOMapCopybackCache',
  'kIOMapWriteCombineCache',
  'kIOMapCopybackInnerCache',
  'kIOMapPostedWrite',
  'kIOMapRealTimeCache',
  'kIOMapPostedReordered',
  'kIOMapPostedCombinedReordered',
];

export const optionNames: ReadonlyMap<string, number> = new Map([
  ...Object.entries(mapOptions).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' && /^k[A-Z]/.test(name) && !/(Mask|Shift)$/.test(name) ? [[name, value]] : [],
  ),
  ...cacheNames.map((name): [string, number] => [name, mapOptions.parseMapOptions(name) ?? 0]),
  ...Object.entries(others),
]);

/** "A | B | 0x10" → its bits, or the first word that is no option and no number. */
export function readOptions(text: string): { readonly bits: number } | { readonly wrong: string } {
  let bits = 0;
  for (const word of text.split('|').map((part) => part.trim())) {
    const known = optionNames.get(word);
    if (known !== undefined) bits |= known;
    else if (/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word) && Number(word) <= 0xffffffff) bits |= Number(word);
    else return { wrong: word };
  }
  return { bits: bits >>> 0 };
}
