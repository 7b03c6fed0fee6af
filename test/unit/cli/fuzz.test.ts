import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createService } from '../../../server/features/create-service';
import type { Range } from '../../../server/features/service';
import { rules } from '../../../server/rules/index';

/** Broken code: whatever an edit leaves behind, the service answers, in ranges that the text has, and always the same. */

const sample = readFileSync(join(import.meta.dirname, '../../../samples/FrameGrabber/FrameGrabber.cpp'), 'utf8');
const sources = [
  sample,
  ...rules.flatMap((rule) => [...rule.examples.bad, ...rule.examples.good].map((each) => each.source)),
];

const pieces =
  `{ } ( ) [ ] < > " ' /* */ ; , :: . -> * & = ? : \\ # @ 0x R"( template< return goto do while( for(;;) if(
  else switch(1){ case 1: default: class X: enum{ union operator new delete [&](){ ^{ asm(" __attribute__(( [[maplens::
  OSSafeReleaseNULL( createMappingInTask( IOMemoryMap`
    .split(/\s+/)
    .concat('\n', '\0', 'é', '#if X\n', '#else\n', '#endif\n', '#define M(x) M(x) M\n');

type Edit = (text: string) => string;
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (text: string, share: number): number => Math.floor(share * text.length);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(300)).map(([where, length]): Edit => (text) => {
    const from = at(text, where);
    return text.slice(0, from) + text.slice(from + length);
  }),
  fc.tuple(place, fc.constantFrom(...pieces), fc.integer({ min: 1, max: 30 })).map(
    ([where, piece, count]): Edit =>
      (text) =>
        text.slice(0, at(text, where)) + piece.repeat(count) + text.slice(at(text, where)),
  ),
  fc.tuple(place, place, fc.nat(500)).map(
    ([from, to, length]): Edit =>
      (text) =>
        text.slice(0, at(text, to)) + text.slice(at(text, from), at(text, from) + length) + text.slice(at(text, to)),
  ),
  place.map(
    (where): Edit =>
      (text) =>
        text.slice(0, at(text, where)),
  ),
);

function answers(text: string): string {
  const service = createService();
  service.setFile('a.cpp', text);
  const findings = service.diagnose('a.cpp');
  const lines = text.split('\n').length;
  const check = ({ line, column, endLine, endColumn }: Range): void => {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(endLine).toBeGreaterThanOrEqual(line);
    expect(endLine).toBeLessThanOrEqual(lines);
    if (line === endLine) expect(endColumn).toBeGreaterThanOrEqual(column);
  };
  for (const finding of findings) [finding, ...finding.path].forEach(check);
  const runs = service.entryPoints('a.cpp').map((entry) => {
    check(entry);
    return service.simulate({ file: 'a.cpp', function: entry.function });
  });
  return JSON.stringify({ findings, runs, stats: service.stats(true) });
}

it('never throws, and answers the same twice', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 5 }), (source, edits) => {
      const text = edits.reduce((current, each) => each(current), source);
      expect(answers(text)).toBe(answers(text));
    }),
    { numRuns: 400, seed: 2026 },
  );
});
