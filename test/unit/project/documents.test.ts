import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allRules as rules } from '../../../server/rules/index';
import { configurationSchema, rulesSetting } from '../../../server/settings/schema';
import { rulePage } from '../../../server/rules/page';
import { misuses } from '../../support/misuse-catalogue';

const root = join(import.meta.dirname, '../../..');

describe('the documents', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/cli.md',
    'docs/drivers.md',
    'docs/iomap.md',
    'docs/model.md',
    'docs/vscode.md',
    'server/api/README.md',
  ];
  it.each(documents)('%s links to files that exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8').replace(/```[\s\S]*?```/g, '');
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    const folder = join(root, document, '..');
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(folder, target)))).toEqual([]);
  });

  it('name each layer of the table', async () => {
    const config: unknown = await import(pathToFileURL(join(root, 'eslint.config.mjs')).href);
    const { layers } = config as {
      layers: Readonly<Record<string, readonly string[]>>;
    };
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    for (const layer of Object.keys(layers)) expect(text).toContain(`\`${layer}/\``);
  });

  it('README gives commands that package.json has', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const text = ['README.md', 'CONTRIBUTING.md'].map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
    const names = [
      ...[...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!),
      ...[...text.matchAll(/npm (start|test)\b/g)].map((match) => match[1]!),
    ];
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

describe('docs/drivers.md', () => {
  const text = readFileSync(join(root, 'docs/drivers.md'), 'utf8');
  const rows = (heading: string): readonly (readonly string[])[] => {
    const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
    const lines = section.split('\n').filter((line) => line.startsWith('| '));
    return lines.slice(2).map((line) =>
      line
        .slice(2, -2)
        .split(/ \| /)
        .map((cell) => cell.trim()),
    );
  };
  const repositories = rows('What was read');
  const mapped = rows('Functions that return, with a mapping');
  const unmapped = rows('Functions that return without one');
  const others = rows('Functions that do not return');

  it('names each repository with its commit, and no place of a machine', () => {
    expect(repositories.length).toBeGreaterThan(10);
    for (const [name, commit] of repositories) {
      expect(name).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(commit).toMatch(/^`[0-9a-f]{12}`$/);
    }
    expect(text).not.toMatch(/\/(?:tmp|home|Users|work)\//);
  });

  it('has at least thirty functions that make a mapping and return, each with what was assumed', () => {
    expect(mapped.length).toBeGreaterThanOrEqual(30);
    for (const [name, place, , mappings, defects, assumed, ...more] of mapped) {
      expect(name).toMatch(/^`[\w:~]+`$/);
      expect(repositories.map(([repository]) => repository)).toContain(place?.split(', ')[0]);
      expect(place).toMatch(/, [\w./ -]+\.(?:cpp|c|cc|h|iig|mm)$/);
      expect(Number(mappings)).toBeGreaterThan(0);
      expect(defects).toMatch(
        /^(?:none|(?:(?:\d+ × )?(?:leak|use-after-free|over-release|fault|panic|undefined|null-dereference)(?:, |$))+)$/,
      );
      expect(assumed).toMatch(/^(?:none|.+ = .+)$/);
      expect(more).toEqual([]);
    }
    expect(mapped.filter(([place]) => place?.includes('xnu'))).toEqual([]);
  });

  it('counts its rows right, and gives a reason for each function that does not return', () => {
    const all = mapped.length + unmapped.length + others.length;
    expect(text).toContain(`${String(all - others.length)} of ${String(all)} run to`);
    expect(text).toContain(`and ${String(mapped.length)} of these make a mapping`);
    expect(repositories.reduce((sum, row) => sum + Number(row[2]), 0)).toBe(all);
    expect(repositories.reduce((sum, row) => sum + Number(row[3]), 0)).toBe(all - others.length);
    for (const [, , end, why] of others) {
      expect(end).toMatch(/^(?:panic|fault|undefined|not-modelled|budget|not-read)$/);
      expect(why).not.toBe('');
    }
    for (const [name] of others) expect(text.slice(text.indexOf('## What is behind them'))).toContain(name);
  });
});

describe('rule pages', () => {
  // After a change of a rule: npx vitest run test/unit/project -u
  it.each(rules.map((rule) => [rule.id, rule] as const))('%s.md is what the rule says', async (id, rule) => {
    await expect(rulePage(rule)).toMatchFileSnapshot(join(root, 'docs/rules', `${id}.md`));
  });

  it('have a schema of .maplens.json beside them that names each rule', async () => {
    const text = `${JSON.stringify(configurationSchema(rules), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(root, 'resources/maplens.schema.json'));
  });

  it('have a setting in the manifest that names each rule', async () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      contributes: { configuration: { properties: Record<string, object> } };
    };
    manifest.contributes.configuration.properties['maplens.rules'] = rulesSetting(rules);
    await expect(`${JSON.stringify(manifest, null, 2)}\n`).toMatchFileSnapshot(join(root, 'package.json'));
  });

  it('each belong to a rule, and README names each rule', () => {
    const ids = rules.map((rule) => rule.id).sort();
    expect(readdirSync(join(root, 'docs/rules')).sort()).toEqual(
      [...ids, 'README', 'not-checked'].map((id) => `${id}.md`).sort(),
    );
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect([...readme.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]!).sort()).toEqual(ids);
  });
});

describe('the catalogue of misuses', () => {
  const checked = (id: string): readonly string[] =>
    rules.filter((rule) => rule.semantics.includes(id)).map((rule) => rule.id);

  it('has every number that a rule names', () => {
    const known = new Set(misuses.map(({ id }) => id));
    expect(rules.flatMap((rule) => rule.semantics).filter((id) => !known.has(id))).toEqual([]);
  });

  it('is listed with the rules that look for each', async () => {
    const rows = misuses.map(({ id, what }) => {
      const names = checked(id).map((name) => `[\`${name}\`](${name}.md)`);
      return `| ${id} | ${what} | ${names.join(', ') || '[none](not-checked.md)'} |`;
    });
    const count = misuses.filter(({ id }) => checked(id).length > 0).length;
    const text = `# What the rules find

The misuses of IOKit's mapping API that MapLens knows of, and the rules that look for them: ${String(count)} of
${String(misuses.length)}. Why the others have none: [not-checked.md](not-checked.md).

| number | misuse | rules |
| --- | --- | --- |
${rows.join('\n')}
`;
    await expect(text).toMatchFileSnapshot(join(root, 'docs/rules/README.md'));
  });

  it('says of each misuse without a rule why', async () => {
    const rows = misuses
      .filter(({ id }) => checked(id).length === 0)
      .map((one) => `| ${one.id} | ${one.what} | ${one.unless} |`);
    const text = `# Not checked

Misuses of the [catalogue](README.md) that no rule looks for, and why. MapLens says nothing where it does not know.

| number | misuse | why |
| --- | --- | --- |
${rows.join('\n')}
`;
    await expect(text).toMatchFileSnapshot(join(root, 'docs/rules/not-checked.md'));
  });
});
