import type { Finding } from '../../server/features/service';
import type { Probe } from './probes';
import type { Comparison, Warning } from './warnings';
import { kindOf, kinds } from './warnings';
import type { Kind } from './warnings';

/** docs/peers.md, made from what a run measured. */

export interface Measured {
  readonly name: string;
  /** On LLVM's test. */
  readonly retainCount: Comparison;
  /** By probe: what is said of it. */
  readonly probes: ReadonlyMap<Probe, readonly Warning[]>;
}

/** The rules of the findings in a probe, as warnings. */
export function asWarnings(findings: readonly Finding[]): readonly Warning[] {
  return findings.map(({ line, rule }) => ({ line, message: rule }));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** What MapLens makes of one probe, and what each peer does. */
export function probeRow(probe: Probe, tools: readonly Measured[]): readonly string[] {
  return [
    probe.title,
    ...tools.map(({ name, probes }) => {
      const said = probes.get(probe)!;
      const found = said.filter(({ line }) => line < probe.clean);
      const falseAlarm = said.length > found.length ? ', false alarm' : '';
      const rules = [...new Set(found.map(({ message }) => `\`${message}\``))].join(', ');
      return (found.length === 0 ? '–' : name === 'MapLens' ? rules : 'found') + falseAlarm;
    }),
  ];
}

/** The whole page. */
export function peersPage(tools: readonly Measured[]): string {
  const names = tools.map(({ name }) => name);
  const { retainCount } = tools[0]!;
  const expected = [...retainCount.found, ...retainCount.missed];
  const byKind = (warnings: readonly Warning[], kind: Kind): number =>
    warnings.filter(({ message }) => kindOf(message) === kind).length;
  const probes = [...tools[0]!.probes.keys()];
  const count = (measured: Measured, fits: (warning: Warning, probe: Probe) => boolean): string =>
    String(probes.filter((probe) => measured.probes.get(probe)!.some((warning) => fits(warning, probe))).length);
  return `# MapLens beside its peers

Made by \`npm run peers\`. To repeat: fetch LLVM's test \`clang/test/Analysis/osobject-retain-release.cpp\` with the two
headers beside it, \`os_object_base.h\` and \`os_smart_ptr.h\`. Debian's source package llvm-toolchain-19 has them
(\`apt-get source --download-only llvm-toolchain-19\`, then unpack the three files); they are not part of this repository.

    npm run peers -- --test PATH/osobject-retain-release.cpp --clang clang-19 --clang clang-22 --cppcheck cppcheck

Tools that are not there are left out. With \`--write\` this page is written anew. The exit code is 1 where MapLens misses
an expected warning or has one that nobody expects.

## LLVM's test of its retain-count checker

What clang's checker \`osx.OSObjectRetainCount\` has to find in libkern's objects: ${String(expected.length)} warnings, among functions in
which nothing may be said. A warning counts as found on its line; a leak also where the reference was taken, or where
the path ends, in the same function or one that the expected path leads through.

${table(
  ['warning', 'expected', ...names],
  [
    ...(Object.keys(kinds) as Kind[]).map((kind) => [
      kinds[kind],
      String(byKind(expected, kind)),
      ...tools.map((tool) => String(byKind(tool.retainCount.found, kind))),
    ]),
    [
      '**found**',
      `**${String(expected.length)}**`,
      ...tools.map((tool) => `**${String(tool.retainCount.found.length)}**`),
    ],
    ['missed', '0', ...tools.map((tool) => String(tool.retainCount.missed.length))],
    ['extra', '0', ...tools.map((tool) => String(tool.retainCount.extra.length))],
  ],
)}

## Mistakes with the mapping API

Thirty functions and classes of \`test/peers/probes\`: fifteen mistakes as drivers make them, each with a clean twin. All
tools get the same header of declarations. A mistake counts as
found when a tool says anything at all within it, and as a false alarm when it says anything within the twin.

${table(
  ['mistake', ...names],
  [
    ...probes.map((probe) => probeRow(probe, tools)),
    ['**found**', ...tools.map((tool) => `**${count(tool, ({ line }, probe) => line < probe.clean)}**`)],
    ['false alarms', ...tools.map((tool) => count(tool, ({ line }, probe) => line >= probe.clean))],
  ],
)}
`;
}
