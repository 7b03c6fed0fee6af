import { deadAddress } from './dead-address';
import { foreignConstant } from './foreign-constant';
import { ignoredAddress } from './ignored-address';
import { leakedReference } from './leaked-reference';
import { noAddress } from './no-address';
import { overRelease } from './over-release';
import { redirectNotUnique } from './redirect-not-unique';
import type { Rule } from './rule';
import { severalCacheModes } from './several-cache-modes';
import { uncheckedNull } from './unchecked-null';
import { useAfterRelease } from './use-after-release';

export type { Confidence, Example, Rule, Severity } from './rule';

/** All rules, by id. */
export const rules: readonly Rule[] = [
  deadAddress,
  foreignConstant,
  ignoredAddress,
  leakedReference,
  noAddress,
  overRelease,
  redirectNotUnique,
  severalCacheModes,
  uncheckedNull,
  useAfterRelease,
];

export function findRule(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}
