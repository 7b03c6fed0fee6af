import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../server/scenario/document';
import { runScenario } from '../../server/scenario/runner';
import { failureLines } from '../../server/cli/simulate-scenarios';

/** Every scenario here holds on each of its machines, and is named by the fact that it shows. */

const folder = import.meta.dirname;
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.iomap'))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .sort();

describe('conformance', () => {
  it('has scenarios', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('%s', (file) => {
    const { document, problems } = readScenario(readFileSync(join(folder, file), 'utf8'), file);
    const result = document && runScenario(document);
    const wrong = [...problems, ...(result?.problems ?? [])].map(
      ({ place, message }) => `${file}:${String(place.line)}:${String(place.column)}: ${message}`,
    );
    expect([...wrong, ...failureLines(result)]).toEqual([]);
    expect(result!.runs.flatMap(({ checks }) => checks).length, 'expectations').toBeGreaterThan(0);
    expect(file.split('/').at(-1)).toMatch(
      new RegExp(`^${result!.facts[0]?.replaceAll('.', '\\.') ?? '(?!)'}-[a-z0-9-]+\\.iomap$`),
    );
  });
});
