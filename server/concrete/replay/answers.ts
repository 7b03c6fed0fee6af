import { returnContract } from '../../api/attributes';
import type { CallSite } from '../call-site';
import { isPointer, type Value } from '../values';
import { isCode } from './wants';

/** kIOReturnNoMemory (iokit/IOKit/IOReturn.h). */
const noMemory = 0xe00002bdn;

/** Whether a call of the kernel may go wrong for reasons that the run does not have: memory, address space, a bus. */
export function mayFail(site: CallSite): boolean {
  const { result, run } = site;
  if (isCode(result) || result.kind === 'bool') return true;
  // How many others hold an object, nothing in view tells.
  if (/(^|::)getRetainCount$/.test(site.name)) return true;
  if (/::(read|write)Bytes$/.test(site.name)) return true;
  const declaration = run.program.declaration(site.name);
  if (isPointer(result) || result.kind === 'class' || result.kind === 'unknown')
    return !declaration || returnContract(declaration).nullable !== false;
  return run.objects.at(site.receiver)?.assumed === true && !run.objects.at(site.receiver)?.sim;
}

/** What such a call answers when it fails. */
export function failureOf(site: CallSite): Value {
  return isCode(site.result) ? BigInt.asIntN(32, noMemory) : 0n;
}
