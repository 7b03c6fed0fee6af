import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asWarnings, probeRow } from '../../peers/page';
import { probeHeader, readProbes } from '../../peers/probes';
import { findingsIn } from '../../peers/warnings';

const probes = readProbes();
const found = (probe: (typeof probes)[number]) =>
  asWarnings(
    findingsIn(
      new Map([
        ['iokit.h', probeHeader()],
        [probe.file, probe.text],
      ]),
    ),
  );

describe('mistakes with the mapping API, and their clean twins', () => {
  it('are fifteen, each with a mark before its twin', () => {
    expect(probes.length).toBe(15);
    expect(
      probes.filter(({ expected, clean }) => expected.length === 0 || expected.some((at) => at.line > clean)),
    ).toEqual([]);
  });

  it.each(probes.map((probe) => [probe.file, probe] as const))('%s', (_file, probe) => {
    expect(found(probe)).toEqual(probe.expected);
  });

  it('docs/peers.md says what MapLens finds in each', () => {
    const rows = readFileSync('docs/peers.md', 'utf8').split('\n');
    const missing = probes.filter((probe) => {
      const [title, ours] = probeRow(probe, [
        {
          name: 'MapLens',
          retainCount: { found: [], missed: [], extra: [] },
          probes: new Map([[probe, found(probe)]]),
        },
      ]);
      return !rows.some((row) => row.startsWith(`| ${title!} | ${ours!} |`));
    });
    expect(missing.map(({ file }) => file)).toEqual([]);
  });
});
