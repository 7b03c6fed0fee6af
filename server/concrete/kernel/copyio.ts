import type { Fault } from '../../../sim/outcomes';
import type { CallSite, KernelTable } from '../call-site';
import { fault } from '../halt';
import type { Access } from '../typed-memory';
import { uint64, type Value } from '../values';

/** Copies between the client's memory and the kernel's (osfmk/arm64/copyio.c, osfmk/x86_64/copyio.c). */
export const copyCalls: KernelTable = {
  copyin: (site) => copyIn(site, site.unsigned(0), site.pointer(1)),
  copyout: (site) => copyOut(site, site.pointer(0), site.unsigned(1)),
  copyinstr: (site) => copyInString(site, site.unsigned(0), site.pointer(1)),
};

/** EFAULT, EINVAL, ENAMETOOLONG (bsd/sys/errno.h). */
const badAddress = 14n;
const invalid = 22n;
const nameTooLong = 63n;
/** copysize_limit_panic: 64 MiB. */
const longestCopy = 64n << 20n;

/** What refuses a range before anything is copied: arm64 tells in copy_validate, x86_64 in copyio. */
function refusal(site: CallSite, address: bigint): bigint | undefined {
  const { space } = site.run.kernel.client();
  const size = site.unsigned(2);
  if (size > longestCopy) return invalid;
  const end = address + size;
  return address < space.addressOf(space.min) || end > space.addressOf(space.max) ? badAddress : undefined;
}

/** The range of kernel memory, which is checked whole before the first byte is copied (copy_validate_kernel_addr). */
function kernelRange(site: CallSite, index: number, verb: 'read' | 'write'): Access {
  const access = site.run.access(undefined, site.texts[index] ?? '');
  site.run.typed.checkRange(site.pointer(index), Number(site.unsigned(2)), access, verb);
  return access;
}

function copyIn(site: CallSite, from: bigint, to: bigint): Value {
  const { kernel, typed } = site.run;
  if (site.unsigned(2) === 0n) return 0n;
  const refused = refusal(site, from);
  if (refused !== undefined) return refused;
  const access = kernelRange(site, 1, 'write');
  return eachPage(site, from, (at, size) => {
    const result = kernel.machine.read(kernel.client(), at, size);
    if (result.kind === 'fault') return result;
    typed.writeBytes(to + (at - from), result.bytes, access);
    return undefined;
  });
}

function copyOut(site: CallSite, from: bigint, to: bigint): Value {
  const { kernel, typed } = site.run;
  if (site.unsigned(2) === 0n) return 0n;
  const refused = refusal(site, to);
  if (refused !== undefined) return refused;
  const access = kernelRange(site, 0, 'read');
  return eachPage(site, to, (at, size) => {
    const result = kernel.machine.write(kernel.client(), at, typed.readBytes(from + (at - to), size, access));
    return result.kind === 'fault' ? result : undefined;
  });
}

/** copyinstr(from, to, room, &copied): a string with its end; one without an end in the room is cut. */
function copyInString(site: CallSite, from: bigint, to: bigint): Value {
  const { kernel, typed } = site.run;
  const tell = (count: bigint): void => {
    typed.store(site.pointer(3), uint64, count, site.run.access(undefined, site.texts[3] ?? ''));
  };
  tell(0n);
  if (site.unsigned(2) === 0n && site.run.profile.arch === 'x86_64') return 0n;
  if (site.unsigned(2) === 0n) return nameTooLong;
  const refused = refusal(site, from);
  if (refused !== undefined) return refused;
  const access = kernelRange(site, 1, 'write');
  let ended = false;
  let copied = 0n;
  const result = eachPage(
    site,
    from,
    (at, size) => {
      for (let offset = 0; offset < size && !ended; offset++) {
        const read = kernel.machine.read(kernel.client(), at + BigInt(offset), 1);
        if (read.kind === 'fault') return read;
        typed.writeBytes(to + copied++, read.bytes, access);
        ended = read.bytes[0] === 0;
      }
      return undefined;
    },
    () => ended,
  );
  if (result !== 0n) return result;
  tell(copied);
  return ended ? 0n : nameTooLong;
}

/** Copies page by page: what lies before the first page that faults is copied. */
function eachPage(
  site: CallSite,
  start: bigint,
  copy: (at: bigint, size: number) => Fault | undefined,
  done: () => boolean = () => false,
): bigint {
  const { kernel } = site.run;
  const { space } = kernel.client();
  const end = start + site.unsigned(2);
  for (let at = start; at < end && !done();) {
    const next = at + BigInt(space.pageSize - space.offsetInPage(at));
    const stop = next < end ? next : end;
    const refused = copy(at, Number(stop - at));
    if (refused?.reason === 'blocked') {
      kernel.steps.note();
      return fault(refused.why);
    }
    if (refused) {
      kernel.machine.takeNotes();
      return badAddress;
    }
    at = stop;
  }
  return 0n;
}
