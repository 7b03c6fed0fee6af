import type { CallSite, KernelTable } from '../call-site';
import { ByteState } from '../memory';
import { uint64, Unknown, voidPointer, type Value } from '../values';

/** The arguments of a variadic function, in memory: one after the other, in slots of 8 bytes, as in Apple's ABI for arm64. */
export const variadicCalls: KernelTable = {
  va_start: (site) => {
    const extra = site.run.frames.at(-1)?.extra ?? [];
    const region = site.run.allocate(Math.max(1, extra.length * 8), ByteState.Uninitialised, 'stack', 'the arguments');
    extra.forEach((value, index) => {
      slot(site, region.base + BigInt(index * 8), value);
    });
    return put(site, region.base);
  },
  va_copy: (site) => put(site, site.pointer(1)),
  va_end: () => 0n,
};

function slot(site: CallSite, address: bigint, value: Value): void {
  const access = site.run.access(undefined, 'the arguments');
  const known = value instanceof Unknown && !value.neverSet ? site.run.settle(value, uint64, {}) : value;
  site.run.typed.store(address, typeof known === 'number' ? { kind: 'float', bits: 64 } : uint64, known, access);
}

function put(site: CallSite, list: bigint): Value {
  site.run.typed.store(site.pointer(0), voidPointer, list, site.run.access(undefined, site.texts[0] ?? ''));
  return 0n;
}
