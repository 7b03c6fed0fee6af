import type { BufferMemoryDescriptor } from '../../../sim/buffer-memory-descriptor';
import type { ConnectResult } from '../../../sim/connect';
import type { DataQueue } from '../../../sim/data-queue';
import type { Device, DeviceMemoryResult } from '../../../sim/device';
import type { CreateMappingResult, CreateResult } from '../../../sim/driver-kit';
import type { ExternalCall } from '../../../sim/external-method';
import type { MapResult } from '../../../sim/outcomes';
import { returnName } from '../../../sim/returns';
import type { UserClient } from '../../../sim/user-client';
import { runScenario, type Run, type Verb } from './scenario';

/**
 * Calls of user clients, devices and DriverKit for text scenarios:
 *
 *     device NAME ADDRESS LENGTH [ADDRESS LENGTH …]        its ranges are NAME.0, NAME.1 …
 *     mapIndex NAME DEVICE INDEX | mapRegister NAME DEVICE REGISTER | noDevice DEVICE
 *     range DEVICE index|register NUMBER                   => the descriptor's name | NULL
 *     open NAME TASK [shared] [dext]                       join CLIENT TASK
 *     answers CLIENT TYPE DESCRIPTOR|NULL [options=… code=… forgets new sub=OFFSET,LENGTH]
 *     connect NAME CLIENT TYPE OPTIONS [at=… into=TASK|NULL by=TASK]   => code, then how or the reason
 *     disconnect CLIENT TYPE [into=… by=…]                 => code
 *     close CLIENT [by=TASK] [stays] | terminate CLIENT | died TASK
 *     take NAME CLIENT DESCRIPTOR                          removeMappingForDescriptor
 *     export TASK OBJECT | dropRight TASK OBJECT           => code
 *     begin CLIENT in|out ADDRESS LENGTH | end             => names of the descriptors | none
 *     queue NAME SIZE | queueMemory NAME QUEUE | freeQueue QUEUE
 *     create NAME TASK OPTIONS CAPACITY | dkMap NAME DESCRIPTOR TASK OPTIONS [ADDRESS [OFFSET [LENGTH [ALIGNMENT]]]]
 *     dkSub NAME DESCRIPTOR OPTIONS OFFSET LENGTH | dkWith NAME OPTIONS DESCRIPTOR|NULL …
 *     fromClient NAME CLIENT OPTIONS ADDRESS LENGTH | dkLength BUFFER LENGTH | dkRange BUFFER TASK
 *     holders OBJECT                                       => its holders in the kernel
 *     mapped MAP                                           => true | false
 */
class World {
  readonly devices = new Map<string, Device>();
  readonly clients = new Map<string, UserClient>();
  readonly queues = new Map<string, DataQueue>();
  call: ExternalCall | undefined;
}

const worlds = new WeakMap<Run, World>();

