import { CallSite, type KernelTable } from '../call-site';
import { uint64, type Value } from '../values';
import { format } from './format';

/** The C library's string functions. */
export const stringCalls: KernelTable = {
  strlen: (site) => BigInt(bytes(text(site, 0)).length),
  strnlen: (site) => {
    const length = BigInt(bytes(text(site, 0)).length);
    return length < site.bits(1) ? length : site.bits(1);
  },
  strcmp: (site) => order(text(site, 0), text(site, 1)),
  strncmp: (site) => order(text(site, 0).slice(0, Number(site.bits(2))), text(site, 1).slice(0, Number(site.bits(2)))),
  strcasecmp: (site) => order(text(site, 0).toLowerCase(), text(site, 1).toLowerCase()),
  strlcpy: (site) => put(site, text(site, 1), site.bits(2)),
  strlcat: (site) => put(site, text(site, 0) + text(site, 1), site.bits(2)),
  strncpy: (site) => {
    put(site, text(site, 1), site.bits(2));
    return site.pointer(0);
  },
  strcpy: (site) => {
    put(site, text(site, 1), 65536n);
    return site.pointer(0);
  },
  snprintf: (site) => put(site, format(site, 2), site.bits(1)),
  vsnprintf: (site) => put(site, format(listed(site, 2, 3), 2), site.bits(1)),
  scnprintf: (site) => put(site, format(site, 2), site.bits(1)),
  sprintf: (site) => put(site, format(site, 1), 65536n),
};

/** A call that takes its values from a va_list, as one that is given them. */
function listed(site: CallSite, at: number, list: number): CallSite {
  const count = [
    ...text(site, at)
      .replaceAll('%%', '')
      .matchAll(/%[^%]|\*/g),
  ].length;
  const first = site.pointer(list);
  const access = site.run.access(undefined, site.texts[list] ?? '');
  const values = Array.from({ length: count }, (_each, index) =>
    site.run.typed.load(first + BigInt(index * 8), uint64, access),
  );
  const { run, name, receiver, result, place, text: call, into, used } = site;
  const args = [...site.args.slice(0, at + 1), ...values];
  return new CallSite(
    run,
    name,
    receiver,
    args,
    site.types.slice(0, at + 1),
    site.texts,
    result,
    place,
    call,
    into,
    used,
  );
}

function text(site: CallSite, index: number): string {
  return site.run.typed.text(site.pointer(index), 65536, site.run.access(undefined, site.texts[index] ?? ''));
}

function bytes(of: string): Uint8Array {
  return new TextEncoder().encode(of);
}

function order(left: string, right: string): bigint {
  return left === right ? 0n : left < right ? -1n : 1n;
}

/** Writes a string with its end, at most `size` bytes; answers the length that it would have had. */
function put(site: CallSite, what: string, size: bigint): Value {
  const whole = bytes(what);
  if (size > 0n) {
    const room = Number(size > 65536n ? 65536n : size) - 1;
    const cut = whole.subarray(0, room);
    const ended = new Uint8Array(cut.length + 1);
    ended.set(cut);
    site.run.typed.writeBytes(site.pointer(0), ended, site.run.access(undefined, site.texts[0] ?? ''));
  }
  return BigInt(whole.length);
}
