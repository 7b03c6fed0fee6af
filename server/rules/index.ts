import { accessWhileRedirected } from './access-while-redirected';
import { addressAfterUnmap } from './address-after-unmap';
import { bufferTask } from './buffer-task';
import { clientCacheMode } from './client-cache-mode';
import { clientChosenOverwrite } from './client-chosen-overwrite';
import { clientChosenRange } from './client-chosen-range';
import { clientMemoryMadeAnew } from './client-memory-made-anew';
import { clientMemoryResult } from './client-memory-result';
import { clientMemoryWithoutReference } from './client-memory-without-reference';
import { clientProtection } from './client-protection';
import { closedDuringCall } from './closed-during-call';
import { completeDuringDma } from './complete-during-dma';
import { conflictingCacheModes } from './conflicting-cache-modes';
import { contradictoryMapOptions } from './contradictory-map-options';
import { deadAddress } from './dead-address';
import { deviceMemoryCast } from './device-memory-cast';
import { dmaMemoryKept } from './dma-memory-kept';
import { doubleFetch } from './double-fetch';
import { foreignConstant } from './foreign-constant';
import { guardWithoutEffect } from './guard-without-effect';
import { ignoredAddress } from './ignored-address';
import { ignoredDriverkitArgument } from './ignored-driverkit-argument';
import { ignoredPrepare } from './ignored-prepare';
import { initialisedAgain } from './initialised-again';
import { interleavedMapped } from './interleaved-mapped';
import { kernelAddressGivenOut } from './kernel-address-given-out';
import { keptArgumentMemory } from './kept-argument-memory';
import { leakedReference } from './leaked-reference';
import { lengthBeyondCapacity } from './length-beyond-capacity';
import { mapOptionsMisread } from './map-options-misread';
import { mappingBeyondLength } from './mapping-beyond-length';
import { mappingWhileAtomic } from './mapping-while-atomic';
import { memberNeverReleased } from './member-never-released';
import { memberOverwritten } from './member-overwritten';
import { memberReleasedTwice } from './member-released-twice';
import { noAddress } from './no-address';
import { nullTask } from './null-task';
import { offsetWithoutLength } from './offset-without-length';
import { optionWithoutEffect } from './option-without-effect';
import { overRelease } from './over-release';
import { ownBufferReadOnly } from './own-buffer-read-only';
import { pageableWhileAtomic } from './pageable-while-atomic';
import { partOfPageMapped } from './part-of-page-mapped';
import { prefaultUnprepared } from './prefault-unprepared';
import { redirectNotUnique } from './redirect-not-unique';
import { redirectUnchecked } from './redirect-unchecked';
import { referenceName } from './reference-name';
import { releasedUnderHandler } from './released-under-handler';
import { retainCountLogic } from './retain-count-logic';
import type { Rule, RuleDescription } from './rule';
import { scatteredAsLinear } from './scattered-as-linear';
import { severalCacheModes } from './several-cache-modes';
import { sharedIndex } from './shared-index';
import { smartPointerAdoption } from './smart-pointer-adoption';
import { stackMemoryDescribed } from './stack-memory-described';
import { staticOption } from './static-option';
import { subRangeLookup } from './sub-range-lookup';
import { suppressionOfUnknownRule } from './suppression-of-unknown-rule';
import { suppressionWithoutReason } from './suppression-without-reason';
import { truncatedAddress } from './truncated-address';
import { unbalancedPrepare } from './unbalanced-prepare';
import { uncheckedNull } from './unchecked-null';
import { uncheckedSubRange } from './unchecked-sub-range';
import { undefinedMapBits } from './undefined-map-bits';
import { uniqueNotPrivate } from './unique-not-private';
import { uniqueScattered } from './unique-scattered';
import { unmapOfRecord } from './unmap-of-record';
import { unmapOfSharedMap } from './unmap-of-shared-map';
import { unmapWithoutRelease } from './unmap-without-release';
import { unpreparedAccess } from './unprepared-access';
import { unlimitedClientMapping } from './unlimited-client-mapping';
import { unusedSuppression } from './unused-suppression';
import { useAfterRelease } from './use-after-release';
import { userAddressInKernel } from './user-address-in-kernel';
import { writableOutMemory } from './writable-out-memory';
import { writeToReadOnlyMap } from './write-to-read-only-map';
import { wrongCurrentTask } from './wrong-current-task';

export type { Confidence, Example, Rule, RuleDescription, Severity } from './rule';

/** The rules about code, by id. */
export const rules: readonly Rule[] = [
  accessWhileRedirected,
  addressAfterUnmap,
  bufferTask,
  clientCacheMode,
  clientChosenOverwrite,
  clientChosenRange,
  clientMemoryMadeAnew,
  clientMemoryResult,
  clientMemoryWithoutReference,
  clientProtection,
  closedDuringCall,
  completeDuringDma,
  conflictingCacheModes,
  contradictoryMapOptions,
  deadAddress,
  deviceMemoryCast,
  dmaMemoryKept,
  doubleFetch,
  foreignConstant,
  guardWithoutEffect,
  ignoredAddress,
  ignoredDriverkitArgument,
  ignoredPrepare,
  initialisedAgain,
  interleavedMapped,
  kernelAddressGivenOut,
  keptArgumentMemory,
  leakedReference,
  lengthBeyondCapacity,
  mapOptionsMisread,
  mappingBeyondLength,
  mappingWhileAtomic,
  memberNeverReleased,
  memberOverwritten,
  memberReleasedTwice,
  noAddress,
  nullTask,
  offsetWithoutLength,
  optionWithoutEffect,
  overRelease,
  ownBufferReadOnly,
  pageableWhileAtomic,
  partOfPageMapped,
  prefaultUnprepared,
  redirectNotUnique,
  redirectUnchecked,
  referenceName,
  releasedUnderHandler,
  retainCountLogic,
  scatteredAsLinear,
  severalCacheModes,
  sharedIndex,
  smartPointerAdoption,
  stackMemoryDescribed,
  staticOption,
  subRangeLookup,
  truncatedAddress,
  unbalancedPrepare,
  uncheckedNull,
  uncheckedSubRange,
  undefinedMapBits,
  uniqueNotPrivate,
  uniqueScattered,
  unmapOfRecord,
  unmapOfSharedMap,
  unmapWithoutRelease,
  unpreparedAccess,
  unlimitedClientMapping,
  useAfterRelease,
  userAddressInKernel,
  writableOutMemory,
  writeToReadOnlyMap,
  wrongCurrentTask,
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
