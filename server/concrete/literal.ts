import type { Program } from './program';

/**
 * The value of a C literal or of a constant's name: "4096", "0x1000", "'a'", "-1", "1.5", "NULL", "true",
 * "kIOMapAnywhere | kIOMapReadOnly". Undefined for anything else.
 */
export function literal(text: string, program: Program): bigint | number | undefined {
  const parts = text.split('|').map((part) => single(part.trim(), program));
  if (parts.length === 1) return parts[0];
  let bits = 0n;
  for (const part of parts) {
    if (typeof part !== 'bigint') return undefined;
    bits |= part;
  }
  return bits;
}

function single(text: string, program: Program): bigint | number | undefined {
  if (text.startsWith('(') && text.endsWith(')')) return literal(text.slice(1, -1), program);
  if (text.startsWith('-')) {
    const value = single(text.slice(1).trim(), program);
    return value === undefined ? undefined : -value;
  }
  if (text === 'NULL' || text === 'nullptr' || text === 'false') return 0n;
  if (text === 'true') return 1n;
  const integer = /^(0x[0-9a-f]+|0b[01]+|\d+)[ul]*$/i.exec(text)?.[1];
  if (integer !== undefined) return /^0\d/.test(integer) ? octal(integer) : BigInt(integer);
  const character = /^'(.)'$/.exec(text)?.[1];
  if (character !== undefined) return BigInt(character.charCodeAt(0));
  if (/^\d*\.\d+(e[-+]?\d+)?f?$/i.test(text)) return Number.parseFloat(text);
  return /^\w+$/.test(text) ? program.constant(text) : undefined;
}

function octal(text: string): bigint | undefined {
  return /^[0-7]+$/.test(text) ? BigInt(`0o${text}`) : undefined;
}
