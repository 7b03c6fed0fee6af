import { BufferMemoryDescriptor } from '../../../sim/buffer-memory-descriptor';
import type { CreateMappingResult, CreateResult } from '../../../sim/driver-kit';
import { returnName } from '../../../sim/returns';
import * as f from '../fields';
import { codeStep, failed, made, nothing } from '../results';
import { makingVerb, verb, type Call, type StepResult, type Verb } from '../verb';

/** Steps of a DriverKit driver, which is a task of "tasks". */

const family = 'DriverKit';
const creates = { family, outcomes: ['made', 'code'] } as const;
const dext = f.required(f.task('The driver’s own task.'));
const direction = f.driverKitDirection('kIOMemoryDirectionIn, Out or OutIn (default OutIn).');
const outIn = 3;

function createStep(call: Call, result: CreateResult): StepResult {
  if (result.kind !== 'code') {
    call.scope.spoil(call.name);
    return failed(result);
  }
  const { code, descriptor, why } = result;
  return descriptor
    ? { ...made(call, descriptor, 'made', why), code }
    : { ...nothing(call, why), outcome: returnName(code), code };
}

function mappingStep(call: Call, result: CreateMappingResult): StepResult {
  if (result.kind !== 'code') {
    call.scope.spoil(call.name);
    return failed(result);
  }
  const { code, map, how, why, reason } = result;
  return map
    ? { ...made(call, map, how ?? 'new', why), code }
    : { ...nothing(call, why, reason), outcome: returnName(code), code };
}

export const driverKitVerbs: readonly Verb[] = [
  makingVerb({
    ...creates,
    name: 'dkCreate',
    description: 'IOBufferMemoryDescriptor::Create(): a buffer of the kernel that the driver may map.',
    fields: {
      task: dext,
      options: direction,
      capacity: f.required(f.number('How many bytes.')),
      alignment: f.number('Alignment in bytes (default 0).'),
    },
    run: ({ task, options, capacity, alignment }, call) =>
      createStep(call, call.scope.machine.driverKit.create(task, options ?? outIn, capacity, alignment ?? 0n)),
  }),
  makingVerb({
    family,
    outcomes: ['new', 'shared', 'sub-map', 'same-task', 'code'],
    name: 'dkCreateMapping',
    description: 'IOMemoryDescriptor::CreateMapping(), into the driver’s own task.',
    fields: {
      of: f.required(f.descriptor('The descriptor that is mapped.')),
      task: dext,
      options: f.driverKitMapOptions('kIOMemoryMap… options (default 0).'),
      address: f.number('The address, with kIOMemoryMapFixedAddress.'),
      offset: f.number('Where in the descriptor the mapping begins (default 0).'),
      length: f.number('How many bytes; 0, the default, is the descriptor’s whole length.'),
      alignment: f.number('Never looked at.'),
    },
    run: ({ of, task, options, address, offset, length, alignment }, call) =>
      mappingStep(
        call,
        call.scope.machine.driverKit.createMapping(task, of, {
          options: options ?? 0,
          address: address ?? 0n,
          offset: offset ?? 0n,
          length: length ?? 0n,
          alignment: alignment ?? 0n,
        }),
      ),
  }),
  verb(f.descriptorOf(BufferMemoryDescriptor, 'a buffer', 'A buffer.'), {
    family,
    outcomes: ['code'],
    name: 'dkSetLength',
    description: 'IOBufferMemoryDescriptor::SetLength().',
    fields: { length: f.required(f.number('How many bytes.')) },
    run: ({ subject, length }, { scope }) => codeStep(subject, scope.machine.driverKit.setLength(subject, length)),
  }),
  makingVerb({
    family,
    outcomes: ['made', 'code'],
    name: 'dkGetAddressRange',
    description: 'IOBufferMemoryDescriptor::GetAddressRange(). The name is the address in the driver’s task.',
    fields: {
      of: f.required(f.descriptorOf(BufferMemoryDescriptor, 'a buffer', 'A buffer.')),
      task: dext,
    },
    run: ({ of, task }, call) => {
      const result = call.scope.machine.driverKit.addressRange(task, of);
      if (result.kind !== 'range') return mappingStep(call, result);
      const { address, length } = result;
      const memory = { kind: 'memory', name: call.name, task, address, length } as const;
      call.scope.define(call.name, memory);
      return { outcome: 'made', about: memory };
    },
  }),
  makingVerb({
    ...creates,
    name: 'dkCreateSub',
    description: 'IOMemoryDescriptor::CreateSubMemoryDescriptor().',
    fields: {
      of: f.required(f.descriptorOrNull('The descriptor that it is a part of.')),
      options: direction,
      offset: f.required(f.number('Where the part begins.')),
      length: f.required(f.number('How many bytes.')),
    },
    run: ({ of, options, offset, length }, call) =>
      createStep(call, call.scope.machine.driverKit.createSub(options ?? outIn, offset, length, of ?? undefined)),
  }),
  makingVerb({
    ...creates,
    name: 'dkCreateWith',
    description: 'IOMemoryDescriptor::CreateWithMemoryDescriptors().',
    fields: { of: f.required(f.descriptors('Its parts, in order.')), options: direction },
    run: ({ of, options }, call) => createStep(call, call.scope.machine.driverKit.createWith(options ?? outIn, of)),
  }),
  makingVerb({
    ...creates,
    name: 'dkCreateFromClient',
    description: 'IOUserClient::CreateMemoryDescriptorFromClient(): the client’s memory, copy-on-write by default.',
    fields: {
      client: f.required(f.client('A user client with "driverKit": true.')),
      options: f.driverKitDirection('The direction (default OutIn), and kIOMemoryDisableCopyOnWrite.'),
      ranges: f.required(f.ranges('Ranges in the client’s task.')),
    },
    run: ({ client, options, ranges }, call) =>
      createStep(call, call.scope.machine.driverKit.createFromClient(client, options ?? outIn, ranges)),
  }),
];
