import type { KernelTable } from '../call-site';

/** IOGuardPageMemoryDescriptor. */
export const guardPageMemoryDescriptorCalls: KernelTable = {
  'IOGuardPageMemoryDescriptor::withSize': (site) =>
    site.run.kernel.descriptorResult(site, site.run.kernel.machine.guardPages(site.bits(0))),
};
