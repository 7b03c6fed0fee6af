import fc from 'fast-check';
import { expect, test } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { Check, Disagreement } from '../../oracle/check';
import { Driver, type Operation } from '../../oracle/driver';

const number = fc.nat(0xffff);
const operation: fc.Arbitrary<Operation> = fc.tuple(number, number, number, number, number, number, number);
/** `MAPLENS_RUNS` is how many sequences there are, `MAPLENS_SEED` the seed that a failure has printed; else it is random. */
const numRuns = Number(process.env['MAPLENS_RUNS'] ?? 20);
const { MAPLENS_SEED: seed } = process.env;

test.each(machineNames)('%s: the machine and the oracle agree on every step', (profile) => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 60, size: 'max' }), (operations) => {
      const check = new Check();
      const driver = new Driver(profile, check);
      try {
        for (const each of operations) {
          driver.do(each);
          check.all();
        }
      } catch (error) {
        if (!(error instanceof Disagreement)) throw error;
        throw new Error([...driver.log.slice(-25), error.message].join('\n'), { cause: error });
      }
    }),
    { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
  );
  expect(numRuns).toBeGreaterThan(0);
});
