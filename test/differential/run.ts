/**
 * Compares the interpreter with a compiler on random programs:
 *
 *   npm run differential -- [--seed N] [--count N] [--kind effects|objects]
 *
 * Needs clang++ (or what CXX names). Each program is a function f() that returns a hash of all that it computed. The
 * exit code is 1 where a program differs, whose text is printed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runFunction } from '../../server/concrete/run';
import { ConcreteProgram } from '../../server/features/concrete-program';
import { Workspace } from '../../server/workspace/workspace';
import { effects } from './effects';
import { objects } from './objects';
import { Random } from './random';

const kinds = { effects, objects } as const;
const together = 50;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    kind: { type: 'string' },
  },
});

/** What the compiled programs return, in their order; undefined for one that does not compile or ends otherwise. */
function compiled(programs: readonly string[], folder: string): readonly (string | undefined)[] {
  const calls = programs.map(
    (_each, index) =>
      `  { int child = fork(); if (!child) { printf("${index} %llu\\n", (unsigned long long)p${index}::f()); fflush(stdout); _exit(0); } waitpid(child, nullptr, 0); }`,
  );
  const headers = ['cstdint', 'cstdio', 'cstring', 'unistd.h', 'sys/wait.h'].map((each) => `#include <${each}>`);
  const parts = programs.map((text, index) => `namespace p${index} {\n${text}}`);
  const source = join(folder, 'programs.cpp');
  const binary = join(folder, 'programs');
  writeFileSync(source, `${[...headers, ...parts].join('\n')}\nint main() {\n${calls.join('\n')}\n}\n`);
  const compiler = process.env['CXX'] ?? 'clang++';
  const made = spawnSync(compiler, ['-std=c++17', '-O0', '-w', '-o', binary, source], { encoding: 'utf8' });
  if (made.error) throw made.error;
  if (made.status !== 0) {
    if (programs.length === 1) return [undefined];
    const half = programs.length >> 1;
    return [...compiled(programs.slice(0, half), folder), ...compiled(programs.slice(half), folder)];
  }
  const found = new Map<number, string>();
  for (const [, index, value] of spawnSync(binary, { encoding: 'utf8' }).stdout.matchAll(/^(\d+) (\d+)$/gm))
    found.set(Number(index), value!);
  return programs.map((_each, index) => found.get(index));
}

/** What the interpreter returns, as closures and as JavaScript. */
function interpreted(text: string): string {
  const workspace = new Workspace();
  workspace.setFile('driver.cpp', text);
  workspace.readAll();
  const lowered = workspace.functions('driver.cpp').find((each) => each.qualifiedName === 'f');
  const program = new ConcreteProgram(workspace, 'driver.cpp');
  const [source] = lowered ? program.placed(lowered) : [];
  if (!source) return 'f() was not read';
  const [closures, script] = [Infinity, 0].map((hot) => {
    const { outcome, assumptions } = runFunction(program, { source, hot });
    const assumed = assumptions.filter(({ value }) => !value.endsWith('as initialised'));
    const shown = 'value' in outcome ? outcome.value : JSON.stringify(outcome);
    return assumed.length > 0 ? `${shown}, assuming ${assumed.map(({ what }) => what).join(', ')}` : shown;
  });
  return closures === script ? closures! : `${closures} as closures, ${script} as JavaScript`;
}

const folder = mkdtempSync(join(tmpdir(), 'maplens-differential-'));
let [differ, skipped] = [0, 0];
const count = Number(values.count);
const chosen = Object.entries(kinds).filter(([name]) => values.kind === undefined || name === values.kind);
try {
  for (const [name, make] of chosen)
    for (let from = 0; from < count; from += together) {
      const seeds = Array.from(
        { length: Math.min(together, count - from) },
        (_each, index) => Number(values.seed) + from + index,
      );
      const programs = seeds.map((seed) => make(new Random(seed)));
      compiled(programs, folder).forEach((wanted, index) => {
        if (wanted === undefined) {
          skipped++;
          return;
        }
        const got = interpreted(programs[index]!);
        if (/^-?\d+$/.test(got) && BigInt.asUintN(64, BigInt(got)) === BigInt(wanted)) return;
        differ++;
        console.log(
          `\n${name}, seed ${String(seeds[index])}: the compiler says ${wanted}, the interpreter ${got}\n${programs[index]!}`,
        );
      });
    }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${String(count * chosen.length)} programs: ${String(differ)} differ, ${String(skipped)} don’t compile`);
process.exitCode = differ > 0 ? 1 : 0;
