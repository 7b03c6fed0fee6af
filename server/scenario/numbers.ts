/**
 * Numbers as scenarios write them: terms joined with + or -; a term is decimal, 0x…, nP (pages of the machine), nK, nM,
 * nG, or a name, with a member after a point where it is not the address that is meant. 64 bits, wrapping.
 */

export const numberPattern = '^\\s*[-+]?\\s*[A-Za-z0-9_.]+(\\s*[-+]\\s*[A-Za-z0-9_.]+)*\\s*$';

export interface NumberNames {
  readonly pageSize: number;
  /** A name's value, or one line on what is wrong with it. */
  value(name: string): bigint | string;
}

const units: Readonly<Record<string, bigint>> = { '': 1n, K: 1n << 10n, M: 1n << 20n, G: 1n << 30n };

/** The number, or one line on what is wrong. */
export function readNumber(text: string, names: NumberNames): bigint | string {
  if (!new RegExp(numberPattern).test(text))
    return `"${text}" is no number: write 4096, "0x1000", "2P" (pages), "64K", a name, or a sum of such`;
  let sum = 0n;
  for (const [, sign, term] of text.matchAll(/([-+]?)\s*([A-Za-z0-9_.]+)/g)) {
    const value = readTerm(term!, names);
    if (typeof value === 'string') return value;
    sum = sign === '-' ? sum - value : sum + value;
  }
  return BigInt.asUintN(64, sum);
}

function readTerm(term: string, names: NumberNames): bigint | string {
  if (!/^\d/.test(term)) return names.value(term);
  if (term.length > 24) return `"${term}" is no number of 64 bits`;
  if (/^0x[0-9a-f_]+$/i.test(term)) return inRange(term, BigInt(term.replaceAll('_', '')));
  const match = /^(\d[\d_]*)([PKMG]?)$/.exec(term);
  if (!match) return `"${term}" is no number: write 4096, 0x1000, 2P (pages), 64K, 16M or 1G`;
  const unit = match[2] === 'P' ? BigInt(names.pageSize) : units[match[2]!]!;
  return inRange(term, BigInt(match[1]!.replaceAll('_', '')) * unit);
}

function inRange(term: string, value: bigint): bigint | string {
  return value < 1n << 64n ? value : `"${term}" is no number of 64 bits`;
}
