import type { KernelObject } from './kernel-object';
import { useAfterFree, type KernelState } from './kernel-state';
import { dropContext } from './lifetime';
import type { MemoryDescriptor } from './memory-descriptor';
import type { UseAfterFree } from './outcomes';

/** IOMemoryDescriptor::setContext and copyContext: an object that the descriptor retains for its owner. */

/** Retains the object, and releases the one before it; NULL only releases. */
export function setContext(
  state: KernelState,
  descriptor: MemoryDescriptor,
  object: KernelObject | undefined,
): UseAfterFree | undefined {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'setContext()');
  if (object?.freed) return useAfterFree(state, object, 'setContext()');
  dropContext(state, descriptor);
  if (object) {
    descriptor.context = object;
    object.contextOf++;
    state.touch(object);
  }
  state.touch(descriptor);
  return undefined;
}

/** The object with a reference of the caller's own, or nothing. */
export function copyContext(
  state: KernelState,
  descriptor: MemoryDescriptor,
): { readonly kind: 'object'; readonly object: KernelObject | undefined } | UseAfterFree {
  if (descriptor.freed) return useAfterFree(state, descriptor, 'copyContext()');
  const { context } = descriptor;
  if (context) {
    context.references++;
    state.touch(context);
  }
  return { kind: 'object', object: context };
}
