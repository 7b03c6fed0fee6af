import { makeDescriptor, makeSubRange } from './creation';
import { useAfterFree, type KernelState } from './kernel-state';
import { consume, joinCollection, leaveCollection } from './lifetime';
import { kIOMapAnywhere, kIOMapReadOnly, kIOMapReference, kIOMapUserOptionsMask } from './map-options';
import { createMapping } from './mapping';
import type { MemoryMap } from './memory-map';
import type { MapHow, NotModelled, NullReason, Panic, UseAfterFree } from './outcomes';
import type { Ports } from './ports';
import {
  kIOReturnBadArgument,
  kIOReturnSuccess,
  kIOReturnUnsupported,
  MACH_SEND_INVALID_DEST,
  returnName,
} from './returns';
import type { Task } from './task';
import { addressText, sizeText } from './text';
import type { ClientMemory, ClientMemoryAnswer, UserClient } from './user-client';

/**
 * IOConnectMapMemory and IOConnectUnmapMemory in the kernel (iokit/Kernel/IOUserClient.cpp):
 * is_io_connect_map_memory_into_task, mapClientMemory64, is_io_connect_unmap_memory_from_task.
 */

/** kIOUserClientMemoryReadOnly, the one option that a DriverKit driver has. */
const driverKitReadOnly = 1;

export interface ConnectRequest {
  readonly type: number;
  /** The application's options: only its low 12 bits count. */
  readonly options?: number;
  /** Where, without kIOMapAnywhere. */
  readonly at?: bigint;
  /** The task whose address space it is about; undefined is NULL, and the caller's own where the member is missing. */
  readonly into?: Task | undefined;
  /** Who calls, the client's own task unless given. */
  readonly caller?: Task;
}

export type ConnectResult =
  | {
      readonly kind: 'code';
      /** What the application gets. */
      readonly code: number;
      readonly why: string;
      /** Of a call that mapped; the application sees its address and length only. */
      readonly map?: MemoryMap;
      readonly how?: MapHow;
      readonly address: bigint;
      readonly size: bigint;
      /** Why the kernel made no map. */
      readonly reason?: NullReason;
    }
  | Panic
  | UseAfterFree
  | NotModelled;

const failure = (code: number, why: string, reason?: NullReason): ConnectResult => ({
  kind: 'code',
  code,
  why: `${returnName(code)}: ${why}`,
  address: 0n,
  size: 0n,
  ...(reason ? { reason } : {}),
});

/** Calls clientMemoryForType(), and masks what a DriverKit driver may say (IOUserUserClient::clientMemoryForType). */
function memoryForType(
  state: KernelState,
  client: UserClient,
  type: number,
): ClientMemoryAnswer | Panic | UseAfterFree | NotModelled {
  const answer = client.method ? client.method(type) : declared(state, client.memory.get(type));
  if (answer.kind !== 'answer' || !client.driverKit) return answer;
  const success = answer.code === kIOReturnSuccess;
  return {
    ...answer,
    memory: success ? answer.memory : undefined,
    options: success && answer.options & driverKitReadOnly ? kIOMapReadOnly : 0,
  };
}

function declared(state: KernelState, memory: ClientMemory | undefined): ClientMemoryAnswer | UseAfterFree {
  // IOUserClient::clientMemoryForType.
  if (!memory) return { kind: 'answer', code: kIOReturnUnsupported, memory: undefined, options: 0 };
  const { descriptor, each = 'same' } = memory;
  const answer = { kind: 'answer', code: memory.code ?? kIOReturnSuccess, options: memory.options ?? 0 } as const;
  if (!descriptor) return { ...answer, memory: undefined };
  if (each === 'same') {
    if (memory.retains === false) return { ...answer, memory: descriptor };
    if (descriptor.freed) return useAfterFree(state, descriptor, 'retain()');
    descriptor.references++;
    state.touch(descriptor);
    return { ...answer, memory: descriptor };
  }
  const made =
    each === 'new'
      ? makeDescriptor(state, descriptor.task, descriptor.ranges, descriptor.flags)
      : makeSubRange(state, descriptor, each.offset, each.length, descriptor.flags);
  if (made.kind === 'use-after-free') return made;
  if (made.kind === 'null') return { ...answer, memory: undefined };
  return { ...answer, memory: made.descriptor };
}

