import { makeDescriptor } from './creation';
import type { KernelState } from './kernel-state';
import { consume } from './lifetime';
import { kIODirectionIn, kIODirectionOut, kIOMemoryMapCopyOnWrite } from './map-options';
import type { MemoryDescriptor, MemoryRange } from './memory-descriptor';
import type { Panic, UseAfterFree } from './outcomes';
import { kIOReturnIPCError, returnName } from './returns';
import type { Task } from './task';
import { sizeText } from './text';

/** Structures of an external method call (iokit/Kernel/IOUserClient.cpp, is_io_connect_method). */

/** sizeof(io_struct_inband_t): what is not larger travels in the message, without a descriptor. */
const inband = 4096n;

export interface Structures {
  readonly input?: MemoryRange;
  readonly output?: MemoryRange;
}

/** The descriptors of a call that runs; they are the kernel's, and the driver's only until it returns. */
export interface ExternalCall {
  readonly kind: 'call';
  /** structureInputDescriptor: a copy-on-write snapshot of the caller's memory when it is mapped. */
  readonly input: MemoryDescriptor | undefined;
  readonly output: MemoryDescriptor | undefined;
  readonly why: string;
}

export type ExternalCallResult = ExternalCall | { readonly kind: 'code'; readonly code: number; readonly why: string };

/**
 * Makes the descriptors for a call's structures. A structure of up to 4096 bytes goes in the message, as the user
 * library sends it.
 */
export function beginCall(state: KernelState, caller: Task, structures: Structures): ExternalCallResult {
  const { input, output } = structures;
  if (output && output.length > 0xffffffffn)
    return {
      kind: 'code',
      code: kIOReturnIPCError,
      why: `${returnName(kIOReturnIPCError)}: an output structure of ${sizeText(output.length)} does not fit in 32 bits.`,
    };
  const describe = (range: MemoryRange | undefined, flags: number, name: string): MemoryDescriptor | undefined => {
    if (!range || range.length <= inband) return undefined;
    const made = makeDescriptor(state, caller, [range], flags);
    if (made.kind !== 'descriptor') return undefined;
    made.descriptor.name = name;
    made.descriptor.unnamed = false;
    made.descriptor.holders.add('the call');
    return made.descriptor;
  };
  const call = {
    input: describe(input, kIODirectionOut | kIOMemoryMapCopyOnWrite, 'structureInputDescriptor'),
    output: describe(output, kIODirectionIn, 'structureOutputDescriptor'),
  };
  const made = [call.input, call.output].filter((each) => each !== undefined);
  const why = made.length
    ? `The call brings ${made.map((each) => each.name).join(' and ')}, released when it returns.`
    : 'What the call brings is in the message itself: no descriptor.';
  return { kind: 'call', ...call, why };
}

/** The method has returned: the kernel releases its descriptors. */
export function endCall(
  state: KernelState,
  call: ExternalCall,
): { readonly kind: 'ended'; readonly why: string } | Panic | UseAfterFree {
  const kept: string[] = [];
  for (const descriptor of [call.input, call.output]) {
    if (!descriptor) continue;
    descriptor.holders.delete('the call');
    const given = consume(state, descriptor);
    if (given.kind === 'panic' || given.kind === 'use-after-free') return given;
    if (!descriptor.freed) kept.push(`${descriptor.name} (${descriptor.internalHolders.join(', ') || 'the driver'})`);
  }
  const why = `The call returns, and the kernel releases its descriptors.${kept.length ? ` Still alive: ${kept.join(', ')}.` : ''}`;
  return { kind: 'ended', why };
}
