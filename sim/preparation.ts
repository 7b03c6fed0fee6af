import { segmentsOf } from './composition';
import { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { dropPart } from './lifetime';
import { kIOMemoryDirectionMask, kIOMemoryRemote } from './map-options';
import type { MemoryDescriptor } from './memory-descriptor';
import type { PageBytes } from './memory-object';
import { chunksOfTask, locate, type Chunk } from './memory-reference';
import type { CodeResult, Panic, UseAfterFree } from './outcomes';
import { notWired, physicalRun } from './physical-segments';
import {
  KERN_INVALID_ADDRESS,
  KERN_INVALID_RIGHT,
  kIOReturnCannotWire,
  kIOReturnInternalError,
  kIOReturnNotAttached,
  kIOReturnNotWritable,
  kIOReturnSuccess,
  returnName,
} from './returns';
import { SubMemoryDescriptor } from './sub-memory-descriptor';
import type { Task } from './task';
import { sizeText } from './text';

/** prepare(), complete(), readBytes() and writeBytes() (IOMemoryDescriptor.cpp, IOGeneralMemoryDescriptor). */

const directionMask = 3;
const out = 2;

function rootOf(descriptor: MemoryDescriptor): MemoryDescriptor {
  let root = descriptor;
  while (root instanceof SubMemoryDescriptor) root = root.parent;
  return root;
}

/** @param direction 0 means the descriptor's own. */
export function prepare(state: KernelState, descriptor: MemoryDescriptor, direction: number): CodeResult {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'prepare()');
  const root = rootOf(descriptor);
  if (root.composed) return prepareParts(state, root, direction);
  const answer = (value: number, why: string): CodeResult => {
    state.touch(root);
    if (root !== descriptor) state.touch(descriptor);
    state.note('prepare', why);
    return { kind: 'code', code: value, why };
  };
  if (!root.task) return answer(kIOReturnSuccess, `${root.name} is physical memory, which is always wired.`);
  if (root.flags & kIOMemoryRemote)
    return answer(
      kIOReturnNotAttached,
      `kIOReturnNotAttached: ${root.name} is kIOMemoryRemote, which cannot be wired.`,
    );
  const wanted = direction & directionMask || root.flags & directionMask;
  const readOnly = wanted === out;
  if (root.wireCount > 0) {
    if (root.preparedReadOnly && !readOnly)
      return answer(
        kIOReturnNotWritable,
        `kIOReturnNotWritable: ${root.name} is prepared for kIODirectionOut already, and this asks for write access.`,
      );
  } else {
    const wired = wire(state, root, root.task, !readOnly);
    if (wired.kind === 'panic') return wired;
    if (wired.kind === 'code') return answer(wired.code, wired.why);
    root.wired = wired.chunks;
    root.preparedReadOnly = readOnly;
  }
  root.wireCount++;
  return answer(
    kIOReturnSuccess,
    root.wireCount === 1 ? `Wires ${root.name}.` : `${root.name} is wired already: count ${String(root.wireCount)}.`,
  );
}

type WireResult =
  | { readonly kind: 'wired'; readonly chunks: readonly Chunk[] }
  | { readonly kind: 'code'; readonly code: number; readonly why: string }
  | Panic;

/**
 * IOGeneralMemoryDescriptor::wireVirtual: the pages of the memory reference where there is one (never its copy), else of
 * the task's ranges as they are now (osfmk/vm/vm_pageout.c, vm_map_create_upl).
 */
function wire(state: KernelState, root: MemoryDescriptor, task: Task, write: boolean): WireResult {
  const { reference } = root;
  let chunks: readonly Chunk[];
  if (reference) {
    if (write && root.length > 0n && !reference.writable)
      return {
        kind: 'code',
        code: KERN_INVALID_RIGHT,
        why: `KERN_INVALID_RIGHT: ${root.name} was first mapped read-only, and this asks for write access. Nothing was wired.`,
      };
    const [first] = reference.chunks;
    if (!reference.byData && first && first.pageOffset > 0)
      return {
        kind: 'code',
        code: KERN_INVALID_RIGHT,
        why: `KERN_INVALID_RIGHT: redirect() gave ${root.name} an entry of device memory that does not begin on a page. Nothing was wired.`,
      };
    const covered = reference.chunks.reduce((sum, chunk) => sum + chunk.size, 0n);
    if (covered < root.length) {
      const why = `prepare() of ${root.name}, ${sizeText(root.length)}, runs past its memory entries, which cover ${sizeText(covered)}: a redirect() gave it shorter ones.`;
      state.note('prepare', why, { kind: 'panic', message: why, object: root.id });
      return { kind: 'panic', reason: 'memRefEntry', why };
    }
    chunks = reference.chunks;
  } else {
    const found = chunksOfTask(task, root.ranges, { write, kernelObject: true, wire: true });
    if (!found.ok) {
      const code = found.code === KERN_INVALID_ADDRESS ? kIOReturnCannotWire : found.code;
      return { kind: 'code', code, why: `${returnName(code)}: ${found.why}. Nothing was wired.` };
    }
    chunks = found.chunks;
  }
  const blocked = chunks.find((chunk) => chunk.object.blockedBy)?.object.blockedBy;
  if (blocked) {
    const why = `prepare() of ${root.name} sleeps: ${blocked.name} is redirected to nothing, and blocks its memory until the next redirect().`;
    state.note('prepare', why, { kind: 'panic', message: why, object: root.id });
    return { kind: 'panic', reason: 'deadlock', why };
  }
  return { kind: 'wired', chunks: chunks.map((chunk) => ({ ...chunk, object: chunk.object.pinned() })) };
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
  const root = rootOf(descriptor);
  if (root.composed) return completeParts(state, root);
  let why = `${root.name} is physical memory: nothing to do.`;
  if (root.task && root.flags & kIOMemoryRemote) {
    why = `kIOReturnNotAttached: ${root.name} is kIOMemoryRemote, which is never wired.`;
    state.note('prepare', why);
    return { kind: 'code', code: kIOReturnNotAttached, why };
  }
  if (root.task) {
    if (root.wireCount === 0) why = `complete() without prepare(): a release kernel does nothing and reports success.`;
    else {
      root.wireCount--;
      if (root.wireCount === 0) {
        root.wired = [];
        root.preparedReadOnly = false;
      }
      why = root.wireCount ? `${root.name} stays wired: count ${String(root.wireCount)}.` : `Unwires ${root.name}.`;
    }
  }
  state.touch(root);
  if (root !== descriptor) state.touch(descriptor);
  state.note('prepare', why);
  return { kind: 'code', code: kIOReturnSuccess, why };
}

