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
import type { Rule, RuleDescription } from './rule';
import { severalCacheModes } from './several-cache-modes';
import { suppressionOfUnknownRule } from './suppression-of-unknown-rule';
import { suppressionWithoutReason } from './suppression-without-reason';
import { uncheckedNull } from './unchecked-null';
import { unusedSuppression } from './unused-suppression';
import { useAfterRelease } from './use-after-release';
import { userAddressInKernel } from './user-address-in-kernel';
import { writeToReadOnlyMap } from './write-to-read-only-map';

export type { Confidence, Example, Rule, RuleDescription, Severity } from './rule';

/** The rules about code, by id. */
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

/** All rules, also those about suppressions, which no event of a path leads to, by id. */
export const allRules: readonly RuleDescription[] = [
  ...rules,
  suppressionOfUnknownRule,
  suppressionWithoutReason,
  unusedSuppression,
].toSorted((a, b) => (a.id < b.id ? -1 : 1));

const byId = new Map(allRules.map((rule) => [rule.id, rule]));

export function findRule(id: string): RuleDescription | undefined {
  return byId.get(id);
}
