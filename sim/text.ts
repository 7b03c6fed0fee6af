import type { Hex } from './trace';

/** Numbers as the pictures and sentences write them. */

/** "0x4000", as the trace carries it. */
export function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

/** An address in groups of four digits: "0xfffffe18_0001_4000". */
export function addressText(value: bigint | Hex): string {
  const digits = BigInt(value).toString(16);
  return `0x${digits.replace(/\B(?=([0-9a-f]{4})+$)/g, '_')}`;
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** "64 KB", "4.3 GB", "100 bytes". */
export function sizeText(value: bigint | Hex): string {
  const bytes = BigInt(value);
  if (bytes < 1024n) return bytes === 1n ? '1 byte' : `${bytes.toString()} bytes`;
  let unit = 0;
  let rest = bytes;
  while (rest >= 1024n * 1024n && unit < units.length - 2) {
    rest >>= 10n;
    unit++;
  }
  const tenths = Number((rest * 10n + 512n) / 1024n);
  const whole = Math.floor(tenths / 10);
  const exact = bytes % (1n << BigInt(10 * (unit + 1))) === 0n;
  const text = exact || tenths % 10 === 0 || whole >= 100 ? String(whole) : `${String(whole)}.${String(tenths % 10)}`;
  return `${text} ${units[unit + 1]!}`;
}

/** "1 reference", "2 references". */
export function countText(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
