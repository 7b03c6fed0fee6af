import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressSpace, type VmEntry } from '../../../sim/address-space';
import { RangeTree, type PageRange } from '../../../sim/range-tree';

/** The same by looking at every range. */
class NaiveRanges {
  readonly all: PageRange[] = [];

  overlapping(start: number, end: number): PageRange[] {
    return this.all.filter((range) => range.end > start && range.start < end);
  }

  firstFit(pages: number, from: number): number {
    const candidates = [from, ...this.all.map((range) => range.end).filter((end) => end >= from)];
    return Math.min(...candidates.filter((at) => this.overlapping(at, at + pages).length === 0));
  }

  insert(range: PageRange): void {
    this.all.push(range);
    this.all.sort((a, b) => a.start - b.start);
  }

  delete(range: PageRange): void {
    this.all.splice(this.all.indexOf(range), 1);
  }
}

const page = fc.nat(3000);
const step = fc.record({ remove: fc.boolean(), at: page, pages: fc.integer({ min: 1, max: 4 }) });
const question = fc.record({ at: page, pages: fc.integer({ min: 1, max: 60 }) });

/** Enough ranges for a tree of several levels, then changes of it. */
const life = fc.record({
  spacing: fc.integer({ min: 1, max: 5 }),
  filled: fc.nat(1400),
  steps: fc.array(step, { maxLength: 400 }),
  emptied: fc.nat(1400),
  questions: fc.array(question, { minLength: 1, maxLength: 20 }),
});

test('a tree of ranges answers as a list of them does', () => {
  fc.assert(
    fc.property(life, ({ spacing, filled, steps, emptied, questions }) => {
      const tree = new RangeTree<PageRange>();
      const naive = new NaiveRanges();
      const insert = (range: PageRange): void => {
        tree.insert(range);
        naive.insert(range);
      };
      const remove = (range: PageRange): void => {
        tree.delete(range);
        naive.delete(range);
      };
      const agree = (): void => {
        expect(tree.toArray()).toEqual(naive.all);
        expect(tree.size).toBe(naive.all.length);
        for (const { at, pages } of questions) {
          const touching = naive.overlapping(at, at + pages);
          expect(tree.overlapping(at, at + pages)).toEqual(touching);
          expect(tree.isFree(at, at + pages)).toBe(touching.length === 0);
          expect(tree.at(at)).toBe(naive.overlapping(at, at + 1)[0]);
          expect(tree.firstFit(pages, at)).toBe(naive.firstFit(pages, at));
        }
      };
      for (let i = 0; i < filled; i++) insert({ start: i * spacing, end: i * spacing + 1 });
      agree();
      for (const each of steps) {
        const found = naive.overlapping(each.at, each.at + each.pages);
        if (each.remove) found.forEach(remove);
        else if (found.length === 0) insert({ start: each.at, end: each.at + each.pages });
      }
      agree();
      // From the middle, so that nodes run empty while their neighbours are full.
      for (let i = 0; i < emptied && naive.all.length; i++) remove(naive.all[naive.all.length >> 1]!);
      agree();
    }),
    { numRuns: 60 },
  );
});

/** What an address space shows of a page. */
interface PageOf {
  readonly objectPage: number;
  readonly offset: bigint;
}

const change = fc.record({
  do: fc.constantFrom('replace' as const, 'remove' as const, 'first fit' as const),
  at: fc.nat(300),
  pages: fc.integer({ min: 1, max: 40 }),
});

test('an address space cut in pieces shows on each page what was entered there', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
      const pages = 400;
      const live = new Map<string, VmEntry>();
      let ids = 0;
      const space = new AddressSpace(
        4096,
        { min: 0n, max: 400n * 4096n },
        () => ids++,
        (entry, present) => (present ? live.set(entry.id, entry) : live.delete(entry.id)),
      );
      const shown = new Array<PageOf | undefined>(pages).fill(undefined);
      changes.forEach((each, number) => {
        let start: number | undefined = each.at;
        if (each.do === 'first fit') {
          start = space.findHole(each.pages, each.at, pages);
          const lowest = shown.findIndex(
            (_, at) =>
              at >= each.at &&
              at + each.pages <= pages &&
              shown.slice(at, at + each.pages).every((one) => one === undefined),
          );
          expect(start ?? -1).toBe(lowest);
          if (start === undefined) return;
        }
        const end = start + each.pages;
        if (each.do === 'remove') {
          expect(space.remove(start, end)).toBe(shown.slice(start, end).every((one) => one !== undefined));
          shown.fill(undefined, start, end);
          return;
        }
        const first = number * 1000;
        space.replace({
          start,
          end,
          protection: 'rw-',
          kind: 'mapping',
          objectPage: first,
          descriptorOffset: BigInt(first) * 4096n,
        });
        for (let at = start; at < end; at++)
          shown[at] = { objectPage: first + at - start, offset: BigInt(first + at - start) * 4096n };
      });
      shown.forEach((wanted, at) => {
        const entry = space.entryAt(at);
        const offset = entry?.descriptorOffset;
        expect(
          entry && {
            objectPage: entry.objectPage + (at - entry.start),
            offset: offset! + BigInt(at - entry.start) * 4096n,
          },
        ).toEqual(wanted);
      });
      expect(space.entries).toEqual([...live.values()].sort((a, b) => a.start - b.start));
    }),
    { numRuns: 150 },
  );
});