/** What is wrong with the connection or with the task, before the driver is asked. */
function refused(client: UserClient, caller: Task, into: Task | undefined): ConnectResult | undefined {
  if (!client.rights.has(caller))
    return failure(MACH_SEND_INVALID_DEST, `${caller.name} has no connection to ${client.name} (any more).`);
  if (client.terminated)
    return failure(
      kIOReturnBadArgument,
      `${client.name} is terminated: its port names only the set of mappings, which goes when the port is given back.`,
    );
  if (!into) return failure(kIOReturnBadArgument, 'the task is NULL.');
  return undefined;
}

/** `request.into` where the member is there, even as NULL; else the caller. */
function targetOf(request: ConnectRequest, caller: Task): Task | undefined {
  return 'into' in request ? request.into : caller;
}

export function connectMap(
  state: KernelState,
  ports: Ports,
  client: UserClient,
  request: ConnectRequest,
): ConnectResult {
  const caller = request.caller ?? client.task;
  const into = targetOf(request, caller);
  const wrong = refused(client, caller, into);
  if (wrong) return wrong;
  const answer = memoryForType(state, client, request.type);
  if (answer.kind !== 'answer') return answer;
  const { memory, code } = answer;
  if (!memory || code !== kIOReturnSuccess) {
    const lost =
      memory && code !== kIOReturnSuccess
        ? ` It stored ${memory.name} all the same, and nobody gives that reference back: store only on success.`
        : '';
    const said =
      code === kIOReturnSuccess
        ? 'the driver reported success without a descriptor.'
        : `the driver's clientMemoryForType() returned ${returnName(code)}, which the application does not see.`;
    return failure(kIOReturnBadArgument, said + lost);
  }
  const options = ((answer.options & ~kIOMapUserOptionsMask) | ((request.options ?? 0) & kIOMapUserOptionsMask)) >>> 0;
  const made = createMapping(state, {
    descriptor: memory,
    task: into,
    at: request.at ?? 0n,
    options,
    offset: 0n,
    length: 0n,
  });
  if (made.kind === 'use-after-free' || made.kind === 'panic' || made.kind === 'not-modelled') return made;
  const consumed = consume(state, memory);
  if (consumed.kind === 'panic' || consumed.kind === 'use-after-free') return consumed;
  if (made.kind === 'null') return failure(kIOReturnBadArgument, made.why, made.reason);

  const { map } = made;
  const { address, length } = map;
  const ignored =
    (((request.options ?? 0) & ~kIOMapUserOptionsMask) >>> 0) & kIOMapReadOnly
      ? " The application's kIOMapReadOnly is masked off: only the driver decides that."
      : '';
  let held: string;
  if (client.shared || into !== caller) {
    ports.makeRight(into!, map);
    held = `${into!.name} holds it by a Mach port`;
  } else {
    const twice = client.mappings.includes(map);
    if (!twice) {
      client.mappings.push(map);
      joinCollection(state, map, client.collection);
    }
    held = twice
      ? `${client.name} holds it already, once for both: the first IOConnectUnmapMemory ends both`
      : `${client.name} holds it`;
  }
  const given = consume(state, map);
  if (given.kind === 'panic' || given.kind === 'use-after-free') return given;
  return {
    kind: 'code',
    code: kIOReturnSuccess,
    why: `${made.why} ${into!.name} gets ${addressText(address)}, ${sizeText(length)}; ${held}.${ignored}`,
    map,
    how: made.how,
    address,
    size: length,
  };
}

