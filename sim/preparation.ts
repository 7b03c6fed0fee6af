import { segmentsOf } from './composition';
import { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { dropPart } from './lifetime';
import { kIOMemoryDirectionMask } from './map-options';
import { chunksOfPhysical, chunksOfTask, locate, type Chunk } from './memory-reference';
import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryObject } from './memory-object';
import type { CodeResult, Panic, UseAfterFree } from './outcomes';
import { kIOReturnInternalError, kIOReturnNotWritable, kIOReturnSuccess, returnName } from './returns';
import { SubMemoryDescriptor } from './sub-memory-descriptor';

/** prepare(), complete(), readBytes() and writeBytes() (IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor). */

const directionMask = 3;
const out = 2;

function rootOf(descriptor: MemoryDescriptor): { readonly root: MemoryDescriptor; readonly start: bigint } {
  let root = descriptor;
  let start = 0n;
  while (root instanceof SubMemoryDescriptor) {
    start += root.start;
    root = root.parent;
  }
  return { root, start };
}

/** @param direction 0 means the descriptor's own. */
export function prepare(state: KernelState, descriptor: MemoryDescriptor, direction: number): CodeResult {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'prepare()');
  const { root } = rootOf(descriptor);
  if (root.composed) return prepareParts(state, root, direction);
  const answer = (value: number, why: string): CodeResult => {
    state.touch(root);
    if (root !== descriptor) state.touch(descriptor);
    state.note('prepare', why);
    return { kind: 'code', code: value, why };
  };
  if (!root.task) return answer(kIOReturnSuccess, `${root.name} is physical memory, which is always wired.`);
  const wanted = direction & directionMask || root.flags & directionMask;
  const readOnly = wanted === out;
  if (root.wireCount > 0) {
    if (root.preparedReadOnly && !readOnly)
      return answer(
        kIOReturnNotWritable,
        `kIOReturnNotWritable: ${root.name} is prepared for kIODirectionOut already, and this asks for write access.`,
      );
  } else {
    if (!root.reference || root.reference.byData) {
      const found = chunksOfTask(root.task, root.ranges, !readOnly, false);
      if (!found.ok) return answer(found.code, `${returnName(found.code)}: ${found.why}. Nothing was wired.`);
    }
    root.preparedReadOnly = readOnly;
  }
  root.wireCount++;
  return answer(
    kIOReturnSuccess,
    root.wireCount === 1 ? `Wires ${root.name}.` : `${root.name} is wired already: count ${String(root.wireCount)}.`,
  );
}

/**
 * IOMultiMemoryDescriptor::prepare and IOInterleavedMemoryDescriptor::prepare: each part in turn; where one fails, those
 * before it are completed again.
 */
function prepareParts(state: KernelState, whole: MemoryDescriptor, direction: number): CodeResult {
  const { parts } = whole;
  const wanted = direction || whole.flags & directionMask;
  const interleaved = whole instanceof InterleavedMemoryDescriptor;
  state.touch(whole);
  if (!parts.length && !interleaved) {
    const why = `kIOReturnInternalError: ${whole.name} has no descriptors.`;
    state.note('prepare', why);
    return { kind: 'code', code: kIOReturnInternalError, why };
  }
  for (const [index, part] of parts.entries()) {
    const result = prepare(state, part, wanted);
    if (result.kind === 'code' && result.code === kIOReturnSuccess) continue;
    if (result.kind !== 'code') return result;
    // IOInterleavedMemoryDescriptor::prepare undoes the part that failed, once for each that did not.
    for (const done of parts.slice(0, index)) complete(state, interleaved ? part : done);
    const undone = interleaved && index ? ' The parts before it stay wired: the kernel completes the wrong one.' : '';
    return { ...result, why: `${part.name} could not be prepared: ${result.why}${undone}` };
  }
  if (interleaved) whole.prepared = true;
  return { kind: 'code', code: kIOReturnSuccess, why: `All parts of ${whole.name} are wired.` };
}

function completeParts(state: KernelState, whole: MemoryDescriptor): CodeResult {
  for (const part of whole.parts) {
    const result = complete(state, part);
    if (result.kind !== 'code') return result;
  }
  if (whole instanceof InterleavedMemoryDescriptor) whole.prepared = false;
  state.touch(whole);
  return { kind: 'code', code: kIOReturnSuccess, why: `Completes all parts of ${whole.name}.` };
}

/**
 * IOInterleavedMemoryDescriptor::clearMemoryDescriptors. It completes what is prepared but leaves the flag set, so new
 * pieces are refused until complete().
 * @param direction 0 (kIODirectionNone) keeps the present one.
 */