function worldOf(run: Run): World {
  let world = worlds.get(run);
  if (!world) worlds.set(run, (world = new World()));
  return world;
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const code = (value: number): string => (value === 0 ? 'kIOReturnSuccess' : returnName(value));

/** `key=value` among the arguments. */
function setting(args: readonly string[], key: string): string | undefined {
  return args.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
}

function connected(run: Run, name: string, result: ConnectResult | CreateMappingResult): string {
  if (result.kind === 'panic') return `panic ${result.reason}`;
  if (result.kind !== 'code') return result.kind;
  if (result.map) {
    if (result.map.unnamed) run.machine.setName(result.map, name);
    run.objects.set(name, result.map);
  }
  const more = result.how ?? result.reason;
  return more && name ? `${code(result.code)} ${more}` : code(result.code);
}

function made(run: Run, name: string, result: CreateResult): string {
  if (result.kind !== 'code') return result.kind;
  if (result.descriptor) {
    run.machine.setName(result.descriptor, name);
    run.objects.set(name, result.descriptor);
  }
  return code(result.code);
}

const request = (run: Run, args: readonly string[]) => {
  const into = setting(args, 'into');
  const by = setting(args, 'by');
  return {
    at: run.number(setting(args, 'at') ?? '0'),
    ...(into === undefined ? {} : { into: run.task(into) }),
    ...(by === undefined ? {} : { caller: run.task(by)! }),
  };
};

function rangeName(result: DeviceMemoryResult): string {
  return result.kind === 'descriptor' ? result.descriptor.name : 'NULL';
}

function mapDevice(run: Run, name: string, result: MapResult): string {
  return run.mapped(name, result);
}

export const clientVerbs: Readonly<Record<string, Verb>> = {
  device: (run, [name = '', ...numbers]) => {
    const bars = [];
    for (let i = 0; i + 1 < numbers.length; i += 2)
      bars.push({ address: run.number(numbers[i]!), length: run.number(numbers[i + 1]!) });
    const device = run.machine.createDevice(name, bars);
    worldOf(run).devices.set(name, device);
    for (const each of device.memory) run.objects.set(each.name, each);
    return String(device.memory.length);
  },
  noDevice: (run, [name = '']) => run.machine.removeDevice(known(worldOf(run).devices, name))?.kind ?? 'gone',
  mapIndex: (run, [name = '', device = '', index = '']) =>
    mapDevice(run, name, run.machine.mapDeviceMemoryWithIndex(known(worldOf(run).devices, device), Number(index))),
  mapRegister: (run, [name = '', device = '', register = '']) =>
    mapDevice(
      run,
      name,
      run.machine.mapDeviceMemoryWithRegister(known(worldOf(run).devices, device), Number(register)),
    ),
  range: (run, [name = '', by, number]) => {
    const device = known(worldOf(run).devices, name);
    return rangeName(
      by === 'index'
        ? run.machine.deviceMemoryWithIndex(device, Number(number))
        : run.machine.deviceMemoryWithRegister(device, Number(number)),
    );
  },
  open: (run, [name = '', task = '', ...words]) => {
    const options = { shared: words.includes('shared'), driverKit: words.includes('dext') };
    worldOf(run).clients.set(name, run.machine.clients.open(name, run.task(task)!, options));
    return 'open';
  },
  join: (run, [client = '', task = '']) => {
    run.machine.clients.openShared(known(worldOf(run).clients, client), run.task(task)!);
    return 'open';
  },
  answers: (run, [client = '', type = '', descriptor = '', ...words]) => {
    const sub = setting(words, 'sub')?.split(',');
    run.machine.clients.setMemory(known(worldOf(run).clients, client), Number(type), {
      ...(descriptor === 'NULL' ? {} : { descriptor: run.descriptor(descriptor) }),
      options: run.bits(setting(words, 'options') ?? '0'),
      code: Number(setting(words, 'code') ?? '0'),
      retains: !words.includes('forgets'),
      each: sub ? { offset: run.number(sub[0]!), length: run.number(sub[1]!) } : words.includes('new') ? 'new' : 'same',
    });
    return 'declared';
  },
  connect: (run, [name = '', client = '', type = '', bits = '0', ...words]) =>
    connected(
      run,
      name,
      run.machine.clients.connectMap(known(worldOf(run).clients, client), {
        type: Number(type),
        options: run.bits(bits),
        ...request(run, words),
      }),
    ),
  disconnect: (run, [client = '', type = '', ...words]) =>
    connected(
      run,
      '',
      run.machine.clients.connectUnmap(known(worldOf(run).clients, client), {
        type: Number(type),
        ...request(run, words),
      }),
    ),
  close: (run, [client = '', ...words]) => {
    const by = setting(words, 'by');
    return run.code(
      run.machine.clients.close(known(worldOf(run).clients, client), {
        ...(by === undefined ? {} : { caller: run.task(by)! }),
        ...(words.includes('stays') ? { terminates: false } : {}),
      }),
    );
  },
  terminate: (run, [client = '']) => run.code(run.machine.clients.terminate(known(worldOf(run).clients, client))),
  died: (run, [task = '']) => run.machine.clients.taskDied(run.task(task)!)?.kind ?? 'died',
  take: (run, [name = '', client = '', descriptor = '']) => {
    const { clients } = run.machine;
    const result = clients.removeMappingForDescriptor(known(worldOf(run).clients, client), run.descriptor(descriptor));
    if (result.kind === 'null') return 'NULL';
    run.objects.set(name, result.map);
    return 'taken';
  },
  export: (run, [task = '', object = '']) =>
    run.code(run.machine.clients.exportObject(run.task(task)!, run.object(object))),
  dropRight: (run, [task = '', object = '']) =>
    run.code(run.machine.clients.releaseRight(run.task(task)!, run.object(object))),
  begin: (run, [client = '', way = '', address = '', length = '']) => {
    const range = { address: run.number(address), length: run.number(length) };
    const result = run.machine.clients.beginCall(
      known(worldOf(run).clients, client),
      way === 'in' ? { input: range } : { output: range },
    );
    if (result.kind === 'code') return code(result.code);
    worldOf(run).call = result;
    const descriptors = [result.input, result.output].filter((each) => each !== undefined);
    for (const each of descriptors) run.objects.set(each.name, each);
    return descriptors.map((each) => each.name).join(',') || 'none';
  },
  end: (run) => run.machine.clients.endCall(worldOf(run).call!).kind,
  queue: (run, [name = '', size = '', shared]) => {
    const result = run.machine.dataQueue(name, run.number(size), shared === 'shared');
    if (result.kind === 'null') return 'NULL';
    worldOf(run).queues.set(name, result.queue);
    run.addresses.set(name, result.queue.address);
    return 'queue';
  },
  queueMemory: (run, [name = '', queue = '']) =>
    run.made(name, run.machine.dataQueueMemory(known(worldOf(run).queues, queue))),
  freeQueue: (run, [queue = '']) => {
    run.machine.freeDataQueue(known(worldOf(run).queues, queue));
    return 'freed';
  },
  create: (run, [name = '', task = '', bits = '', capacity = '']) =>
    made(run, name, run.machine.driverKit.create(run.task(task)!, run.bits(bits), run.number(capacity))),
  dkMap: (run, [name = '', descriptor = '', task = '', bits = '0', ...numbers]) => {
    const [address, offset, length, alignment] = numbers.map((each) => run.number(each));
    return connected(
      run,
      name,
      run.machine.driverKit.createMapping(run.task(task)!, run.descriptor(descriptor), {
        options: run.bits(bits),
        address: address ?? 0n,
        offset: offset ?? 0n,
        length: length ?? 0n,
        alignment: alignment ?? 0n,
      }),
    );
  },
  dkSub: (run, [name = '', of = '', bits = '', offset = '', length = '']) =>
    made(
      run,
      name,
      run.machine.driverKit.createSub(
        run.bits(bits),
        run.number(offset),
        run.number(length),
        of === 'NULL' ? undefined : run.descriptor(of),
      ),
    ),
  dkWith: (run, [name = '', bits = '', ...parts]) =>
    made(
      run,
      name,
      run.machine.driverKit.createWith(
        run.bits(bits),
        parts.map((part) => (part === 'NULL' ? undefined : run.descriptor(part))),
      ),
    ),
  fromClient: (run, [name = '', client = '', bits = '', address = '', length = '']) =>
    made(
      run,
      name,
      run.machine.driverKit.createFromClient(known(worldOf(run).clients, client), run.bits(bits), [
        { address: run.number(address), length: run.number(length) },
      ]),
    ),
  dkLength: (run, [buffer = '', length = '']) =>
    run.code(run.machine.driverKit.setLength(run.object(buffer) as BufferMemoryDescriptor, run.number(length))),
  dkRange: (run, [buffer = '', task = '']) => {
    const result = run.machine.driverKit.addressRange(run.task(task)!, run.object(buffer) as BufferMemoryDescriptor);
    if (result.kind !== 'range') return result.kind;
    run.addresses.set('range', result.address);
    return String(result.length);
  },
  holders: (run, [object = '']) => run.object(object).internalHolders.join(', ') || 'none',
  mapped: (run, [map = '']) => String((run.object(map) as { alive?: boolean }).alive),
};

export function runClientScenario(machineName: string, text: string): string[] {
  return runScenario(machineName, text, clientVerbs);
}
