import { describe, expect, it } from 'vitest';
import { has, mapsContract } from '../../../server/api/attributes';
import { kernelBases } from '../../../server/concrete/kernel/classes';
import { kernelCalls } from '../../../server/concrete/kernel/table';
import { loadApi } from '../../../server/workspace/api-model';
import * as options from '../../../sim/map-options';
import * as returns from '../../../sim/returns';

/** What `server/api` says and what `sim` and the concrete interpreter do, held against each other. */

const { model, macros } = loadApi();

describe('constants', () => {
  const simulated = Object.entries({ ...options, ...returns }).flatMap(([name, value]) =>
    /^(kIO|KERN_)/.test(name) && typeof value === 'number' ? [[name, value] as const] : [],
  );

  it('are worth comparing', () => {
    expect(simulated.length).toBeGreaterThan(40);
  });

  it.each(simulated)('%s is the same number in the API and in the model', (name, value) => {
    expect(model.constant(name)?.value).toBe(BigInt(value));
  });
});

describe('calls', () => {
  it('that are modelled are declared, or are well-known macros', () => {
    const undeclared = [...kernelCalls.keys()].filter((name) => !model.function(name) && !macros.has(name));
    expect(undeclared).toEqual([]);
  });

  it('that make, remove or redirect a mapping are modelled', () => {
    const concerned = [...model.functions()].filter(
      (fn) => mapsContract(fn) !== undefined || has(fn, 'redirects') || has(fn, 'frees_mapping'),
    );
    expect(concerned.length).toBeGreaterThan(7);
    expect(concerned.filter((fn) => !kernelCalls.has(fn.qualifiedName)).map((fn) => fn.qualifiedName)).toEqual([]);
  });

  it('belong to classes whose bases agree', () => {
    const differing = model.classNames().filter((name) => kernelBases(name).some((base) => !model.derives(name, base)));
    expect(differing).toEqual([]);
  });
});
