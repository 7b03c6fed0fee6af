import { expect, it } from 'vitest';
import { effects } from '../../differential/effects';
import { objects } from '../../differential/objects';
import { Random } from '../../differential/random';
import { simulate } from '../../support/simulate';

const seeds = Array.from({ length: 12 }, (_each, index) => index + 1);

// What they are worth, `npm run differential` compares with a compiler.
it.each([
  ['effects', effects],
  ['objects', objects],
] as const)(
  'random programs of %s return, the same as closures and as JavaScript, and assume nothing',
  (_name, make) => {
    for (const seed of seeds) {
      const { outcome, assumptions } = simulate(make(new Random(seed)), 'f');
      expect({
        seed,
        kind: outcome.kind,
        assumed: assumptions.filter((each) => !each.value.endsWith('as initialised')),
      }).toEqual({
        seed,
        kind: 'returned',
        assumed: [],
      });
    }
  },
);