export type TransferResult = { readonly kind: 'transferred'; readonly bytes: Uint8Array } | Panic | UseAfterFree;

/**
 * readBytes() and writeBytes(): copies between the memory itself (never a copy-on-write snapshot) and `bytes`; answers
 * the bytes that were transferred, none where the range does not fit. Each segment is found by getPhysicalSegment() of
 * the descriptor that was called, so what its parts or its parent know of read-only preparation is not asked.
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
  const upTo = (done: number): TransferResult => ({ kind: 'transferred', bytes: bytes.subarray(0, done) });
  if (offset + BigInt(bytes.length) > descriptor.length || descriptor.flags & kIOMemoryRemote) return upTo(0);
  if (write && descriptor.preparedReadOnly) return upTo(0);
  for (let done = 0; done < bytes.length;) {
    const found = transferRun(state, descriptor, offset + BigInt(done), bytes.subarray(done), write, method);
    if (typeof found !== 'number') return found;
    if (found === 0) return upTo(done);
    done += found;
  }
  return upTo(bytes.length);
}

/**
 * The page that an offset of a descriptor lies in, for readBytes(): valid until the next operation of the kernel.
 * Undefined where the call would do more than copy.
 */
export function readablePage(state: KernelState, descriptor: MemoryDescriptor, offset: bigint): PageBytes | undefined {
  const plain = !descriptor.freed && !descriptor.physical && descriptor.wireCount > 0;
  if (!plain || descriptor.flags & kIOMemoryRemote || offset < 0n) return undefined;
  if (descriptor instanceof SubMemoryDescriptor || segmentsOf(descriptor)) return undefined;
  const found = locate(descriptor, descriptor.wired, offset, state.pageSize);
  const place = found?.object.place(found.page);
  if (!found || !place) return undefined;
  const left = descriptor.length - offset < found.run ? descriptor.length - offset : found.run;
  const end = Math.min(state.pageSize, found.offset + Number(left));
  return { start: offset, bytes: place.store.bytes(place.page).subarray(found.offset, end) };
}

/** Transfers up to the end of one chunk of memory; the number of bytes, 0 where there is no more. */
function transferRun(
  state: KernelState,
  descriptor: MemoryDescriptor,
  offset: bigint,
  bytes: Uint8Array,
  write: boolean,
  method: string,
): number | Panic | UseAfterFree {
  if (descriptor.freed) return useAfterFree(state, descriptor, method);
  if (offset >= descriptor.length) return 0;
  const clip = (length: bigint): Uint8Array =>
    length < BigInt(bytes.length) ? bytes.subarray(0, Number(length)) : bytes;
  if (descriptor instanceof SubMemoryDescriptor) {
    const at = BigInt.asUintN(64, offset + descriptor.start);
    return transferRun(state, descriptor.parent, at, clip(descriptor.length - offset), write, method);
  }
  const segments = segmentsOf(descriptor);
  if (segments) {
    let skip = offset;
    for (const part of segments) {
      if (skip < part.length)
        return transferRun(state, part.descriptor, part.offset + skip, clip(part.length - skip), write, method);
      skip -= part.length;
    }
    return 0;
  }
  if (!descriptor.physical && descriptor.wireCount === 0) return notWired(state, descriptor, method);
  if (descriptor.physical) return transferPhysical(state, descriptor, offset, bytes, write);
  const found = locate(descriptor, descriptor.wired, offset, state.pageSize);
  if (!found) return 0;
  const part = clip(found.run < descriptor.length - offset ? found.run : descriptor.length - offset);
  if (write) found.object.write(found.page, found.offset, part);
  else found.object.read(found.page, found.offset, part);
  return part.length;
}

/** Up to the end of a page, where the byte lies in physical memory. */
function transferPhysical(
  { physical, pageSize }: KernelState,
  { ranges }: MemoryDescriptor,
  offset: bigint,
  bytes: Uint8Array,
  write: boolean,
): number {
  const run = physicalRun(ranges, offset);
  if (!run) return 0;
  const inPage = Number(run.address % BigInt(pageSize));
  const left = run.length < BigInt(pageSize - inPage) ? Number(run.length) : pageSize - inPage;
  const part = bytes.subarray(0, left);
  const page = Number(run.address / BigInt(pageSize));
  if (write) physical.write(page, inPage, part);
  else physical.read(page, inPage, part);
  return part.length;
}
