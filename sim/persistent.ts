import { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { useAfterFree, type KernelState } from './kernel-state';
import { kIOMemoryAsReference, kIOMemoryPersistent } from './map-options';
import { MemoryDescriptor } from './memory-descriptor';
import { chunksOfTask, type Chunk } from './memory-reference';
import { buildReference } from './memory-reference-create';
import type { DescriptorResult, NotModelled } from './outcomes';
import { SubMemoryDescriptor } from './sub-memory-descriptor';

/**
 * IOMemoryDescriptor::withPersistentMemoryDescriptor: the same descriptor with a further reference while its memory
 * entries still fit what its task has there, else a new one, if the original has kIOMemoryPersistent.
 */
export function withPersistent(state: KernelState, original: MemoryDescriptor): DescriptorResult | NotModelled {
  if (original.freed) return useAfterFree(state, original, 'withPersistentMemoryDescriptor');
  const none = (why: string): DescriptorResult => {
    state.note('null', `NULL: ${why}`);
    return { kind: 'null', why };
  };
  if (original instanceof SubMemoryDescriptor || original.composed)
    return none(`${original.name} is no IOGeneralMemoryDescriptor.`);
  const buffer = original instanceof BufferMemoryDescriptor ? original : undefined;
  if (buffer?.pageable) return { kind: 'not-modelled', what: 'withPersistentMemoryDescriptor of a pageable buffer' };
  const { task, reference } = original;
  let fits = reference !== undefined;
  if (task) {
    const ranges = buffer ? [{ address: buffer.ranges[0]!.address, length: buffer.capacity }] : original.ranges;
    const write = original.direction !== 'out' || original.cache !== 0;
    const found = chunksOfTask(task, ranges, { write, kernelObject: !state.layout.rules.kernelObjectRefused });
    if (!found.ok) return none(`${found.why}.`);
    fits = reference !== undefined && equalChunks(reference.chunks, found.chunks);
  }
  if (fits) {
    original.references++;
    state.touch(original);
    const why = `Gives ${original.name} itself, with a further reference: its memory is what it was.`;
    state.note('retain', why);
    return { kind: 'descriptor', descriptor: original, why };
  }
  if (!task || !(original.flags & kIOMemoryPersistent))
    return none(`${original.name} is not kIOMemoryPersistent, and has no memory entries that fit.`);
  const number = String(state.nextNumber('d'));
  const made = new MemoryDescriptor(
    `d${number}`,
    `descriptor ${number}`,
    'IOGeneralMemoryDescriptor',
    task,
    original.ranges,
    original.flags & ~kIOMemoryAsReference,
  );
  made.cache = original.cache;
  buildReference(state, made, { readOnly: true });
  state.descriptors.set(made.id, made);
  state.touch(made);
  const why = `A new descriptor: the memory behind ${original.name} is another now.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: made, why };
}

function equalChunks(before: readonly Chunk[], now: readonly Chunk[]): boolean {
  return (
    before.length === now.length &&
    before.every((chunk, index) => {
      const other = now[index]!;
      return (
        chunk.object === other.object &&
        chunk.page === other.page &&
        chunk.pageOffset === other.pageOffset &&
        chunk.size === other.size
      );
    })
  );
}
