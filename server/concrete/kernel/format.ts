import type { CallSite } from '../call-site';
import { Unknown } from '../values';

const directive = /%([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*))?(hh|h|ll|l|q|z|t|j)?([diouxXcspeEfgGn@%])/g;

/** The text that a printf-like call makes; `at` is the index of its format. Values that are unknown print as "?". */
export function format(site: CallSite, at: number): string {
  const { run } = site;
  const pattern = run.typed.text(site.pointer(at), 4096, run.access(undefined, ''));
  let next = at + 1;
  const width = (given: string | undefined): number => (given === '*' ? number(site, next++) : Number(given ?? 0));
  return pattern.replace(
    directive,
    (_all, flags: string, wide: string, precise: string, size: string, kind: string) => {
      if (kind === '%') return '%';
      const columns = width(wide);
      const precision = precise === undefined ? undefined : width(precise);
      const argument = site.args[next];
      const index = next++;
      if (argument === undefined) return '?';
      if (argument instanceof Unknown && argument.value === undefined) return '?';
      return pad(one(site, index, size, kind, precision), columns, flags);
    },
  );
}

function number(site: CallSite, index: number): number {
  return Number(BigInt.asIntN(32, site.bits(index)));
}

function one(
  site: CallSite,
  index: number,
  size: string | undefined,
  kind: string,
  precision: number | undefined,
): string {
  const bits = size === 'll' || size === 'l' || size === 'q' || size === 'z' || size === 't' || size === 'j' ? 64 : 32;
  switch (kind) {
    case 'd':
    case 'i':
      return String(BigInt.asIntN(bits, site.bits(index)));
    case 'u':
      return String(BigInt.asUintN(bits, site.bits(index)));
    case 'o':
      return BigInt.asUintN(bits, site.bits(index)).toString(8);
    case 'x':
      return BigInt.asUintN(bits, site.bits(index))
        .toString(16)
        .padStart(precision ?? 0, '0');
    case 'X':
      return BigInt.asUintN(bits, site.bits(index))
        .toString(16)
        .toUpperCase()
        .padStart(precision ?? 0, '0');
    case 'c':
      return String.fromCharCode(Number(site.bits(index) & 0xffn));
    case 'p':
      return `0x${site.pointer(index).toString(16)}`;
    case 's': {
      const address = site.pointer(index);
      if (address === 0n) return '(null)';
      return site.run.typed.text(address, precision ?? 1024, site.run.access(undefined, ''));
    }
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return Number(site.known(index)).toFixed(precision ?? 6);
    default:
      return '?';
  }
}

function pad(text: string, columns: number, flags: string): string {
  if (flags.includes('-')) return text.padEnd(columns);
  return text.padStart(columns, flags.includes('0') ? '0' : ' ');
}
