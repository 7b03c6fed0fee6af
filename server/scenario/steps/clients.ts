import type { ConnectResult } from '../../../sim/connect';
import { returnName } from '../../../sim/returns';
import type { UserClient } from '../../../sim/user-client';
import { clientMemory, clientMemoryFields, clientMemoryOf } from '../client-memory';
import * as f from '../fields';
import { codeStep, failed, made, nothing } from '../results';
import { makingVerb, verb, type Call, type StepResult, type Verb } from '../verb';

/** Steps of applications that have a driver's user client open. */

const family = 'clients';
const client = f.client('A user client.');
const by = f.task('Who calls (default: the task that opened the client).');

/** What the application gets; `name` is the map's, also where it was there before. */
function connectStep(call: Call, result: ConnectResult): StepResult {
  if (result.kind !== 'code') {
    call.scope.spoil(call.name);
    return failed(result);
  }
  const { code, map, how, why, reason } = result;
  if (map) {
    const step = made(call, map, how ?? 'new', why);
    // The client or a port holds it, the name does not.
    call.scope.letGo(map, call.name);
    return { ...step, code };
  }
  return { ...nothing(call, why, reason), outcome: returnName(code), code };
}

function clientStep(opened: UserClient, code: number, why: string): StepResult {
  return {
    outcome: code === 0 ? 'kIOReturnSuccess' : returnName(code),
    code,
    why,
    about: { kind: 'task', task: opened.task },
  };
}

