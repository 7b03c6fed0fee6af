import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../../server/scenario/document';
import { withReference } from '../../../server/scenario/reference';
import { runScenario } from '../../../server/scenario/runner';

const page = join(import.meta.dirname, '../../../docs/iomap.md');
const text = readFileSync(page, 'utf8');

describe('docs/iomap.md', () => {
  // After a change of a verb: npx vitest run test/unit/scenario -u
  it('lists the verbs and expectations that there are', async () => {
    await expect(withReference(text)).toMatchFileSnapshot(page);
  });

  it('has examples that hold', () => {
    const examples = [...text.matchAll(/```jsonc\n([\s\S]*?)```/g)].map((match) => match[1]!);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const { document, problems } = readScenario(example, 'example.iomap');
      const result = runScenario(document!);
      expect([...problems, ...result.problems]).toEqual([]);
      const checks = result.runs.flatMap((run) => run.checks);
      expect(checks.length).toBeGreaterThan(0);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    }
  });
});
