import { describeClass } from '../symbolic/describe';
import type { Take } from '../symbolic/field-facts';
import type { FieldHistory, FieldReport, Located } from '../symbolic/field-history';

/** Questions that rules about fields have in common. */

const overwrite = 0x20000000n;
const fixed = 0x01000000n;

/** Whether anything may give up the field's reference. */
export function isGivenUp(history: FieldHistory): boolean {
  return history.uses.some(({ kind }) => kind === 'releases' || kind === 'escapes');
}

/** unmap() is called on the field, and nothing may release it. */
export function isOnlyUnmapped(history: FieldHistory): boolean {
  return !isGivenUp(history) && history.uses.some(({ kind, what }) => kind === 'calls' && what === 'unmap');
}

/** The places where the field takes a reference to a map or a descriptor. */
export function ownReferences(history: FieldHistory): readonly Located<Take>[] {
  return history.takes.filter(
    ({ class: name }) =>
      name !== undefined && ['IOMemoryMap', 'IOMemoryDescriptor'].some((root) => history.program.isA(name, root)),
  );
}

/** kIOMapStatic and kIOMapOverwrite: the mapping is meant to stay when the map goes. */
export function leavesNothing(take: Take): boolean {
  return take.options !== undefined && (take.options & (fixed | overwrite)) !== 0n;
}

/** A report at the call that made the reference, with the methods that were looked at. */
export function report(history: FieldHistory, take: Located<Take>, first: string, why: string): FieldReport {
  const { name } = history.field;
  const ends = history.teardown.map((fn) => ({
    fn,
    span: fn.nameSpan,
    message: `${fn.qualifiedName}() does not release '${name}'`,
  }));
  return {
    fn: take.fn,
    at: take.created,
    message: `${first}\n${why}`,
    steps: [
      {
        fn: take.fn,
        span: take.created,
        message: `'${name}' takes the ${describeClass(take.class)} from ${take.call}() with a reference to give up (+1)`,
      },
      ...ends,
    ],
  };
}
