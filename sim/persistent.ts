import { initialise } from './creation';
import { useAfterFree, type KernelState } from './kernel-state';
import { kIOMemoryAsReference, kIOMemoryPersistent } from './map-options';
import { MemoryDescriptor } from './memory-descriptor';
import { buildReference } from './memory-reference-create';
import type { DescriptorResult } from './outcomes';
import { SubMemoryDescriptor } from './sub-memory-descriptor';

/**
 * IOMemoryDescriptor::withPersistentMemoryDescriptor: the same object where its ranges still show the same memory; else a new
 * descriptor of what they show now, if the original is kIOMemoryPersistent.
 */
export function withPersistent(state: KernelState, original: MemoryDescriptor): DescriptorResult {
  if (original.freed) return useAfterFree(state, original, 'withPersistentMemoryDescriptor');
  const none = (why: string): DescriptorResult => {
    state.note('null', `NULL: ${why}`);
    return { kind: 'null', why };
  };
  if (original instanceof SubMemoryDescriptor || original.composed)
    return none(`${original.name} is no IOGeneralMemoryDescriptor.`);
  const { reference } = original;
  original.reference = undefined;
  const failure = buildReference(state, original, { readOnly: true });
  const now = original.reference as MemoryDescriptor['reference'];
  original.reference = reference;
  if (failure || !now) return none(failure?.kind === 'null' ? failure.why : 'The memory cannot be accessed.');
  // Of physical memory nothing is compared: a reference that exists is taken as it is.
  const same =
    reference !== undefined &&
    (!original.task ||
      now.chunks.every((chunk, index) => {
        const old = reference.chunks[index];
        return (
          old !== undefined &&
          old.object === chunk.object &&
          old.page === chunk.page &&
          old.pageOffset === chunk.pageOffset &&
          old.offset === chunk.offset &&
          old.size === chunk.size
        );
      }));
  if (same) {
    original.references++;
    state.touch(original);
    const why = `${original.name} still shows the same memory: the same object with one more reference.`;
    state.note('retain', why);
    return { kind: 'descriptor', descriptor: original, why };
  }
  if (!(original.flags & kIOMemoryPersistent) || !original.task)
    return none(`${original.name} is not kIOMemoryPersistent, and has no memory entries that fit.`);
  const number = state.nextNumber('d');
  const made = new MemoryDescriptor(
    `d${String(number)}`,
    `descriptor ${String(number)}`,
    'IOGeneralMemoryDescriptor',
    original.task,
    original.ranges,
    original.flags & ~kIOMemoryAsReference,
  );
  made.cache = original.cache;
  made.reference = now;
  const refused = initialise(state, made);
  if (refused) return none(refused);
  state.descriptors.set(made.id, made);
  state.touch(made);
  const why = `The ranges of ${original.name} show other memory now: a new descriptor of that.`;
  state.note('create', why);
  return { kind: 'descriptor', descriptor: made, why };
}
