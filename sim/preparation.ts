import { useAfterFree, type KernelState } from './kernel-state';
import { chunksOfTask, locate, type Chunk } from './memory-reference';
import type { MemoryDescriptor } from './memory-descriptor';
import { MemoryObject } from './memory-object';
import type { CodeResult, Panic, UseAfterFree } from './outcomes';
import { kIOReturnNotWritable, kIOReturnSuccess, returnName } from './returns';
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
      const found = chunksOfTask(root.task, root.ranges, !readOnly);
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

export function complete(state: KernelState, descriptor: MemoryDescriptor): CodeResult {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'complete()');
  const { root } = rootOf(descriptor);
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
    const found = chunksOfTask(root.task, root.ranges, false);
    return found.ok ? found.chunks : [];
  }
  const object = new MemoryObject(state.physical);
  const size = BigInt(state.pageSize);
  let offset = 0n;
  return root.ranges.map((range) => {
    const chunk: Chunk = {
      entry: 0,
      object,
      page: Number(range.address / size),
      pageOffset: Number(range.address % size),
      offset,
      size: range.length,
    };
    offset += range.length;
    return chunk;
  });
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
