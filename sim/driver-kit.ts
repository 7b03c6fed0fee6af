import type { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { makeMulti } from './composition';
import { makeBuffer } from './buffers';
import { makeDescriptor, makeSubRange } from './creation';
import { useAfterFree, type KernelState } from './kernel-state';
import {
  kIOMapAnywhere,
  kIOMapGuardedLarge,
  kIOMapGuardedSmall,
  kIOMapReadOnly,
  kIOMemoryKernelUserShared,
  kIOMemoryMapCopyOnWrite,
  kIOMemoryThreadSafe,
} from './map-options';
import { createMapping, type MapRequest } from './mapping';
import { nullCauses } from './null-causes';
import type { MemoryDescriptor, MemoryRange } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { CodeResult, MapHow, NotModelled, NullReason, Panic, UseAfterFree } from './outcomes';
import {
  kIOReturnBadArgument,
  kIOReturnError,
  kIOReturnNoMemory,
  kIOReturnNotReady,
  kIOReturnSuccess,
  returnName,
} from './returns';
import type { Task } from './task';
import type { UserClient } from './user-client';

/** Options of CreateMapping (iokit/DriverKit/IOMemoryDescriptor.iig). */
export const kIOMemoryMapFixedAddress = 0x1;
export const kIOMemoryMapReadOnly = 0x2;
export const kIOMemoryMapGuardedMask = 0x1c;
export const kIOMemoryMapGuardedNone = 0x4;
export const kIOMemoryMapGuardedSmall = 0x8;
export const kIOMemoryMapGuardedLarge = 0xc;

/** Options of the Create calls. */
export const kIOMemoryDirectionOutIn = 0x3;
export const kIOMemoryDisableCopyOnWrite = 0x10;

/** The cache values and the kernel's fields; any other value of the byte is refused. */
const cacheModes: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [0x100, 0x100],
  [0x200, 0x300],
  [0x400, 0x200],
  [0x800, 0x700],
]);

export interface MappingRequest {
  readonly options?: number;
  readonly address?: bigint;
  readonly offset?: bigint;
  readonly length?: bigint;
  /** Never looked at. */
  readonly alignment?: bigint;
}

export type CreateMappingResult =
  | {
      readonly kind: 'code';
      readonly code: number;
      readonly why: string;
      readonly map?: MemoryMap;
      readonly how?: MapHow;
      readonly reason?: NullReason;
    }
  | Panic
  | UseAfterFree
  | NotModelled;

export type CreateResult<D extends MemoryDescriptor = MemoryDescriptor> =
  { readonly kind: 'code'; readonly code: number; readonly why: string; readonly descriptor?: D } | UseAfterFree;

const refuse = (code: number, why: string): { readonly kind: 'code'; readonly code: number; readonly why: string } => ({
  kind: 'code',
  code,
  why: `${returnName(code)}: ${why}`,
});

/**
 * The kernel's side of DriverKit's memory calls (iokit/Kernel/IOUserServer.cpp, the _Impl methods). The driver is a task
 * like any other; each call names it, as current_task() does. Part of a Machine, as `machine.driverKit`.
 */
export class DriverKit {
  readonly #state: KernelState;

  constructor(state: KernelState) {
    this.#state = state;
  }

