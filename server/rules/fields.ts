import type { Function } from '../ir/types';
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
    ({ class: name, undone }) =>
      !undone &&
      name !== undefined &&
      ['IOMemoryMap', 'IOMemoryDescriptor'].some((root) => history.program.isA(name, root)),
  );
}

/** kIOMapStatic and kIOMapOverwrite: the mapping is meant to stay when the map goes. */
export function leavesNothing(take: Take): boolean {
  return take.options !== undefined && (take.options & (fixed | overwrite)) !== 0n;
}

/** The field takes pointers without their reference as well, or from where can't be seen. */
export function isBorrower({ uses, takes, borrows }: FieldHistory): boolean {
  if (borrows.length > 0) return true;
  return uses.some(
    ({ kind, fn, at }) =>
      kind === 'stores' &&
      !takes.some(({ fn: by, stored }) => by === fn && stored.start === at.start && stored.end === at.end),
  );
}

/** The functions in which an instance takes shape, before anything else is called. */
export function beginsInstance(fn: Function): boolean {
  return /^(?:init|start|Start|probe|attach)/.test(fn.name) || fn.static || fn.name === fn.class?.replace(/^.*::/, '');
}

/** What the kernel calls as an instance ends, in order: IOService::terminateWorker and actionStop, then OSObject's last release. */
export const lastMethods: readonly string[] = ['willTerminate', 'didTerminate', 'clientClose', 'stop', 'Stop', 'free'];

function isMethodOf({ field, program }: FieldHistory, fn: Function): boolean {
  return (
    fn.class !== undefined && !fn.static && (program.isA(fn.class, field.owner) || hasInstanceVariables(field, fn))
  );
}

/** DriverKit keeps the fields of a class C in a structure C_IVars. */
function hasInstanceVariables({ owner }: FieldHistory['field'], fn: Function): boolean {
  return owner === `${fn.class!}_IVars`;
}

/** A report at the call that made the reference, with the methods that were looked at. */
export function report(history: FieldHistory, take: Located<Take>, first: string, why: string): FieldReport {
  const { name } = history.field;
  const { fn, blocks, created, stored } = take;
  const claim = take.own &&
    blocks.length > 0 &&
    isMethodOf(history, fn) && {
      fn,
      blocks,
      what: 'lost-with-instance' as const,
      subject: { kind: 'made' as const, at: created },
      at: stored,
      then: lastMethods,
    };
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
    ...(claim && { claim }),
  };
}
