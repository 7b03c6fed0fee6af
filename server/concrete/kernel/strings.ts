import { bytesOf } from '../byte-strings';
import { CallSite, type KernelTable } from '../call-site';
import { int32, uint64, type Value } from '../values';
import { argumentTypes, format, type Printer } from './format';

/** Where no size bounds what is written. */
const unbounded = 65536n;

/** The C library's string functions. */
export const stringCalls: KernelTable = {
  strlen: (site) => BigInt(text(site, 0).length),
  strnlen: (site) => BigInt(text(site, 0, site.unsigned(1)).length),
  strcmp: (site) => order(text(site, 0), text(site, 1)),
  strncmp: (site) => order(text(site, 0, site.unsigned(2)), text(site, 1, site.unsigned(2))),
  strcasecmp: (site) => order(folded(text(site, 0)), folded(text(site, 1))),
  strncasecmp: (site) => order(folded(text(site, 0, site.unsigned(2))), folded(text(site, 1, site.unsigned(2)))),
  strlcpy: (site) => {
    const from = text(site, 1);
    put(site, 0n, from, site.unsigned(2));
    return BigInt(from.length);
  },
  strlcat: (site) => {
    const size = site.unsigned(2);
    const before = BigInt(text(site, 0, size).length);
    const from = text(site, 1);
    if (before < size) put(site, before, from, size - before);
    return before + BigInt(from.length);
  },
  strncpy: (site) => {
    const size = block(site.unsigned(2));
    const padded = new Uint8Array(size);
    padded.set(bytesOf(text(site, 1, BigInt(size))));
    write(site, 0n, padded);
    return site.pointer(0);
  },
  strcpy: (site) => {
    put(site, 0n, text(site, 1), unbounded);
    return site.pointer(0);
  },
  strcat: (site) => {
    put(site, BigInt(text(site, 0).length), text(site, 1), unbounded);
    return site.pointer(0);
  },
  strncat: (site) => {
    const from = text(site, 1, site.unsigned(2));
    put(site, BigInt(text(site, 0).length), from, unbounded);
    return site.pointer(0);
  },
  strchr: (site) => found(site, `${text(site, 0)}\0`.indexOf(character(site))),
  strrchr: (site) => found(site, `${text(site, 0)}\0`.lastIndexOf(character(site))),
  strstr: (site) => found(site, text(site, 0).indexOf(text(site, 1))),
  strnstr: (site) => found(site, text(site, 0, site.unsigned(2)).indexOf(text(site, 1))),
  strtol: (site) => parsed(site, true),
  strtoul: (site) => parsed(site, false),
  snprintf: (site) => put(site, 0n, format(site, 2, printerOf(site)), site.unsigned(1)),
  vsnprintf: (site) => put(site, 0n, format(listed(site, 2, 3), 2, printerOf(site)), site.unsigned(1)),
  scnprintf: (site) => {
    const size = site.unsigned(1);
    const length = put(site, 0n, format(site, 2, 'kernel'), size);
    // bsd/kern/subr_prf.c, vscnprintf.
    return length < size ? length : size === 0n ? 0n : size - 1n;
  },
  sprintf: (site) => put(site, 0n, format(site, 1, printerOf(site)), unbounded),
};

/** Which printf a driver has: the kernel's own, or in DriverKit the C library's. */
export function printerOf({ run: { kernel } }: CallSite): Printer {
  return kernel.codeTask === kernel.machine.kernelTask ? 'kernel' : 'library';
}

/** A call that takes its values from a va_list, as one that is given them. */
export function listed(site: CallSite, at: number, list: number): CallSite {
  const { run } = site;
  const first = site.pointer(list);
  const access = run.access(undefined, site.texts[list] ?? '');
  const values = argumentTypes(text(site, at)).map((each, index) =>
    run.typed.load(first + BigInt(index * 8), each === 'wide' ? uint64 : int32, access),
  );
  return new CallSite(
    run,
    site.name,
    site.receiver,
    [...site.args.slice(0, at + 1), ...values],
    site.types.slice(0, at + 1),
    site.texts,
    site.result,
    site.place,
    site.text,
    site.into,
    site.used,
  );
}

/** The C string that an argument points to, at most `limit` bytes of it. */
function text(site: CallSite, index: number, limit = unbounded): string {
  return site.run.typed.text(site.pointer(index), block(limit), site.run.access(undefined, site.texts[index] ?? ''));
}

function block(size: bigint): number {
  return Number(size > unbounded ? unbounded : size);
}

function character(site: CallSite): string {
  return String.fromCharCode(Number(BigInt.asUintN(8, site.bits(1))));
}

function found(site: CallSite, at: number): bigint {
  return at < 0 ? 0n : site.pointer(0) + BigInt(at);
}

function folded(of: string): string {
  return of.replace(/[A-Z]/g, (each) => each.toLowerCase());
}

function order(left: string, right: string): bigint {
  return left === right ? 0n : left < right ? -1n : 1n;
}

/** Writes a string with its end, at most `size` bytes; answers the length that it would have had. */
function put(site: CallSite, at: bigint, what: string, size: bigint): bigint {
  if (size > 0n) write(site, at, bytesOf(`${what.slice(0, block(size) - 1)}\0`));
  return BigInt(what.length);
}

function write(site: CallSite, at: bigint, bytes: Uint8Array): void {
  site.run.typed.writeBytes(site.pointer(0) + at, bytes, site.run.access(undefined, site.texts[0] ?? ''));
}

/** strtol() and its kin: white space, a sign, a prefix, digits; what is too large becomes the largest value. */
function parsed(site: CallSite, signed: boolean): Value {
  const whole = text(site, 0);
  const [, space = '', sign = '', rest = ''] = /^(\s*)([-+]?)([^]*)$/.exec(whole) ?? [];
  let base = Number(site.bits(2));
  let digits = rest;
  let skipped = space.length + sign.length;
  if ((base === 0 || base === 16) && /^0x[0-9a-f]/i.test(digits)) {
    digits = digits.slice(2);
    skipped += 2;
    base = 16;
  } else if (base === 0) base = digits.startsWith('0') ? 8 : 10;
  let value = 0n;
  let length = 0;
  for (const each of digits) {
    const digit = /[0-9a-z]/i.test(each) ? Number.parseInt(each, 36) : base;
    if (digit >= base) break;
    value = value * BigInt(base) + BigInt(digit);
    length++;
  }
  const end = site.pointer(1);
  if (end !== 0n) {
    const at = site.pointer(0) + BigInt(length === 0 ? 0 : skipped + length);
    site.run.store(end, uint64, at, site.run.access(undefined, site.texts[1] ?? ''));
  }
  const negative = sign === '-';
  if (!signed)
    return value > 0xffff_ffff_ffff_ffffn ? 0xffff_ffff_ffff_ffffn : BigInt.asUintN(64, negative ? -value : value);
  const most = negative ? 1n << 63n : (1n << 63n) - 1n;
  const bounded = value > most ? most : value;
  return negative ? -bounded : bounded;
}