  /** IOBufferMemoryDescriptor::Create: memory of the kernel, not of the driver's task; its length is the capacity. */
  create(dext: Task, options: number, capacity: bigint, alignment = 0n): CreateResult<BufferMemoryDescriptor> {
    if (options & ~kIOMemoryDirectionOutIn)
      return this.#told(refuse(kIOReturnBadArgument, 'Create() takes the direction and no other option.'));
    const flags = options | kIOMemoryKernelUserShared | kIOMemoryThreadSafe;
    const made = makeBuffer(this.#state, {
      task: this.#state.kernelTask,
      options: flags,
      capacity,
      alignment: alignment || 1n,
    });
    if (made.kind === 'use-after-free') return made;
    if (made.kind === 'null') return refuse(kIOReturnNoMemory, made.why);
    made.descriptor.creator = dext;
    return { kind: 'code', code: kIOReturnSuccess, why: made.why, descriptor: made.descriptor };
  }

  /** IOMemoryDescriptor::CreateMapping, into the driver's own task. */
  createMapping(dext: Task, descriptor: MemoryDescriptor, request: MappingRequest = {}): CreateMappingResult {
    const state = this.#state;
    if (descriptor.freed) return useAfterFree(state, descriptor, 'CreateMapping()');
    const options = request.options ?? 0;
    const cache = cacheModes.get(options & 0xff00);
    if (cache === undefined)
      return this.#told(
        refuse(
          kIOReturnBadArgument,
          'one cache mode at most: DefaultCache, Inhibit, Copyback, WriteThrough or RealTime.',
        ),
      );
    const fixed = (options & kIOMemoryMapFixedAddress) !== 0;
    let kernelOptions = cache;
    if (!fixed) kernelOptions |= kIOMapAnywhere | guardOf(options);
    const wantsReadOnly = (options & kIOMemoryMapReadOnly) !== 0;
    const creator = 'creator' in descriptor ? (descriptor.creator as Task | undefined) : undefined;
    const own = creator === dext;
    if ((wantsReadOnly || descriptor.direction === 'out') && !own) kernelOptions |= kIOMapReadOnly;
    const wanted: MapRequest = {
      descriptor,
      task: dext,
      at: fixed ? (request.address ?? 0n) : 0n,
      options: kernelOptions >>> 0,
      offset: request.offset ?? 0n,
      length: request.length ?? 0n,
    };
    const result = createMapping(state, wanted);
    switch (result.kind) {
      case 'map': {
        const ignored =
          wantsReadOnly && own ? ` kIOMemoryMapReadOnly is ignored: ${dext.name} made the buffer itself.` : '';
        const why = result.why + ignored;
        state.note(result.how === 'shared' ? 'share' : result.how === 'sub-map' ? 'submap' : 'map', why);
        return { kind: 'code', code: kIOReturnSuccess, why, map: result.map, how: result.how };
      }
      case 'null': {
        const refused = refuse(kIOReturnError, result.why);
        state.noteNull(refused.why, () => nullCauses(wanted, state.mapOptions(wanted.options), result));
        return { ...refused, reason: result.reason };
      }
      case 'panic':
        state.note('null', `Panic (${result.reason}): ${result.why}`, { kind: 'panic', message: result.why });
        return result;
      case 'not-modelled':
        state.note('log', `Not modelled: ${result.what}.`);
        return result;
      case 'use-after-free':
        return result;
      default:
        return result satisfies never;
    }
  }

  /** IOBufferMemoryDescriptor::SetLength: success always, also beyond the capacity, where nothing changes. */
  setLength(buffer: BufferMemoryDescriptor, length: bigint): CodeResult {
    if (buffer.freed) return useAfterFree(this.#state, buffer, 'SetLength()');
    const fits = length <= buffer.capacity;
    if (fits) {
      buffer.length = length;
      buffer.ranges[0]!.length = length;
      this.#state.touch(buffer);
    }
    const why = fits
      ? `${buffer.name} has a length of ${String(length)} bytes.`
      : `kIOReturnSuccess, but ${buffer.name} keeps its length: the capacity is ${String(buffer.capacity)} bytes.`;
    return { kind: 'code', code: kIOReturnSuccess, why };
  }

  /**
   * IOBufferMemoryDescriptor::GetAddressRange runs in DriverKit's library, whose source is not public: taken to map the
   * buffer on the first call and to keep that map as long as the driver keeps the buffer.
   */
  addressRange(
    dext: Task,
    buffer: BufferMemoryDescriptor,
  ): CreateMappingResult | { readonly kind: 'range'; readonly address: bigint; readonly length: bigint } {
    if (buffer.freed) return useAfterFree(this.#state, buffer, 'GetAddressRange()');
    if (!buffer.addressMap) {
      const made = this.createMapping(dext, buffer);
      if (made.kind !== 'code' || !made.map) return made;
      const { map } = made;
      map.references--;
      map.keepers.add(`buffer ${buffer.name}`);
      buffer.addressMap = map;
      this.#state.touch(map);
    }
    return { kind: 'range', address: buffer.addressMap.address, length: buffer.length };
  }

  /** IOMemoryDescriptor::CreateSubMemoryDescriptor: unlike withSubRange, with a test for overflow. */
  createSub(options: number, offset: bigint, length: bigint, of: MemoryDescriptor | undefined): CreateResult {
    const wrong = !of
      ? 'the descriptor is NULL.'
      : options & ~kIOMemoryDirectionOutIn
        ? 'the options are the direction and nothing else.'
        : offset + length >= 1n << 64n || offset + length > of.length
          ? `the range ends beyond ${of.name}.`
          : '';
    if (!of || wrong) return this.#told(refuse(kIOReturnBadArgument, wrong));
    return this.#made(makeSubRange(this.#state, of, offset, length, options));
  }

  /** IOMemoryDescriptor::CreateWithMemoryDescriptors. */
  createWith(options: number, descriptors: readonly (MemoryDescriptor | undefined)[]): CreateResult {
    const given = descriptors.filter((each) => each !== undefined);
    if (!given.length || given.length < descriptors.length)
      return this.#told(refuse(kIOReturnBadArgument, 'none of the descriptors may be NULL, and there must be one.'));
    if (options & ~kIOMemoryDirectionOutIn)
      return this.#told(refuse(kIOReturnBadArgument, 'the options are the direction and nothing else.'));
    return this.#made(makeMulti(this.#state, given, options));
  }

  /** IOUserClient::CreateMemoryDescriptorFromClient: copy-on-write unless kIOMemoryDisableCopyOnWrite is given. */
  createFromClient(client: UserClient, options: number, segments: readonly MemoryRange[]): CreateResult {
    if (!client.driverKit)
      return this.#told(refuse(kIOReturnBadArgument, `${client.name} is no DriverKit driver's client.`));
    if (client.terminated)
      return this.#told(refuse(kIOReturnNotReady, `${client.name} is stopped and has no task any more.`));
    const flags =
      (options & kIOMemoryDirectionOutIn) |
      kIOMemoryThreadSafe |
      (options & kIOMemoryDisableCopyOnWrite ? 0 : kIOMemoryMapCopyOnWrite);
    return this.#made(makeDescriptor(this.#state, client.task, segments, flags));
  }

  #made<D extends MemoryDescriptor>(
    made:
      | { readonly kind: 'descriptor'; readonly descriptor: D; readonly why: string }
      | { readonly kind: 'null'; readonly why: string }
      | UseAfterFree,
  ): CreateResult<D> {
    if (made.kind === 'use-after-free') return made;
    if (made.kind === 'null') return this.#told(refuse(kIOReturnNoMemory, made.why));
    return { kind: 'code', code: kIOReturnSuccess, why: made.why, descriptor: made.descriptor };
  }

  #told<R extends { readonly why: string }>(result: R): R {
    this.#state.note('null', result.why);
    return result;
  }
}

/** Without a fixed address guard pages are the default; unknown values mean small ones. */
function guardOf(options: number): number {
  switch (options & kIOMemoryMapGuardedMask) {
    case kIOMemoryMapGuardedNone:
      return 0;
    case kIOMemoryMapGuardedLarge:
      return kIOMapGuardedLarge;
    default:
      return kIOMapGuardedSmall;
  }
}
