import * as f from '../fields';
import { descriptorStep, failed, mapStep, nothing } from '../results';
import { makingVerb, verb, type Verb } from '../verb';

/** Steps about providers and their memory, and about data queues. */

const mapping = { family: 'mapping', outcomes: ['new', 'shared', 'sub-map', 'static', 'same-task', 'NULL'] } as const;
const device = f.required(f.device('A device of "devices".'));
const options = f.mapOptions('kIOMap… options (default 0).');

export const deviceVerbs: readonly Verb[] = [
  makingVerb({
    ...mapping,
    name: 'mapDevice',
    description: 'IOService::mapDeviceMemoryWithIndex(): device memory, into the kernel.',
    fields: { device, index: f.required(f.number('Which of its ranges.')), options },
    run: ({ device: provider, index, options: bits }, call) =>
      mapStep(call, call.scope.machine.mapDeviceMemoryWithIndex(provider, Number(index), bits ?? 0)),
  }),
  makingVerb({
    ...mapping,
    name: 'mapRegister',
    description: 'IOPCIDevice::mapDeviceMemoryWithRegister(): the range of a base address register, into the kernel.',
    fields: { device, register: f.required(f.number('The register: 0x10 for the first range.')), options },
    run: ({ device: provider, register, options: bits }, call) =>
      mapStep(call, call.scope.machine.mapDeviceMemoryWithRegister(provider, Number(register), bits ?? 0)),
  }),
  verb(f.device('A device of "devices".'), {
    family: 'lifetime',
    outcomes: ['done'],
    name: 'removeDevice',
    description: 'The provider goes, with its references to its device memory.',
    fields: {},
    run: ({ subject }, { scope }) => {
      const panicked = scope.machine.removeDevice(subject);
      return panicked ? failed(panicked) : { outcome: 'done' };
    },
  }),
  makingVerb({
    family: 'making',
    outcomes: ['made', 'NULL'],
    name: 'dataQueue',
    description: 'IODataQueue::withCapacity(), or IOSharedDataQueue’s. The name is its address in the kernel.',
    fields: {
      size: f.required(f.number('How many bytes of entries.')),
      shared: f.flag('An IOSharedDataQueue, which has an appendix.'),
    },
    run: ({ size, shared }, call) => {
      const result = call.scope.machine.dataQueue(call.name, size, shared ?? false);
      if (result.kind === 'null') return nothing(call, result.why);
      call.scope.define(call.name, { kind: 'queue', queue: result.queue });
      return { outcome: 'made', why: result.why };
    },
  }),
  makingVerb({
    family: 'making',
    outcomes: ['made', 'NULL'],
    name: 'queueMemory',
    description: 'IODataQueue::getMemoryDescriptor(): a new descriptor in each call, in spite of its name.',
    fields: { queue: f.required(f.dataQueue('A data queue.')) },
    run: ({ queue }, call) => descriptorStep(call, call.scope.machine.dataQueueMemory(queue)),
  }),
  verb(f.dataQueue('A data queue.'), {
    family: 'lifetime',
    outcomes: ['done'],
    name: 'freeQueue',
    description: 'IODataQueue::free(): its pages leave the kernel’s map.',
    fields: {},
    run: ({ subject }, { scope }) => {
      scope.machine.freeDataQueue(subject);
      return { outcome: 'done' };
    },
  }),
];
