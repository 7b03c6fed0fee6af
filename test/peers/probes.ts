import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Warning } from './warnings';

/** A mistake with the mapping API and its clean twin. */
export interface Probe {
  readonly file: string;
  readonly title: string;
  readonly text: string;
  /** Line on which the clean half begins. */
  readonly clean: number;
  /** What MapLens should find, as `rule` on a line. */
  readonly expected: readonly Warning[];
}

export const probeFolder = resolve('test/peers/probes');

/** The probes by file name; `// finds RULE` at a line's end says what MapLens should find there. */
export function readProbes(): readonly Probe[] {
  return readdirSync(probeFolder)
    .filter((file) => file.endsWith('.cpp'))
    .sort()
    .map((file) => {
      const text = readFileSync(join(probeFolder, file), 'utf8');
      const lines = text.split('\n');
      return {
        file,
        title: lines[0]!.replace(/^\/\/ /, ''),
        text,
        clean: lines.indexOf('// clean') + 1,
        expected: lines.flatMap((line, index) =>
          (/ \/\/ finds (.*)$/.exec(line)?.[1]?.split(', ') ?? []).map((message) => ({ line: index + 1, message })),
        ),
      };
    });
}

/** What probes include. */
export function probeHeader(): string {
  return readFileSync(join(probeFolder, 'iokit.h'), 'utf8');
}
