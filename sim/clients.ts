import {
  connectMap,
  connectUnmap,
  dropMappings,
  removeMapping,
  type ConnectRequest,
  type ConnectResult,
} from './connect';
import type { KernelObject } from './kernel-object';
import { useAfterFree, type KernelState } from './kernel-state';
import { consume } from './lifetime';
import type { MemoryDescriptor } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import { beginCall, endCall, type ExternalCall, type ExternalCallResult, type Structures } from './external-method';
import type { CodeResult, Panic, UseAfterFree } from './outcomes';
import { Ports } from './ports';
import { kIOReturnSuccess, MACH_SEND_INVALID_DEST, returnName } from './returns';
import type { Task } from './task';
import { countText } from './text';
import { UserClient, type ClientMemory, type ClientMemoryMethod, type UserClientOptions } from './user-client';

export interface CloseOptions {
  /** Who closes, the client's own task unless given. */
  readonly caller?: Task;
  /** Whether the driver's clientClose() terminates the client. */
  readonly terminates?: boolean;
}

/**
 * User-client sessions: what applications do with a driver's memory (iokit/Kernel/IOUserClient.cpp). Part of a Machine,
 * as `machine.clients`.
 */
export class Clients {
  readonly #state: KernelState;
  readonly #ports: Ports;
  readonly #clients: UserClient[] = [];

  constructor(state: KernelState) {
    this.#state = state;
    this.#ports = new Ports(state);
  }

  get all(): readonly UserClient[] {
    return this.#clients;
  }

  /** IOServiceOpen. A shared instance is one client for all: open it again with `openShared`. */
  open(name: string, task: Task, options: UserClientOptions = {}): UserClient {
    const client = new UserClient(name, task, options);
    client.rights.set(task, 1);
    this.#clients.push(client);
    this.#state.note('create', `${task.name} opens ${options.device?.name ?? 'the driver'}: client ${name}.`);
    return client;
  }

  /** Another task gets a right to the connection: IOServiceOpen of a shared instance, or the port sent by message. */
  openShared(client: UserClient, task: Task): void {
    client.rights.set(task, (client.rights.get(task) ?? 0) + 1);
    this.#state.note('create', `${task.name} gets a right to client ${client.name}.`);
  }

  /** Declares what clientMemoryForType() answers for a type, from now on. */
  setMemory(client: UserClient, type: number, memory: ClientMemory): void {
    client.memory.set(type, memory);
  }

  /** Lets the driver's own code answer clientMemoryForType(). */
  setMethod(client: UserClient, method: ClientMemoryMethod | undefined): void {
    client.method = method;
  }

