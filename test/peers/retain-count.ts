/**
 * Measures MapLens beside clang's analyzer and cppcheck, on LLVM's own test of its retain-count checker and on the probes:
 *
 *   npm run peers -- --test FILE [--clang PROGRAM]… [--cppcheck PROGRAM] [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asWarnings, peersPage } from './page';
import type { Measured } from './page';
import { probeFolder, probeHeader, readProbes } from './probes';
import { clang, cppcheck } from './tools';
import { compare, findingsIn } from './warnings';

const { values } = parseArgs({
  options: {
    test: { type: 'string' },
    clang: { type: 'string', multiple: true, default: [] },
    cppcheck: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

function main(path: string): number {
  const test = resolve(path);
  const text = readFileSync(test, 'utf8');
  const beside = ['os_object_base.h', 'os_smart_ptr.h'].map((name) => join(dirname(test), name));
  const sources = new Map([test, ...beside].map((file) => [basename(file), readFileSync(file, 'utf8')]));
  const probes = readProbes();
  const ours: Measured = {
    name: 'MapLens',
    retainCount: compare(
      text,
      findingsIn(sources).map(({ line, rule, message }) => ({ line, message: `${rule}: ${message.split('\n')[0]!}` })),
    ),
    probes: new Map(
      probes.map((probe) => [
        probe,
        asWarnings(
          findingsIn(
            new Map([
              ['iokit.h', probeHeader()],
              [probe.file, probe.text],
            ]),
          ),
        ),
      ]),
    ),
  };
  const tools = [...values.clang.map(clang), values.cppcheck === undefined ? undefined : cppcheck(values.cppcheck)];
  const peers = tools.flatMap((tool): readonly Measured[] =>
    tool
      ? [
          {
            name: tool.name,
            retainCount: compare(text, tool.warnings(test)),
            probes: new Map(probes.map((probe) => [probe, tool.warnings(join(probeFolder, probe.file))])),
          },
        ]
      : [],
  );
  const page = peersPage([ours, ...peers]);
  if (values.write) writeFileSync('docs/peers.md', page);
  else console.log(page);
  for (const { name, retainCount } of [ours, ...peers]) {
    for (const { line, message } of retainCount.missed) console.log(`${name} misses line ${line}: ${message}`);
    for (const { line, message } of retainCount.extra) console.log(`${name} alone, line ${line}: ${message}`);
  }
  return ours.retainCount.missed.length + ours.retainCount.extra.length > 0 ? 1 : 0;
}

if (values.test === undefined) {
  console.error('--test FILE: the path of osobject-retain-release.cpp');
  process.exitCode = 2;
} else process.exitCode = main(values.test);
