import { InterleavedMemoryDescriptor } from '../../../sim/interleaved-memory-descriptor';
import { kIODirectionInOut } from '../../../sim/map-options';
import * as f from '../fields';
import { allocateStep, descriptorStep, doneStep, failed } from '../results';
import { makingVerb, verb, type Verb } from '../verb';

/** Steps that make memory and descriptors. */

const direction = f.direction('The direction, e.g. kIODirectionInOut (the default).');
const making = { family: 'making', outcomes: ['made', 'NULL'] } as const;

export const makingVerbs: readonly Verb[] = [
  makingVerb({
    ...making,
    name: 'allocate',
    description: 'Memory of a task’s own, as an application or the kernel allocates it. The name is its address.',
    fields: {
      task: f.required(f.task('Whose memory it is.')),
      size: f.required(f.number('How many bytes.')),
      at: f.number('A fixed address; else the first hole.'),
      protection: f.oneOf(['rw-', 'r--'], 'What the task may do with it (default rw-).'),
      kernelObject: f.flag('Memory of the kernel that can’t be mapped anywhere else, such as a zone’s.'),
    },
    run: ({ task, size, at, protection, kernelObject }, call) =>
      allocateStep(
        call,
        task,
        size,
        call.scope.machine.allocate(task, {
          size,
          ...(at === undefined ? {} : { address: at }),
          protection: protection ?? 'rw-',
          kernelObject: kernelObject ?? false,
        }),
      ),
  }),
  verb(f.task('The task whose memory goes.'), {
    family: 'making',
    outcomes: ['done'],
    name: 'deallocate',
    description: 'Removes whatever is mapped in the pages of a range, as vm_deallocate() does.',
    fields: { address: f.required(f.number('Where it begins.')), size: f.required(f.number('How many bytes.')) },
    run: ({ subject, address, size }, { scope }) => {
      scope.machine.vm.deallocate(subject, address, size);
      return { outcome: 'done', about: { kind: 'task', task: subject } };
    },
  }),
  makingVerb({
    ...making,
    name: 'describe',
    description:
      'A descriptor of a task’s memory or of physical memory: IOMemoryDescriptor::withAddressRange(), withAddressRanges() or withOptions().',
    fields: {
      task: f.taskOrNull('Whose memory the ranges are; NULL for physical memory.'),
      physical: f.flag('The ranges are physical addresses.'),
      options: f.descriptorOptions('The direction and kIOMemory… options.'),
      address: f.number('Where the one range begins.'),
      length: f.number('How long the one range is, in bytes.'),
      ranges: f.ranges('Several ranges.'),
    },
    run: ({ task, physical, options, address, length, ranges }, call) => {
      const { scope } = call;
      if (task !== undefined && physical)
        return scope.problem(call.step, '"describe" has a "task" or is "physical", not both');
      if (task === undefined && !physical)
        return scope.problem(call.step, '"describe" needs a "task", or "physical": true');
      const one = address !== undefined && length !== undefined;
      if (ranges ? address !== undefined || length !== undefined : !one)
        return scope.problem(call.step, '"describe" needs "address" and "length", or "ranges"');
      const all = ranges ?? [{ address: address!, length: length! }];
      return descriptorStep(call, scope.machine.withAddressRanges(all, options ?? 0, task ?? undefined));
    },
  }),
  verb(f.descriptor('A descriptor that is in use.'), {
    ...making,
    name: 'reinit',
    description:
      'IOGeneralMemoryDescriptor::initWithOptions() once more: the descriptor describes other memory from now on.',
    fields: {
      task: f.required(f.task('Whose memory the range is.')),
      options: f.descriptorOptions('The direction and kIOMemory… options.'),
      address: f.required(f.number('Where the range begins.')),
      length: f.required(f.number('How long it is, in bytes.')),
    },
    run: ({ subject, task, options, address, length }, { scope }) => {
      const result = scope.machine.reinit(subject, [{ address, length }], options ?? 0, task);
      if (result.kind === 'panic' || result.kind === 'use-after-free') return failed(result);
      const outcome = result.kind === 'null' ? 'NULL' : 'made';
      return { outcome, why: result.why, about: { kind: 'object', object: subject } };
    },
  }),
  makingVerb({
    ...making,
    name: 'withAddress',
    description: 'IOMemoryDescriptor::withAddress(): kernel memory, prepared at once.',
    fields: {
      address: f.required(f.number('Where it begins, in the kernel.')),
      length: f.required(f.number('How many bytes.')),
      direction,
    },
    run: ({ address, length, direction: wanted = kIODirectionInOut }, call) =>
      descriptorStep(call, call.scope.machine.withAddress(address, length, wanted)),
  }),
  makingVerb({
    ...making,
    name: 'withPersistent',
    description:
      'IOMemoryDescriptor::withPersistentMemoryDescriptor(): the same descriptor with a further reference, or a new one.',
    fields: { of: f.required(f.descriptor('The original.')) },
    run: ({ of }, call) => descriptorStep(call, call.scope.machine.withPersistent(of)),
  }),
  makingVerb({
    ...making,
    name: 'buffer',
    description: 'IOBufferMemoryDescriptor::inTaskWithOptions(), or inTaskWithGuardPages().',
    fields: {
      task: f.required(f.taskOrNull('Where the buffer is made; NULL for a pageable one that no task maps.')),
      options: f.bufferOptions(
        'The direction and the buffer’s options, e.g. kIODirectionInOut|kIOMemoryKernelUserShared.',
      ),
      capacity: f.required(f.number('How many bytes.')),
      alignment: f.number('Alignment in bytes (default 1).'),
      guardPages: f.flag('Whole pages between two guard pages.'),
      physicalMask: f.number('inTaskWithPhysicalMask(): the bits that its physical addresses may have.'),
    },
    run: ({ task, options = kIODirectionInOut, capacity, alignment, guardPages, physicalMask }, call) => {
      const { machine } = call.scope;
      return descriptorStep(
        call,
        guardPages
          ? machine.bufferWithGuardPages(task ?? undefined, options, capacity)
          : physicalMask !== undefined
            ? machine.bufferWithPhysicalMask(task ?? undefined, options, capacity, physicalMask)
            : machine.bufferInTask(task ?? undefined, options, capacity, alignment ?? 1n),
      );
    },
  }),
  makingVerb({
    ...making,
    name: 'sub',
    description: 'IOSubMemoryDescriptor::withSubRange(): a part of another descriptor.',
    fields: {
      of: f.required(f.descriptor('The descriptor that it is a part of.')),
      offset: f.required(f.number('Where the part begins.')),
      length: f.required(f.number('How many bytes.')),
      direction,
    },
    run: ({ of, offset, length, direction: wanted = kIODirectionInOut }, call) =>
      descriptorStep(call, call.scope.machine.subRange(of, offset, length, wanted)),
  }),
  makingVerb({
    ...making,
    name: 'multi',
    description: 'IOMultiMemoryDescriptor::withDescriptors(): several descriptors, one after the other.',
    fields: { of: f.required(f.descriptors('Its parts, in order.')), direction },
    run: ({ of, direction: wanted = kIODirectionInOut }, call) =>
      descriptorStep(call, call.scope.machine.multi(of, wanted)),
  }),
  makingVerb({
    ...making,
    name: 'guardPages',
    description: 'IOGuardPageMemoryDescriptor::withSize(): pages that nobody may touch.',
    fields: { size: f.required(f.number('How many bytes; rounded up to pages.')) },
    run: ({ size }, call) => descriptorStep(call, call.scope.machine.guardPages(size)),
  }),
  makingVerb({
    ...making,
    name: 'interleaved',
    description: 'IOInterleavedMemoryDescriptor::withCapacity(): room for so many pieces.',
    fields: { capacity: f.required(f.number('How many pieces.')), direction },
    run: ({ capacity, direction: wanted = kIODirectionInOut }, call) =>
      descriptorStep(call, call.scope.machine.interleaved(capacity, wanted)),
  }),
  verb(f.descriptorOf(InterleavedMemoryDescriptor, 'an interleaved one', 'The interleaved descriptor.'), {
    family: 'making',
    outcomes: ['added', 'refused'],
    name: 'addSegment',
    description: 'IOInterleavedMemoryDescriptor::setMemoryDescriptor(): adds a piece.',
    fields: {
      descriptor: f.required(f.descriptor('What the piece is of.')),
      offset: f.required(f.number('Where in it the piece begins.')),
      length: f.required(f.number('How many bytes.')),
    },
    run: ({ subject, descriptor, offset, length }, { scope }) => {
      const result = scope.machine.addSegment(subject, descriptor, offset, length);
      if (result.kind === 'use-after-free') return failed(result);
      return { outcome: result.kind, why: result.why, about: { kind: 'object', object: subject } };
    },
  }),
  verb(f.descriptorOf(InterleavedMemoryDescriptor, 'an interleaved one', 'The interleaved descriptor.'), {
    family: 'making',
    outcomes: ['done'],
    name: 'clearSegments',
    description: 'IOInterleavedMemoryDescriptor::clearMemoryDescriptors().',
    fields: { direction: f.direction('The direction from now on; none keeps the present one.') },
    run: ({ subject, direction: wanted }, { scope }) =>
      doneStep(subject, scope.machine.clearSegments(subject, wanted ?? 0)),
  }),
];
