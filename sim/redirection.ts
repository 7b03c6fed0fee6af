import { useAfterFree, type KernelState } from './kernel-state';
import { dropMap, release } from './lifetime';
import { attach, buildReference } from './mapping';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { CodeResult } from './outcomes';
import { kIOReturnError, kIOReturnSuccess } from './returns';
import { sizeText } from './text';

const code = (state: KernelState, value: number, why: string): CodeResult => {
  state.note('redirect', why);
  return { kind: 'code', code: value, why };
};

/**
 * IOMemoryMap::redirect: moves a mapping to other memory by exchanging the VM objects' contents (upl_transpose), or
 * blocks accesses until the next call.
 */
export function redirect(
  state: KernelState,
  map: MemoryMap,
  to: MemoryDescriptor | undefined,
  offset: bigint,
): CodeResult {
  if (map.freed) return useAfterFree(state, map, 'redirect()');
  if (to?.freed) return useAfterFree(state, to, 'redirect()');
  const from = map.memory;
  if (!map.alive || map.address === 0n || !from)
    return code(state, kIOReturnSuccess, `${map.name} is not mapped: redirect() does nothing and succeeds.`);
  const single = from.reference?.entryCount === 1;
  if (!to) {
    if (!single)
      return code(state, kIOReturnSuccess, `Succeeds, yet blocks nothing: ${from.name} has no single memory entry.`);
    map.redirected = true;
    state.touch(map);
    return code(state, kIOReturnSuccess, `Blocks ${map.name}: an access sleeps until the next redirect().`);
  }
  if (to === from) {
    map.redirected = false;
    state.touch(map);
    return code(state, kIOReturnSuccess, `Unblocks ${map.name}: it shows ${to.name} already.`);
  }
  if (to.composed || from.composed)
    return { kind: 'not-modelled', what: 'redirect() with a descriptor that is composed of others' };
  if (to.physical || from.physical) return { kind: 'not-modelled', what: 'redirect() with physical memory' };
  const failed = (why: string): CodeResult => {
    // makeMapping releases the map that it was given (IOMemoryDescriptor.cpp, makeMapping's failure path).
    const result = code(
      state,
      kIOReturnError,
      `${why} redirect() fails and takes a reference of ${map.name} with it: ${map.references > 1 ? 'other holders still have theirs' : 'it is freed'}.`,
    );
    release(state, map);
    return result;
  };
  map.offset = 0n;
  if (offset >= to.length || offset + map.length > to.length)
    return failed(`${to.name} is too short: ${sizeText(to.length)} for ${sizeText(map.length)} at that offset.`);
  if (!to.reference) {
    const failure = buildReference(state, to, { readOnly: false });
    if (failure) return failed(failure.kind === 'null' ? failure.why : `${to.name} cannot be mapped.`);
  }
  const target = to.reference!;
  if (target.entryCount !== 1) return failed(`${to.name} has several ranges.`);
  const old = from.reference;
  const swaps =
    single &&
    old?.chunks.length === 1 &&
    target.chunks.length === 1 &&
    pages(state, old.chunks[0]!.size) === pages(state, target.chunks[0]!.size);
  if (swaps) old.chunks[0]!.object.store.swap(target.chunks[0]!.object.store);
  to.reference = old;
  from.reference = target;
  map.redirected = false;
  dropMap(state, from, map);
  map.memory = undefined;
  attach(state, to, map);
  map.offset = offset;
  state.touchMemory((entry) => entry.map === map);
  return code(
    state,
    kIOReturnSuccess,
    swaps
      ? `Redirects ${map.name} to ${to.name}: the two memories exchange contents, in every mapping of either.`
      : `Reports success, but nothing was exchanged: ${from.name} and ${to.name} do not have the same size in pages.`,
  );
}

function pages(state: KernelState, size: bigint): bigint {
  return (size + BigInt(state.pageSize) - 1n) / BigInt(state.pageSize);
}