export function clearSegments(
  state: KernelState,
  whole: InterleavedMemoryDescriptor,
  direction: number,
): UseAfterFree | undefined {
  if (whole.freed) return useAfterFree(state, whole, 'clearMemoryDescriptors()');
  for (const { descriptor } of whole.segments.splice(0)) {
    if (whole.prepared) complete(state, descriptor);
    dropPart(state, whole, descriptor);
  }
  if (direction) whole.flags = (whole.flags & ~kIOMemoryDirectionMask) | direction;
  whole.length = 0n;
  state.touch(whole);
  state.note('release', `Releases the pieces of ${whole.name}.`);
  return undefined;
}

export function complete(state: KernelState, descriptor: MemoryDescriptor): CodeResult {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'complete()');
  const { root } = rootOf(descriptor);
  if (root.composed) return completeParts(state, root);
  let why = `${root.name} is physical memory: nothing to do.`;
  if (root.task) {
    if (root.wireCount === 0) why = `complete() without prepare(): a release kernel does nothing and reports success.`;
    else {
      root.wireCount--;
      why = root.wireCount ? `${root.name} stays wired: count ${String(root.wireCount)}.` : `Unwires ${root.name}.`;
    }
  }
  state.touch(root);
  if (root !== descriptor) state.touch(descriptor);
  state.note('prepare', why);
  return { kind: 'code', code: kIOReturnSuccess, why };
}

export type TransferResult = { readonly kind: 'transferred'; readonly bytes: Uint8Array } | Panic | UseAfterFree;

function liveChunks(state: KernelState, root: MemoryDescriptor): readonly Chunk[] {
  if (root.reference && (!root.reference.byData || !root.task)) return root.reference.chunks;
  if (root.task) {
    const found = chunksOfTask(root.task, root.ranges, false, false);
    return found.ok ? found.chunks : [];
  }
  const object = new MemoryObject(state.physical);
  return chunksOfPhysical(object, root.ranges, state.pageSize);
}

/**
 * readBytes() and writeBytes(): copies between the memory itself (never a copy-on-write snapshot) and `bytes`; answers
 * the bytes that were transferred, none where the range does not fit.
 */
export function transfer(
  state: KernelState,
  descriptor: MemoryDescriptor,
  offset: bigint,
  bytes: Uint8Array,
  write: boolean,
): TransferResult {
  const method = write ? 'writeBytes()' : 'readBytes()';
  if (descriptor.freed) return useAfterFree(state, descriptor, method);
  const { root, start } = rootOf(descriptor);
  const segments = segmentsOf(root);
  if (segments) {
    // Each segment is found by getPhysicalSegment of the whole, which asks the part that holds the byte.
    let skip = start + offset;
    let done = 0;
    if (offset + BigInt(bytes.length) > descriptor.length) return { kind: 'transferred', bytes: bytes.subarray(0, 0) };
    for (const part of segments) {
      if (done === bytes.length) break;
      if (skip >= part.length) {
        skip -= part.length;
        continue;
      }
      const size = Number(part.length - skip < BigInt(bytes.length - done) ? part.length - skip : bytes.length - done);
      const result = transfer(state, part.descriptor, part.offset + skip, bytes.subarray(done, done + size), write);
      if (result.kind !== 'transferred') return result;
      done += result.bytes.length;
      if (result.bytes.length < size) break;
      skip = 0n;
    }
    return { kind: 'transferred', bytes: bytes.subarray(0, done) };
  }
  if (root.task && root.wireCount === 0) {
    const why = `${method} on ${root.name}, which is not prepared: the kernel panics (not wired). Call prepare() first.`;
    state.note('access', why, { kind: 'panic', message: why, object: root.id });
    return { kind: 'panic', reason: 'IOGMD: not wired', why };
  }
  const none: TransferResult = { kind: 'transferred', bytes: bytes.subarray(0, 0) };
  if (offset + BigInt(bytes.length) > descriptor.length || (write && root.preparedReadOnly)) return none;
  const chunks = liveChunks(state, root);
  for (let done = 0; done < bytes.length;) {
    const found = locate(root, chunks, start + offset + BigInt(done), state.pageSize);
    if (!found) return { kind: 'transferred', bytes: bytes.subarray(0, done) };
    const size = found.run < BigInt(bytes.length - done) ? Number(found.run) : bytes.length - done;
    const part = bytes.subarray(done, done + size);
    if (write) found.object.store.write(found.page, found.offset, part);
    else found.object.store.read(found.page, found.offset, part);
    done += size;
  }
  return { kind: 'transferred', bytes };
}
