import { InterleavedMemoryDescriptor } from '../../../sim/interleaved-memory-descriptor';
import type { DescriptorResult } from '../../../sim/outcomes';
import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import { descriptorOf, initDescriptor, optionBits } from './receivers';

/** IOInterleavedMemoryDescriptor; prepare() and complete() are IOMemoryDescriptor's, which know its pieces. */
export const interleavedMemoryDescriptorCalls: KernelTable = {
  'IOInterleavedMemoryDescriptor::withCapacity': (site) => site.run.kernel.descriptorResult(site, make(site)),
  'IOInterleavedMemoryDescriptor::initWithCapacity': (site) => initDescriptor(site, () => make(site)),
  'IOInterleavedMemoryDescriptor::setMemoryDescriptor': (site) => {
    const { kernel } = site.run;
    const part = descriptorOf(site, site.pointer(0));
    const result = kernel.machine.addSegment(interleavedOf(site), part, site.bits(1), site.bits(2));
    if (result.kind === 'use-after-free') return kernel.codeResult(result);
    kernel.steps.note();
    return result.kind === 'added' ? 1n : 0n;
  },
  'IOInterleavedMemoryDescriptor::clearMemoryDescriptors': (site) => {
    const { kernel } = site.run;
    const freed = kernel.machine.clearSegments(interleavedOf(site), optionBits(site, 0));
    if (freed) return kernel.codeResult(freed);
    kernel.steps.note();
    return 0n;
  },
};

function make(site: CallSite): DescriptorResult {
  return site.run.kernel.machine.interleaved(site.bits(0), optionBits(site, 1));
}

function interleavedOf(site: CallSite): InterleavedMemoryDescriptor {
  const descriptor = descriptorOf(site);
  return descriptor instanceof InterleavedMemoryDescriptor
    ? descriptor
    : notModelled(`${site.name}() on what is no interleaved descriptor`);
}