  /** IOConnectMapMemory64. */
  connectMap(client: UserClient, request: ConnectRequest): ConnectResult {
    const result = connectMap(this.#state, this.#ports, client, request);
    return this.#told(result, result.kind === 'code' && result.map ? mapKind(result.how) : 'null');
  }

  /** IOConnectUnmapMemory64: asks the driver again, and takes the map that it finds. */
  connectUnmap(client: UserClient, request: ConnectRequest): ConnectResult {
    const result = connectUnmap(this.#state, this.#ports, client, request);
    return this.#told(result, result.kind === 'code' && result.map ? 'unmap' : 'null');
  }

  /** IOServiceClose: clientClose() once, and the connection's right is given back. */
  close(client: UserClient, options: CloseOptions = {}): CodeResult {
    const caller = options.caller ?? client.task;
    const rights = client.rights.get(caller) ?? 0;
    if (rights === 0) {
      const why = `${returnName(MACH_SEND_INVALID_DEST)}: ${caller.name} has no connection to ${client.name} (any more).`;
      this.#state.note('null', why);
      return { kind: 'code', code: MACH_SEND_INVALID_DEST, why };
    }
    let panicked: Panic | undefined;
    if (!client.terminated && (client.shared || !client.closed)) {
      client.closed = true;
      if (options.terminates ?? !client.shared) panicked = this.#terminate(client);
    }
    if (rights > 1) client.rights.set(caller, rights - 1);
    else client.rights.delete(caller);
    panicked = this.#portGone(client) ?? panicked;
    return panicked ?? this.#closed(client, `${caller.name} closes client ${client.name}.`);
  }

  /**
   * The client is terminated while tasks may still have their connections: its provider went, or the driver called
   * terminate(). The port of the connection keeps the mappings (IOUserClient::destroyUserReferences).
   */
  terminate(client: UserClient): CodeResult {
    const panicked = this.#terminate(client);
    return panicked ?? this.#closed(client, `Client ${client.name} is terminated.`);
  }

  /** A task's port space goes: connections, with clientDied(), and maps that it held by ports. */
  taskDied(task: Task): Panic | undefined {
    let panicked: Panic | undefined;
    for (const client of this.#clients) {
      if (!client.rights.delete(task) || client.open) continue;
      client.closed = true;
      panicked = this.#terminate(client) ?? panicked;
      panicked = this.#portGone(client) ?? panicked;
    }
    return this.#ports.taskDied(task) ?? panicked;
  }

  /** IOUserClient::removeMappingForDescriptor; the map's reference is the driver's. */
  removeMappingForDescriptor(
    client: UserClient,
    memory: MemoryDescriptor,
  ):
    | { readonly kind: 'map'; readonly map: MemoryMap; readonly why: string }
    | { readonly kind: 'null'; readonly why: string } {
    const result = removeMapping(this.#state, client, memory);
    this.#state.note(result.kind === 'map' ? 'retain' : 'null', result.why);
    return result;
  }

  /** IOUserClient::exportObjectToClient: a Mach port for the task; the caller's reference is consumed. */
  exportObject(task: Task, object: KernelObject): CodeResult {
    if (object.freed) return useAfterFree(this.#state, object, 'exportObjectToClient()');
    this.#ports.makeRight(task, object);
    const given = consume(this.#state, object);
    if (given.kind === 'panic' || given.kind === 'use-after-free') return given;
    const why = `${task.name} gets a Mach port for ${object.name}, and the port has the caller's reference.`;
    this.#state.note('retain', why);
    return { kind: 'code', code: kIOReturnSuccess, why };
  }

  /** mach_port_deallocate of one right to an exported object. */
  releaseRight(task: Task, object: KernelObject): CodeResult {
    const { code, panic } = this.#ports.dropRights(task, object, 1);
    if (panic) return panic;
    const left =
      object.kind === 'map' && (object as MemoryMap).madeFor.space.entries.some((entry) => entry.map === object);
    const why =
      code === kIOReturnSuccess
        ? `${task.name} gives back a right to ${object.name}.` +
          (left && !(object as MemoryMap).alive
            ? ' Its pages stay mapped with nobody to unmap them: userClientUnmap() never ran.'
            : '')
        : `${returnName(code)}: ${task.name} has no right to ${object.name}.`;
    this.#state.note('release', why);
    return { kind: 'code', code, why };
  }

  /** An external method with structures begins; end it with `endCall`. */
  beginCall(client: UserClient, structures: Structures, caller: Task = client.task): ExternalCallResult {
    const result = beginCall(this.#state, caller, structures);
    this.#state.note(result.kind === 'call' ? 'create' : 'null', result.why);
    return result;
  }

  endCall(call: ExternalCall): { readonly kind: 'ended'; readonly why: string } | Panic | UseAfterFree {
    const result = endCall(this.#state, call);
    if (result.kind === 'ended') this.#state.note('release', result.why);
    return result;
  }

  #terminate(client: UserClient): Panic | undefined {
    client.terminated = true;
    return client.open ? undefined : dropMappings(this.#state, client);
  }

  /** No senders: a terminated client's set goes with the port; a living one keeps it until it is freed. */
  #portGone(client: UserClient): Panic | undefined {
    return client.terminated && !client.open ? dropMappings(this.#state, client) : undefined;
  }

  #closed(client: UserClient, what: string): CodeResult {
    const { length } = client.mappings;
    const kept = length ? countText(length, 'mapping') : '';
    let left = '';
    if (kept && client.open) left = ` ${kept} stay: the port of the connection keeps them until it is given back.`;
    else if (kept) left = ` ${kept} stay: the driver's clientClose() did not terminate the client, which keeps them.`;
    const why = what + left;
    this.#state.note(kept ? 'log' : 'free', why);
    return { kind: 'code', code: kIOReturnSuccess, why };
  }

  #told(result: ConnectResult, kind: 'map' | 'share' | 'submap' | 'unmap' | 'null'): ConnectResult {
    if (result.kind === 'code') this.#state.note(kind, result.why);
    else if (result.kind === 'panic')
      this.#state.note('null', `Panic (${result.reason}): ${result.why}`, { kind: 'panic', message: result.why });
    else if (result.kind === 'not-modelled') this.#state.note('log', `Not modelled: ${result.what}.`);
    return result;
  }
}

function mapKind(how: string | undefined): 'map' | 'share' | 'submap' {
  return how === 'shared' ? 'share' : how === 'sub-map' ? 'submap' : 'map';
}
