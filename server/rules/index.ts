import { accessWhileRedirected } from './access-while-redirected';
import { addressAfterUnmap } from './address-after-unmap';
import { clientMemoryMadeAnew } from './client-memory-made-anew';
import { clientMemoryResult } from './client-memory-result';
import { clientMemoryWithoutReference } from './client-memory-without-reference';
import { deadAddress } from './dead-address';
import { foreignConstant } from './foreign-constant';
import { ignoredAddress } from './ignored-address';
import { ignoredPrepare } from './ignored-prepare';
import { leakedReference } from './leaked-reference';
import { noAddress } from './no-address';
import { overRelease } from './over-release';
import { redirectNotUnique } from './redirect-not-unique';
import type { Rule } from './rule';
import { severalCacheModes } from './several-cache-modes';
import { uncheckedNull } from './unchecked-null';
import { useAfterRelease } from './use-after-release';
import { userAddressInKernel } from './user-address-in-kernel';
import { writeToReadOnlyMap } from './write-to-read-only-map';

export type { Confidence, Example, Rule, Severity } from './rule';

/** All rules, by id. */
export const rules: readonly Rule[] = [
  accessWhileRedirected,
  addressAfterUnmap,
  clientMemoryMadeAnew,
  clientMemoryResult,
  clientMemoryWithoutReference,
  deadAddress,
  foreignConstant,
  ignoredAddress,
  ignoredPrepare,
  leakedReference,
  noAddress,
  overRelease,
  redirectNotUnique,
  severalCacheModes,
  uncheckedNull,
  useAfterRelease,
  userAddressInKernel,
  writeToReadOnlyMap,
];

export function findRule(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}
