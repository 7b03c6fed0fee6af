import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { DescriptorResult } from '../../../sim/outcomes';
import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import { readInteger } from '../memory';
import { descriptorOf, initDescriptor, optionBits } from './receivers';

/** IOMultiMemoryDescriptor; prepare() and complete() are IOMemoryDescriptor's, which know its parts. */
export const multiMemoryDescriptorCalls: KernelTable = {
  'IOMultiMemoryDescriptor::withDescriptors': (site) => site.run.kernel.descriptorResult(site, make(site)),
  'IOMultiMemoryDescriptor::initWithDescriptors': (site) => initDescriptor(site, () => make(site)),
};

/** More descriptors than any array has. */
const most = 4096n;

function make(site: CallSite): DescriptorResult {
  const { run } = site;
  const array = site.pointer(0);
  const count = site.bits(1);
  if (count > most) return notModelled(`${site.name}() of ${count.toString()} descriptors`);
  const access = run.access(undefined, site.texts[0] ?? '');
  const parts: MemoryDescriptor[] = [];
  for (let index = 0n; index < count; index++) {
    const address = readInteger(run.typed.readBytes(array + index * 8n, 8, access), 0, 8);
    if (address === 0n)
      return run.kernel.stop(
        'null-dereference',
        `${site.name}(): element ${index.toString()} of ${site.texts[0] ?? 'the array'} is NULL, and the kernel retains it. Test each descriptor first.`,
      );
    parts.push(descriptorOf(site, address));
  }
  return run.kernel.machine.multi(parts, optionBits(site, 2));
}
