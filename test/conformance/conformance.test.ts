import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from '../../server/cli/scenario-schema';
import { failureLines } from '../../server/cli/simulate-scenarios';
import { readScenario } from '../../server/scenario/document';
import { runScenario } from '../../server/scenario/runner';
import type { Fact } from './facts/fact';
import { modelPage, sectionOf, type ShownScenario } from './model-page';

/** Every scenario here holds on each of its machines; every fact has one; docs/model.md lists both. */

const folder = import.meta.dirname;
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.iomap'))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .sort();

const ran = new Map(
  files.map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const { document, problems } = readScenario(text, file);
    const result = document && runScenario(document);
    const wrong = [...problems, ...(result?.problems ?? [])].map(
      ({ place, message }) => `${file}:${String(place.line)}:${String(place.column)}: ${message}`,
    );
    return [file, { text, result, wrong: [...wrong, ...(result ? failureLines(result) : [])] }];
  }),
);

const scenarios: readonly ShownScenario[] = files.flatMap((file) => {
  const { result, wrong } = ran.get(file)!;
  if (!result) return [];
  const machines = result.runs.map(({ machine }) => machine);
  const unread = wrong.length > 0 && !failureLines(result).length;
  const failing = result.runs.filter(({ checks }) => unread || checks.some(({ ok }) => !ok)).map((run) => run.machine);
  return [{ file, title: result.title, facts: result.facts, machines, failing }];
});

const facts: readonly Fact[] = (
  await Promise.all(
    readdirSync(join(folder, 'facts'))
      .filter((name) => name.endsWith('.ts') && name !== 'fact.ts')
      .sort()
      .map(async (name) => (await import(join(folder, 'facts', name))) as Readonly<Record<string, readonly Fact[]>>),
  )
).flatMap((module) => Object.values(module).flat());

describe('scenarios', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('%s', async (file) => {
    const { text, result, wrong } = ran.get(file)!;
    expect(wrong).toEqual([]);
    expect(await schemaProblems(text, file)).toEqual([]);
    expect(result!.runs.flatMap(({ checks }) => checks).length, 'expectations').toBeGreaterThan(0);
    const [fact = '(no fact)'] = result!.facts;
    expect(basename(file).startsWith(`${fact}-`), `${file} is named by its fact, ${fact}`).toBe(true);
  });
});

describe('facts', () => {
  it('have numbers of their own', () => {
    const ids = facts.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('each have a scenario, or say why a simulator can’t show them', () => {
    const shown = new Set(scenarios.flatMap((scenario) => scenario.facts));
    expect(facts.filter(({ id, unshown }) => !shown.has(id) && !unshown).map(({ id }) => id)).toEqual([]);
    expect(facts.filter(({ id, unshown }) => shown.has(id) && unshown).map(({ id }) => id)).toEqual([]);
  });

  it('are the ones that scenarios name', () => {
    const known = new Set(facts.map(({ id }) => id));
    const listed = new Set([...known].map(sectionOf));
    const unknown = scenarios.flatMap(({ file, facts: named }) =>
      named.filter((id) => listed.has(sectionOf(id)) && !known.has(id)).map((id) => `${file}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  // After a change: npx vitest run test/conformance -u
  it('are listed in docs/model.md', async () => {
    const introduction = readFileSync(join(folder, 'introduction.md'), 'utf8');
    await expect(modelPage(introduction, facts, scenarios)).toMatchFileSnapshot('../../docs/model.md');
  });
});