export const clientVerbs: readonly Verb[] = [
  makingVerb({
    family,
    outcomes: ['open'],
    name: 'openClient',
    description: 'IOServiceOpen(): a task gets a user client of a driver.',
    fields: {
      task: f.required(f.task('The application.')),
      device: f.device('The driver’s device.'),
      memory: clientMemory,
      shared: f.flag('One client for all tasks (kIOUserClientSharedInstanceKey).'),
      driverKit: f.flag('The driver is a DriverKit driver (IOUserUserClient).'),
      driver: f.instance('An instance of the driver’s user client, whose own clientMemoryForType() is asked.'),
    },
    run: ({ task, device, memory, shared, driverKit, driver: instance }, { scope, name, step }) => {
      const { driver } = scope;
      if (driver && instance && !driver.servesMemory(instance))
        return scope.problem(step, `${instance.class} has no clientMemoryForType() of its own`);
      const opened = scope.machine.clients.open(name, task, {
        ...(device ? { device } : {}),
        shared: shared ?? false,
        driverKit: driverKit ?? false,
      });
      for (const [type, each] of memory ?? []) scope.machine.clients.setMemory(opened, type, each);
      if (driver && instance)
        scope.machine.clients.setMethod(opened, (type) => scope.clientMemory(driver, instance, type, task));
      scope.define(name, { kind: 'client', client: opened });
      return { outcome: 'open', about: { kind: 'task', task } };
    },
  }),
  verb(client, {
    family,
    outcomes: ['open'],
    name: 'joinClient',
    description:
      'Another task gets a right to the connection: IOServiceOpen() of a shared client, or its port in a message.',
    fields: { task: f.required(f.task('The other task.')) },
    run: ({ subject, task }, { scope }) => {
      scope.machine.clients.openShared(subject, task);
      return { outcome: 'open', about: { kind: 'task', task } };
    },
  }),
  verb(client, {
    family,
    outcomes: ['done'],
    name: 'clientMemory',
    description: 'From now on clientMemoryForType() answers so for a type.',
    fields: { type: f.required(f.number('The type.')), ...clientMemoryFields },
    run: ({ subject, type, ...memory }, { scope }) => {
      scope.machine.clients.setMemory(subject, Number(type), clientMemoryOf(memory));
      return { outcome: 'done', about: { kind: 'task', task: subject.task } };
    },
  }),
  makingVerb({
    family,
    outcomes: ['new', 'shared', 'sub-map', 'static', 'same-task', 'code'],
    name: 'connectMap',
    description: 'IOConnectMapMemory64(). The name stands for the map, which the client or a Mach port holds.',
    fields: {
      client: f.required(f.client('The user client.')),
      type: f.required(f.number('Which memory.')),
      options: f.mapOptions('The application’s options; only the low 12 bits count (default 0).'),
      at: f.number('The address, without kIOMapAnywhere (default 0).'),
      into: f.taskOrNull('The task that it is mapped into (default: the caller).'),
      by,
    },
    run: ({ client: opened, type, options, at, into, by: caller }, call) =>
      connectStep(
        call,
        call.scope.machine.clients.connectMap(opened, {
          type: Number(type),
          options: options ?? 0,
          at: at ?? 0n,
          ...(into === undefined ? {} : { into: into ?? undefined }),
          ...(caller ? { caller } : {}),
        }),
      ),
  }),
  verb(client, {
    family,
    outcomes: ['code'],
    name: 'connectUnmap',
    description: 'IOConnectUnmapMemory64(): asks the driver again, and gives up the first compatible map.',
    fields: {
      type: f.required(f.number('Which memory.')),
      at: f.number('The address, which counts for nothing.'),
      into: f.taskOrNull('The task that it is mapped in (default: the caller).'),
      by,
    },
    run: ({ subject, type, at, into, by: caller }, { scope }) => {
      const result = scope.machine.clients.connectUnmap(subject, {
        type: Number(type),
        at: at ?? 0n,
        ...(into === undefined ? {} : { into: into ?? undefined }),
        ...(caller ? { caller } : {}),
      });
      if (result.kind !== 'code') return failed(result);
      const step = clientStep(subject, result.code, result.why);
      return {
        ...step,
        ...(result.reason ? { reason: result.reason } : {}),
        ...(result.map ? { about: { kind: 'object', object: result.map } } : {}),
      };
    },
  }),
  verb(client, {
    family,
    outcomes: ['code'],
    name: 'closeClient',
    description: 'IOServiceClose().',
    fields: {
      by,
      terminates: f.flag('Whether the driver’s clientClose() terminates the client (default: unless it is shared).'),
    },
    run: ({ subject, by: caller, terminates }, { scope }) => {
      const result = scope.machine.clients.close(subject, {
        ...(caller ? { caller } : {}),
        ...(terminates === undefined ? {} : { terminates }),
      });
      return result.kind === 'code' ? clientStep(subject, result.code, result.why) : failed(result);
    },
  }),
  verb(client, {
    family,
    outcomes: ['code'],
    name: 'terminateClient',
    description: 'The client is terminated while it is open: its provider goes, or the driver calls terminate().',
    fields: {},
    run: ({ subject }, { scope }) => {
      const result = scope.machine.clients.terminate(subject);
      return result.kind === 'code' ? clientStep(subject, result.code, result.why) : failed(result);
    },
  }),
  makingVerb({
    family,
    outcomes: ['made', 'NULL'],
    name: 'removeMapping',
    description: 'IOUserClient::removeMappingForDescriptor(): the driver gets the reference.',
    fields: {
      client: f.required(f.client('The user client.')),
      of: f.required(f.descriptor('The descriptor that a map of the client’s must have.')),
    },
    run: ({ client: opened, of }, call) => {
      const result = call.scope.machine.clients.removeMappingForDescriptor(opened, of);
      return result.kind === 'map' ? made(call, result.map, 'made', result.why) : nothing(call, result.why);
    },
  }),
  verb(f.object('A map or descriptor; the name’s reference is consumed.'), {
    family,
    outcomes: ['code'],
    name: 'exportObject',
    description: 'IOUserClient::exportObjectToClient(): a Mach port for a task.',
    fields: { to: f.required(f.task('The task that gets the port.')) },
    run: ({ subject, to }, { scope, name }) => {
      const result = scope.machine.clients.exportObject(to, subject);
      scope.letGo(subject, name);
      return codeStep(subject, result);
    },
  }),
  verb(f.object('What the port is of.'), {
    family,
    outcomes: ['code'],
    name: 'deallocatePort',
    description: 'mach_port_deallocate() of one right to an exported object.',
    fields: { task: f.required(f.task('Whose right it is.')) },
    run: ({ subject, task }, { scope }) => codeStep(subject, scope.machine.clients.releaseRight(task, subject)),
  }),
  makingVerb({
    family,
    outcomes: ['called', 'code'],
    name: 'beginCall',
    description:
      'An external method with structures starts. Of structures above 4096 bytes NAME_input and NAME_output are the descriptors, the kernel’s until endCall.',
    fields: {
      client: f.required(f.client('The user client.')),
      input: f.range('The input structure in the caller’s memory.'),
      output: f.range('The output structure.'),
      by,
    },
    run: ({ client: opened, input, output, by: caller }, call) => {
      const { scope, name } = call;
      const result = scope.machine.clients.beginCall(
        opened,
        { ...(input ? { input } : {}), ...(output ? { output } : {}) },
        caller,
      );
      if (result.kind === 'code')
        return { ...nothing(call, result.why), outcome: returnName(result.code), code: result.code };
      for (const way of ['input', 'output'] as const) {
        const object = result[way];
        const why = 'the structure is in the message itself';
        if (!scope.mayName(`${name}_${way}`, call.nameNode)) return undefined;
        scope.define(`${name}_${way}`, object ? { kind: 'object', object } : { kind: 'nothing', why });
        // Borrowed: the kernel's own reference.
        if (object) scope.letGo(object, `${name}_${way}`);
      }
      scope.define(name, { kind: 'call', call: result });
      return { outcome: 'called', why: result.why, about: { kind: 'task', task: caller ?? opened.task } };
    },
  }),
  verb(f.externalCall('A call that beginCall started.'), {
    family,
    outcomes: ['done'],
    name: 'endCall',
    description: 'The external method returns, and the kernel releases the descriptors of its structures.',
    fields: {},
    run: ({ subject }, { scope }) => {
      const result = scope.machine.clients.endCall(subject);
      return result.kind === 'ended' ? { outcome: 'done', why: result.why } : failed(result);
    },
  }),
];
