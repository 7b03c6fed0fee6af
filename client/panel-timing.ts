/** Quiet time after an edit until what is shown runs again, in milliseconds. */
export const editDelay = 30;
/** The same where runs take long: they are not to queue up while somebody types. */
const longestDelay = 250;

/** @param lastRun how long the last run took, in milliseconds. */
export function delayAfter(lastRun: number): number {
  return Math.min(longestDelay, Math.max(editDelay, lastRun));
}
