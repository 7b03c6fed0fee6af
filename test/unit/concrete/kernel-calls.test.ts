import { expect, it } from 'vitest';
import { kernelCalls } from '../../../server/concrete/kernel/table';
import { loadApi } from '../../../server/workspace/api-model';

/** Macros of libkern, which sources may also use as templates. */
const macros = ['OSSafeReleaseNULL', 'OSSafeRelease', 'OSTypeAlloc'];

it('every call that is modelled is declared by the API model', () => {
  const { model } = loadApi();
  const undeclared = [...kernelCalls.keys()].filter((name) => {
    const cut = name.indexOf('::');
    if (cut < 0) return model.function(name) === undefined && !macros.includes(name);
    const method = name.slice(cut + 2);
    return !model
      .lineage(name.slice(0, cut))
      .some((each) => model.class(each)?.methods.some((declared) => declared.name === method));
  });
  expect(undeclared).toEqual([]);
  expect(kernelCalls.size).toBeGreaterThan(300);
});
