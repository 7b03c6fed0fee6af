/**
 * Runs XNU's own test of its memory descriptors in the simulator, function by function, and then whole:
 *
 *   npm run xnu-tests -- PATH/iokit/Tests/TestIOMemoryDescriptor.cpp [--only NAME] [--write]
 *
 * The file is not part of this repository. The exit code is 1 where a function does not run to its end with all
 * assertions true. With --write the table in docs/xnu-tests.md is written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { surroundings } from '../../server/cli/surroundings';
import { runFunction } from '../../server/concrete/run';
import { ConcreteProgram } from '../../server/features/concrete-program';
import { displayPath } from '../../server/files';
import { Workspace } from '../../server/workspace/workspace';

const page = 'docs/xnu-tests.md';
const entry = 'IOMemoryDescriptorTest';
const steps = 20_000_000_000;

interface Row {
  readonly name: string;
  readonly asserts: number;
  readonly failed: number;
  readonly result: string;
  readonly seconds: number;
}

class Tests {
  readonly #workspace = new Workspace(new Map([['DEVELOPMENT', '1']]));
  readonly #file: string;

  constructor(file: string, texts: ReadonlyMap<string, string>) {
    this.#file = file;
    for (const [path, text] of texts) this.#workspace.setFile(path, text);
  }

  /** The functions of the file that the whole test calls, in the order of the calls, then the whole test. */
  names(): readonly string[] {
    const functions = this.#workspace.functions(this.#file);
    const own = new Set(functions.map((each) => each.qualifiedName));
    const called = functions
      .filter((each) => each.qualifiedName === entry)
      .flatMap(({ variants }) => variants[0]?.blocks ?? [])
      .flatMap((block) => block.instructions)
      .flatMap((each) => (each.op === 'call' && each.callee.kind === 'function' ? [each.callee.name] : []));
    return [...new Set(called.filter((name) => own.has(name))), entry];
  }

  run(name: string): Row {
    const program = new ConcreteProgram(this.#workspace, this.#file);
    const [source] = program.functions(name);
    if (!source) return { name, asserts: 0, failed: 0, result: 'is not there', seconds: 0 };
    let asserts = 0;
    let failed = 0;
    const asserted = (holds: boolean): void => {
      asserts++;
      if (!holds) failed++;
    };
    const from = performance.now();
    const { outcome } = runFunction(program, { source, values: { newValue: '0' }, steps, asserted });
    const seconds = (performance.now() - from) / 1000;
    const result =
      outcome.kind === 'returned'
        ? `returns ${outcome.value}`
        : outcome.kind === 'not-modelled'
          ? `not modelled: ${outcome.what}`
          : `${outcome.kind}: ${outcome.reason}`;
    return { name, asserts, failed, result, seconds };
  }
}

function passes({ result, asserts, failed }: Row): boolean {
  return /^returns (?:0|kIOReturnSuccess)$/.test(result) && asserts > 0 && failed === 0;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, asserts, failed, result, seconds }) =>
      `| \`${name}\` | ${asserts.toLocaleString('en')} | ${failed} | ${result} | ${seconds.toFixed(2)} s |`,
  );
  return [
    '| function | asserts evaluated | false | result | time |',
    '| --- | ---: | ---: | --- | ---: |',
    ...lines,
  ].join('\n');
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined) {
    console.error('usage: npm run xnu-tests -- PATH/TestIOMemoryDescriptor.cpp [--only NAME] [--write]');
    return 2;
  }
  const tests = new Tests(displayPath(path, '.'), await surroundings([path], '.'));
  const rows = tests
    .names()
    .filter((name) => values.only === undefined || name === values.only)
    .map((name) => tests.run(name));
  const made = table(rows);
  console.log(made);
  if (values.write) {
    const text = readFileSync(page, 'utf8');
    const start = text.indexOf('| function |');
    writeFileSync(page, `${text.slice(0, start < 0 ? text.length : start)}${made}\n`);
  }
  return rows.every(passes) ? 0 : 1;
}

process.exitCode = await main();
