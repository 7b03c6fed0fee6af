import type { CallSite } from '../call-site';
import { notModelled } from '../halt';
import { int32, uint32, uint64, Unknown, voidPointer } from '../values';

/**
 * Who makes a text: the kernel's __doprnt (osfmk/kern/printf.c), which has no precision for numbers and no floats, or the
 * C library, as in DriverKit and where os_log's texts are made.
 */
export type Printer = 'kernel' | 'library';

interface Directive {
  readonly left: boolean;
  readonly sign: string;
  readonly prefixed: boolean;
  readonly zeros: boolean;
  readonly columns: number;
  readonly precision: number | undefined;
  readonly bits: 8 | 16 | 32 | 64;
}

const directive = /%([-+ #0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(hh|h|ll|l|q|L|z|Z|t|j)?(?:\{[^}]*\})?([a-zA-Z@%])/g;

/** What a va_list holds for a format: the types of its values in their order. */
export function argumentTypes(pattern: string): readonly ('integer' | 'wide')[] {
  return [...pattern.matchAll(directive)].flatMap(([, , columns, precision, size, kind]) => {
    if (kind === '%') return [];
    const stars = [columns, precision].filter((each) => each === '*').map(() => 'integer' as const);
    const wide = isWide(size) || !/[diouxXc]/.test(kind!);
    return [...stars, wide ? ('wide' as const) : ('integer' as const)];
  });
}

/** The text that a printf-like call makes; `at` is the index of its format. Values that are unknown print as "?". */
export function format(site: CallSite, at: number, printer: Printer): string {
  const { run } = site;
  const pattern = run.typed.text(site.pointer(at), 65536, run.access(undefined, site.texts[at] ?? ''));
  let next = at + 1;
  const number = (): number => Number(BigInt.asIntN(32, run.integer(site.known(next++, int32))));
  return pattern.replace(
    directive,
    (all, flags: string, wide: string | undefined, precise: string | undefined, size: string, kind: string) => {
      if (kind === '%') return '%';
      // __doprnt writes the letter of what it does not know.
      if (printer === 'kernel' && !'bBcsoODdiuUpxXrRnN'.includes(kind)) return kind;
      const columns = wide === '*' ? number() : Number(wide ?? 0);
      const point = all.includes('.', 1);
      const precision = precise === '*' ? number() : precise === undefined ? (point ? 0 : undefined) : Number(precise);
      const argument = site.args[next];
      const index = next++;
      if (argument === undefined) return '?';
      if (argument instanceof Unknown && argument.value === undefined && !argument.neverSet) return '?';
      const one: Directive = {
        left: flags.includes('-') !== columns < 0 || (printer === 'library' && flags.includes('-')),
        sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
        prefixed: flags.includes('#') || kind === 'p',
        zeros: flags.includes('0'),
        columns: Math.abs(columns),
        precision: precision !== undefined && precision < 0 ? undefined : precision,
        bits: kind === 'p' || isWide(size) ? 64 : size === 'hh' ? 8 : size === 'h' ? 16 : 32,
      };
      return print(site, index, kind, one, printer);
    },
  );
}

function isWide(size: string | undefined): boolean {
  return size !== undefined && !size.startsWith('h');
}

function print(site: CallSite, index: number, kind: string, one: Directive, printer: Printer): string {
  const { run } = site;
  const kernel = printer === 'kernel';
  switch (kind) {
    case 'd':
    case 'i': {
      const value = BigInt.asIntN(one.bits, integer(site, index, true, one));
      return numeral(
        value < 0n ? -value : value,
        10,
        value < 0n ? '-' : one.sign,
        { ...one, prefixed: false },
        printer,
      );
    }
    case 'u':
    case 'U':
      return numeral(unsigned(site, index, one), 10, '', { ...one, prefixed: false }, printer);
    case 'o':
    case 'O':
      return numeral(unsigned(site, index, one), 8, '', one, printer);
    case 'x':
    case 'p':
      return numeral(unsigned(site, index, one), 16, '', one, printer);
    case 'X': {
      const text = numeral(unsigned(site, index, one), 16, '', one, printer).toUpperCase();
      return kernel ? text.replace('0X', '0x') : text;
    }
    case 'c': {
      const text = String.fromCharCode(Number(BigInt.asUintN(8, site.bits(index))));
      return kernel ? text : padded(text, one);
    }
    case 's': {
      const address = site.pointer(index);
      const most = one.precision ?? (kernel && one.columns > 0 ? one.columns : 65536);
      const text =
        address === 0n
          ? kernel
            ? ''
            : '(null)'
          : run.typed.text(address, most, run.access(undefined, site.texts[index] ?? ''));
      // __doprnt writes no more than the width asks for.
      return padded(kernel && one.columns > 0 ? text.slice(0, one.columns) : text, one);
    }
    case 'f':
    case 'F':
      return padded(Number(site.known(index)).toFixed(one.precision ?? 6), one);
    default:
      return notModelled(`%${kind} in a format`);
  }
}

function integer(site: CallSite, index: number, signed: boolean, { bits }: Directive): bigint {
  const wanted = bits === 64 ? uint64 : signed ? int32 : uint32;
  return site.run.integer(site.known(index, wanted));
}

function unsigned(site: CallSite, index: number, one: Directive): bigint {
  if (one.bits === 64 && one.prefixed) return BigInt.asUintN(64, site.run.integer(site.known(index, voidPointer)));
  return BigInt.asUintN(one.bits, integer(site, index, false, one));
}

function numeral(value: bigint, base: 8 | 10 | 16, sign: string, one: Directive, printer: Printer): string {
  let digits = value.toString(base);
  if (printer === 'library' && one.precision !== undefined)
    digits = value === 0n && one.precision === 0 ? '' : digits.padStart(one.precision, '0');
  const prefix =
    one.prefixed && (value !== 0n || (base === 16 && one.bits === 64 && printer === 'library'))
      ? base === 8
        ? '0'
        : '0x'
      : '';
  const zeros = one.zeros && !(printer === 'library' && (one.left || one.precision !== undefined));
  if (zeros) digits = digits.padStart(one.columns - sign.length - prefix.length, '0');
  return padded(sign + prefix + digits, one);
}

function padded(text: string, { left, columns }: Directive): string {
  return left ? text.padEnd(columns) : text.padStart(columns);
}
