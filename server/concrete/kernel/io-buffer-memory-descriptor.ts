import { BufferMemoryDescriptor } from '../../../sim/buffer-memory-descriptor';
import type { Task } from '../../../sim/task';
import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import type { Value } from '../values';
import { taskArgument } from './io-memory-descriptor';
import { descriptorOf, initDescriptor, optionBits } from './receivers';

/** kIOMemoryPhysicallyContiguous. */
const contiguous = 0x10;
/** kIOMemoryTypeMask and flags do not move when the direction changes (kIOMemoryDirectionMask). */
const directionMask = 0x7;

/** IOBufferMemoryDescriptor; argument defaults as in iokit/Kernel/IOBufferMemoryDescriptor.cpp. */
export const bufferMemoryDescriptorCalls: KernelTable = {
  'IOBufferMemoryDescriptor::withOptions': (site) => make(site, kernelTask(site), 0, 1, 2),
  'IOBufferMemoryDescriptor::inTaskWithOptions': (site) => make(site, taskArgument(site, 0), 1, 2, 3),
  'IOBufferMemoryDescriptor::inTaskWithPhysicalMask': (site) => make(site, taskArgument(site, 0), 1, 2, undefined),
  'IOBufferMemoryDescriptor::inTaskWithGuardPages': (site) => {
    const { kernel } = site.run;
    const made = kernel.machine.bufferWithGuardPages(taskArgument(site, 0), optionBits(site, 1), site.bits(2));
    return kernel.descriptorResult(site, made);
  },
  'IOBufferMemoryDescriptor::withCapacity': (site) => {
    const whole = site.bits(2) !== 0n;
    const capacity = site.bits(0);
    return makeBuffer(
      site,
      kernelTask(site),
      optionBits(site, 1) | (whole ? contiguous : 0),
      capacity,
      whole ? capacity : 1n,
    );
  },
  'IOBufferMemoryDescriptor::withBytes': (site) => {
    const { run } = site;
    const length = site.bits(1);
    const page = BigInt(run.kernel.machine.pageSize);
    const options = optionBits(site, 2) | (site.bits(3) !== 0n ? contiguous : 0);
    const made = makeBuffer(site, kernelTask(site), options, length, length <= page ? length : page);
    if (typeof made === 'bigint' && made !== 0n) {
      const address = run.kernel.getter(descriptorOf(site, made), 'getBytesNoCopy');
      run.typed.copy(address, site.pointer(0), Number(length), run.access(undefined, site.texts[0] ?? ''));
    }
    return made;
  },
  'IOBufferMemoryDescriptor::initWithOptions': (site) =>
    init(site, site.count > 3 ? taskArgument(site, 3) : kernelTask(site), 0, 1, 2),
  'IOBufferMemoryDescriptor::initWithPhysicalMask': (site) => init(site, taskArgument(site, 0), 1, 2, 3),
  'IOBufferMemoryDescriptor::getBytesNoCopy': (site) => {
    const buffer = bufferOf(site);
    const start = site.run.kernel.getter(buffer, 'getBytesNoCopy');
    if (site.count === 0) return start;
    const from = site.bits(0);
    return from + site.bits(1) > buffer.length ? 0n : start + from;
  },
  'IOBufferMemoryDescriptor::getCapacity': (site) => site.run.kernel.getter(bufferOf(site), 'getCapacity'),
  'IOBufferMemoryDescriptor::setLength': (site) => {
    const { kernel } = site.run;
    const freed = kernel.machine.setLength(bufferOf(site), site.bits(0));
    return freed ? kernel.codeResult(freed) : 0n;
  },
  'IOBufferMemoryDescriptor::setDirection': (site) => {
    const buffer = bufferOf(site);
    buffer.flags = (buffer.flags & ~directionMask) | (optionBits(site, 0) & directionMask);
    return 0n;
  },
  'IOBufferMemoryDescriptor::appendBytes': (site) => {
    const { run } = site;
    const buffer = bufferOf(site);
    const room = buffer.capacity - buffer.length;
    const size = site.bits(1) < room ? site.bits(1) : room;
    const end = run.kernel.getter(buffer, 'getBytesNoCopy') + buffer.length;
    run.typed.copy(end, site.pointer(0), Number(size), run.access(undefined, site.texts[0] ?? ''));
    run.kernel.machine.setLength(buffer, buffer.length + size);
    return 1n;
  },
};

function kernelTask(site: CallSite): Task {
  return site.run.kernel.machine.kernelTask;
}

function make(
  site: CallSite,
  task: Task | undefined,
  options: number,
  capacity: number,
  alignment: number | undefined,
): Value {
  const wanted = alignment === undefined ? 1n : site.bits(alignment, 1n);
  return makeBuffer(site, task, optionBits(site, options), site.bits(capacity), wanted === 0n ? 1n : wanted);
}

function init(site: CallSite, task: Task | undefined, options: number, capacity: number, alignment: number): Value {
  return initDescriptor(site, () =>
    site.run.kernel.machine.bufferInTask(
      task,
      optionBits(site, options),
      site.bits(capacity),
      site.bits(alignment, 1n) || 1n,
    ),
  );
}

function makeBuffer(
  site: CallSite,
  task: Task | undefined,
  options: number,
  capacity: bigint,
  alignment: bigint,
): Value {
  const { kernel } = site.run;
  return kernel.descriptorResult(site, kernel.machine.bufferInTask(task, options, capacity, alignment));
}

function bufferOf(site: CallSite): BufferMemoryDescriptor {
  const descriptor = descriptorOf(site);
  return descriptor instanceof BufferMemoryDescriptor
    ? descriptor
    : notModelled(`${site.name}() on what is no buffer descriptor`);
}
