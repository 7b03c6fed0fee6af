/** Numbers as scenarios write them (docs/iomap.md), as far as a form can reckon with them. */

const units: Readonly<Record<string, bigint>> = { K: 1n << 10n, M: 1n << 20n, G: 1n << 30n };

/** The bytes that a number means, where no name is in it. */
export function bytesOf(text: string, pageSize: number): bigint | undefined {
  const terms = [...text.replaceAll(/\s+/g, '').matchAll(/([-+]?)([\w.]+)/g)];
  if (!terms.length || terms.map(([all]) => all).join('') !== text.replaceAll(/\s+/g, '')) return undefined;
  let sum = 0n;
  for (const [, sign, term] of terms) {
    const value = termBytes(term!, pageSize);
    if (value === undefined) return undefined;
    sum += sign === '-' ? -value : value;
  }
  return sum;
}

function termBytes(term: string, pageSize: number): bigint | undefined {
  if (/^0x[0-9a-f_]+$/i.test(term)) return BigInt(term.replaceAll('_', ''));
  const match = /^(\d[\d_]*)([PKMG]?)$/.exec(term);
  if (!match) return undefined;
  const unit = match[2] === 'P' ? BigInt(pageSize) : (units[match[2]!] ?? 1n);
  return BigInt(match[1]!.replaceAll('_', '')) * unit;
}

/** A number with some pages more or less, in the writing that it had; never below 0. */
export function addPages(text: string, pages: number, pageSize: number): string {
  const trimmed = text.trim();
  if (trimmed === '') return inPages(BigInt(Math.max(pages, 0)));
  const bytes = bytesOf(trimmed, pageSize);
  if (bytes === undefined) return withPages(trimmed, pages);
  const moved = bytes + BigInt(pages) * BigInt(pageSize);
  return rewritten(trimmed, moved < 0n ? 0n : moved, pageSize);
}

/** A number of bytes in the writing of another. */
export function rewritten(like: string, bytes: bigint, pageSize: number): string {
  const page = BigInt(pageSize);
  if (/^0x/i.test(like)) return `0x${bytes.toString(16)}`;
  if (/^[1-9]\d*$/.test(like)) return String(bytes);
  const unit = /^\d+([KMG])$/.exec(like)?.[1];
  if (unit !== undefined && bytes % units[unit]! === 0n) return `${String(bytes / units[unit]!)}${unit}`;
  return bytes % page === 0n ? inPages(bytes / page) : `0x${bytes.toString(16)}`;
}

function inPages(pages: bigint): string {
  return pages === 0n ? '0' : `${String(pages)}P`;
}

/** "m + 1P" and two pages → "m + 3P". */
function withPages(text: string, pages: number): string {
  const match = /^(.*?)\s*([-+])\s*(\d+)P$/.exec(text);
  const now = (match ? Number(`${match[2]!}${match[3]!}`) : 0) + pages;
  const rest = match ? match[1]! : text;
  return now === 0 ? rest : `${rest} ${now < 0 ? '-' : '+'} ${Math.abs(now)}P`;
}