/** `request.at` counts for nothing: the first compatible map of the descriptor in that task is taken. */
export function connectUnmap(
  state: KernelState,
  ports: Ports,
  client: UserClient,
  request: ConnectRequest,
): ConnectResult {
  const caller = request.caller ?? client.task;
  const from = targetOf(request, caller);
  const wrong = refused(client, caller, from);
  if (wrong) return wrong;
  const answer = memoryForType(state, client, request.type);
  if (answer.kind !== 'answer') return answer;
  const { memory, code } = answer;
  // Unlike at map, the driver's own code is what the application gets; success without a descriptor is success.
  if (!memory || code !== kIOReturnSuccess) {
    const lost = memory ? ` ${memory.name} was stored all the same: that reference is lost.` : '';
    const why =
      code === kIOReturnSuccess
        ? 'the driver gave no descriptor, so nothing is unmapped, and the application is told success.'
        : `from the driver's clientMemoryForType(); nothing is unmapped.${lost}`;
    return failure(code, why);
  }
  const options = ((answer.options & ~kIOMapUserOptionsMask) | kIOMapAnywhere | kIOMapReference) >>> 0;
  const found = createMapping(state, {
    descriptor: memory,
    task: from,
    at: request.at ?? 0n,
    options,
    offset: 0n,
    length: 0n,
  });
  if (found.kind === 'use-after-free' || found.kind === 'panic' || found.kind === 'not-modelled') return found;
  const consumed = consume(state, memory);
  if (consumed.kind === 'panic' || consumed.kind === 'use-after-free') return consumed;
  if (found.kind === 'null')
    return failure(
      kIOReturnBadArgument,
      `${found.why} Nothing is unmapped: give the same descriptor and the same options for a type in every call.`,
      found.reason,
    );

  const { map } = found;
  const { address, length } = map;
  forgetMapping(client, map);
  let panicked = leaveCollection(state, map, client.collection);
  if (client.shared || from !== caller) {
    ports.makeRight(from!, map);
    const given = consume(state, map);
    if (given.kind === 'panic' || given.kind === 'use-after-free') return given;
    map.userClientUnmap = true;
    // One right from the map call, one from this; the answer is overwritten with success.
    panicked = ports.dropRights(from!, map, 2).panic ?? panicked;
  } else {
    const given = consume(state, map);
    if (given.kind === 'panic' || given.kind === 'use-after-free') return given;
  }
  if (panicked) return panicked;
  const why =
    map.freed || !map.alive
      ? found.how === 'sub-map'
        ? `Finds only a part of ${map.superMap?.name ?? 'a larger map'} and gives that up again: nothing is unmapped.`
        : `Unmaps ${map.name} from ${addressText(address)} in ${from!.name}.`
      : `${map.name} stays mapped at ${addressText(address)} in ${from!.name}: ${[...map.internalHolders, ...map.holders].join(', ') || 'a caller'} still ${map.owners === 1 ? 'holds' : 'hold'} it.`;
  return { kind: 'code', code: kIOReturnSuccess, why, map, how: found.how, address, size: length };
}

function forgetMapping(client: UserClient, map: MemoryMap): void {
  const index = client.mappings.indexOf(map);
  if (index >= 0) client.mappings.splice(index, 1);
}

/** IOUserClient::free and the end of the port that destroyUserReferences gave the set to. */
export function dropMappings(state: KernelState, client: UserClient): Panic | undefined {
  let panicked: Panic | undefined;
  for (const map of client.mappings.splice(0)) panicked = leaveCollection(state, map, client.collection) ?? panicked;
  return panicked;
}

/** IOUserClient::removeMappingForDescriptor: out of the set, with a reference for the driver. */
export function removeMapping(
  state: KernelState,
  client: UserClient,
  memory: { readonly name: string },
):
  | { readonly kind: 'map'; readonly map: MemoryMap; readonly why: string }
  | { readonly kind: 'null'; readonly why: string } {
  const map = client.terminated ? undefined : client.mappings.find((each) => each.memory === memory);
  if (!map)
    return {
      kind: 'null',
      why: `No map of ${client.name} has ${memory.name} as its descriptor: a sub-descriptor's map has the parent, and kIOMapUnique of physical memory a private one.`,
    };
  map.references++;
  forgetMapping(client, map);
  leaveCollection(state, map, client.collection);
  return { kind: 'map', map, why: `Takes ${map.name} out of ${client.collection}; the reference is the driver's.` };
}
