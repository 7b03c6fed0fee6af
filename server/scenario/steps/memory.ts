import { BufferMemoryDescriptor } from '../../../sim/buffer-memory-descriptor';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import * as f from '../fields';
import { accessStep, codeStep, doneStep, failed, transferStep } from '../results';
import { verb, type Verb } from '../verb';

/** Steps about what is in memory. */

const descriptor = f.descriptor('A descriptor.');
const task = f.task('The task whose address space the CPU uses.');

export const memoryVerbs: readonly Verb[] = [
  verb(descriptor, {
    family: 'memory',
    outcomes: ['code'],
    name: 'prepare',
    description: 'IOMemoryDescriptor::prepare(): wires the memory.',
    fields: { direction: f.direction('The direction; none, the default, is the descriptor’s own.') },
    run: ({ subject, direction }, { scope }) => codeStep(subject, scope.machine.prepare(subject, direction ?? 0)),
  }),
  verb(descriptor, {
    family: 'memory',
    outcomes: ['code'],
    name: 'complete',
    description: 'IOMemoryDescriptor::complete(): the other half of prepare().',
    fields: { direction: f.direction('The direction, which the kernel ignores.') },
    run: ({ subject }, { scope }) => codeStep(subject, scope.machine.complete(subject)),
  }),
  verb(f.descriptorOf(BufferMemoryDescriptor, 'a buffer', 'A buffer.'), {
    family: 'memory',
    outcomes: ['done'],
    name: 'setLength',
    description: 'IOBufferMemoryDescriptor::setLength(): within the capacity; else nothing happens.',
    fields: { length: f.required(f.number('The new length.')) },
    run: ({ subject, length }, { scope }) => doneStep(subject, scope.machine.setLength(subject, length)),
  }),
  verb(f.descriptorOf(BufferMemoryDescriptor, 'a buffer', 'A buffer.'), {
    family: 'memory',
    outcomes: ['transferred'],
    name: 'appendBytes',
    description: 'IOBufferMemoryDescriptor::appendBytes(). The value is how many bytes the capacity had room for.',
    fields: { bytes: f.required(f.bytes('What is appended: "11 22 33", or a fill.')) },
    run: ({ subject, bytes }, { scope }) => transferStep(subject, scope.machine.appendBytes(subject, bytes)),
  }),
  verb(descriptor, {
    family: 'memory',
    outcomes: ['transferred'],
    name: 'readBytes',
    description: 'IOMemoryDescriptor::readBytes(). The value is how many bytes it read.',
    fields: {
      offset: f.required(f.number('Where in the descriptor.')),
      length: f.required(f.byteCount('How many bytes.')),
    },
    run: ({ subject, offset, length }, { scope }) =>
      transferStep(subject, scope.machine.readBytes(subject, offset, length)),
  }),
  verb(descriptor, {
    family: 'memory',
    outcomes: ['transferred'],
    name: 'writeBytes',
    description: 'IOMemoryDescriptor::writeBytes(). The value is how many bytes it wrote.',
    fields: {
      offset: f.required(f.number('Where in the descriptor.')),
      bytes: f.required(f.bytes('What is written: "11 22 33", or a fill.')),
    },
    run: ({ subject, offset, bytes }, { scope }) =>
      transferStep(subject, scope.machine.writeBytes(subject, offset, bytes)),
  }),
  verb(f.object('A map or descriptor.'), {
    family: 'memory',
    outcomes: ['segment'],
    name: 'physicalSegment',
    description:
      'getPhysicalSegment() of a map or a descriptor. The value is the physical address, 0 where there is none.',
    fields: { offset: f.number('Where in the map or descriptor (default 0).') },
    run: ({ subject, offset }, { scope }) => {
      const object = subject.kind === 'map' ? (subject as MemoryMap) : (subject as MemoryDescriptor);
      const result = scope.machine.getPhysicalSegment(object, offset ?? 0n);
      if (result.kind !== 'segment') return failed(result);
      return { outcome: 'segment', value: result.address, range: result, about: { kind: 'object', object } };
    },
  }),
  verb(descriptor, {
    family: 'memory',
    outcomes: ['answered'],
    name: 'dmaMapLength',
    description:
      'IOMemoryDescriptor::getDMAMapLength(): its length is the bytes of DMA address space that the memory takes, its address where in the first page it begins.',
    fields: {},
    run: ({ subject }, { scope }) => {
      const result = scope.machine.getDMAMapLength(subject);
      if ('kind' in result) return failed(result);
      const range = { address: result.offset, length: result.length };
      return { outcome: 'answered', value: result.length, range, about: { kind: 'object', object: subject } };
    },
  }),
  verb(task, {
    family: 'memory',
    outcomes: ['written'],
    name: 'write',
    description: 'Stores by the CPU, in a task’s address space.',
    fields: {
      at: f.required(f.number('The address.')),
      bytes: f.required(f.bytes('What is written: "11 22 33", or a fill.')),
    },
    run: ({ subject, at, bytes }, { scope }) => accessStep(subject, scope.machine.write(subject, at, bytes)),
  }),
  verb(task, {
    family: 'memory',
    outcomes: ['read'],
    name: 'read',
    description: 'Loads by the CPU, from a task’s address space.',
    fields: {
      at: f.required(f.number('The address.')),
      length: f.required(f.byteCount('How many bytes.')),
    },
    run: ({ subject, at, length }, { scope }) => accessStep(subject, scope.machine.read(subject, at, length)),
  }),
];
