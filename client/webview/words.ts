import type { Hex, MachineProfile, Outcome } from '../../sim/trace';

/** A size for people: "64 KB", "0x1234 bytes". */
export function size(bytes: bigint): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (unit < units.length - 1 && value >= 1024n && value % 1024n === 0n) {
    value /= 1024n;
    unit++;
  }
  return value > 9999n ? `0x${bytes.toString(16)} bytes` : `${value} ${units[unit]}`;
}

/** Number of bytes between two addresses. */
export function distance(start: Hex, end: Hex): bigint {
  return BigInt(end) - BigInt(start);
}

/** An address with its digits in groups of four: "0xfffffe10_24a0_0000". */
export function address(value: Hex): string {
  const digits = value.slice(2);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 4) groups.unshift(digits.slice(Math.max(0, end - 4), end));
  const [first = '0', ...rest] = groups;
  // The first two groups of a kernel address say nothing apart: keep them together.
  return rest.length === 3 ? `0x${first}${rest[0]}_${rest[1]}_${rest[2]}` : `0x${groups.join('_')}`;
}

export function machine(profile: MachineProfile): string {
  return `${profile.arch} · macOS ${profile.release} · ${size(BigInt(profile.pageSize))} pages`;
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** How the run ended, in a short sentence. Undefined where it just returned. */
export function ending(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'returned':
      return undefined;
    case 'panic':
      return `The run ends in a panic: ${outcome.reason}`;
    case 'fault':
      return `The run ends in a fault: ${outcome.reason}`;
    case 'not-modelled':
      return `The run stops here, because the simulator does not model ${outcome.what}`;
    case 'budget':
      return `The run was stopped: ${outcome.reason}`;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** The last part of a file's URI. */
export function fileName(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
