import { indexOf, type StateIndex } from '../state-index';
import { countText } from '../text';
import type { Timeline } from '../timeline';
import type { Change, Defect, DescriptorView, EntryView, MapView, Protection, State } from '../trace';

/** A step and the one before it, and what happened to an object in between. */

export type Tone = 'tone-rw' | 'tone-ro' | 'tone-dev' | 'tone-none';

export interface Badge {
  readonly word: string;
  /** The state's class, e.g. is-new. */
  readonly class: string;
}

export const gone: Badge = { word: 'GONE', class: 'is-gone' };
export const fresh: Badge = { word: 'NEW', class: 'is-new' };
export const leaked: Badge = { word: 'LEAKED', class: 'is-leaked' };
export const dangling: Badge = { word: 'DANGLING', class: 'is-dangling' };

export interface Context {
  readonly now: State;
  readonly before: State;
  /** Views of the two states by their ids. */
  readonly nowBy: StateIndex;
  readonly beforeBy: StateIndex;
  readonly first: boolean;
  /** What the step is about, or what leaks: whatever else is as it was needs no look at the step before. */
  readonly told: ReadonlySet<string>;
  /** Entries that the step took away. */
  readonly lost: readonly EntryView[];
  /** What goes wrong in this step, by the object concerned; what has none is under its task and address. */
  readonly wrong: ReadonlyMap<string, Defect>;
  readonly faults: readonly Fault[];
}

/** A place of an address space that was accessed in vain. */
export interface Fault {
  readonly task: string;
  readonly address: bigint;
  readonly message: string;
}

export function contextAt(timeline: Timeline, step: number): Context {
  const now = timeline.stateAt(step);
  const before = step > 0 ? timeline.stateAt(step - 1) : now;
  const { defects = [], changes = [] } = timeline.trace.steps[step] ?? {};
  const beforeBy = indexOf(before);
  return {
    now,
    before,
    nowBy: indexOf(now),
    beforeBy,
    first: step === 0,
    told: new Set([
      ...changes.map(({ id }) => id),
      ...defects.flatMap(({ object }) => object ?? []),
      ...leaksOf(timeline).flatMap((leak) => (leak.step <= step ? leak.id : [])),
    ]),
    lost: step > 0 ? lostAt(changes, beforeBy) : [],
    wrong: new Map(defects.flatMap((defect) => (defect.object === undefined ? [] : [[defect.object, defect]]))),
    faults: defects.flatMap(({ task, address, message }) =>
      task === undefined || address === undefined ? [] : [{ task, address: BigInt(address), message }],
    ),
  };
}

function lostAt(changes: readonly Change[], before: StateIndex): readonly EntryView[] {
  return changes.flatMap((change) =>
    change.of === 'entry' && change.value === null ? (before.entry(change.id) ?? []) : [],
  );
}

interface Leak {
  readonly id: string;
  readonly step: number;
}

const allLeaks = new WeakMap<Timeline, readonly Leak[]>();

/** What leaks, and from which step on. */
function leaksOf(timeline: Timeline): readonly Leak[] {
  let leaks = allLeaks.get(timeline);
  if (!leaks) {
    leaks = timeline.trace.steps.flatMap(({ changes }, step) =>
      changes.flatMap(({ id, value }) => (value && 'leaked' in value && value.leaked ? { id, step } : [])),
    );
    allLeaks.set(timeline, leaks);
  }
  return leaks;
}

export function descriptorOf(context: Context, id: string | undefined): DescriptorView | undefined {
  return context.nowBy.descriptor(id) ?? context.beforeBy.descriptor(id);
}

export function mapOf(context: Context, id: string | undefined): MapView | undefined {
  return context.nowBy.map(id) ?? context.beforeBy.map(id);
}

/** Whether a descriptor describes physical memory, such as a device's registers. */
export function isPhysical(view: DescriptorView): boolean {
  return view.task === undefined && view.parts === undefined;
}

export function toneOf(protection: Protection, descriptor: DescriptorView | undefined): Tone {
  if (protection === '---') return 'tone-none';
  if (descriptor && isPhysical(descriptor)) return 'tone-dev';
  return protection === 'rw-' ? 'tone-rw' : 'tone-ro';
}

export function holdersText(holders: readonly string[]): string {
  return holders.length ? `held by ${holders.join(', ')}` : 'held by nobody';
}

function countOf(view: MapView | DescriptorView): number {
  return 'references' in view ? view.references : view.retainCount;
}

/** What a picture shows of an object besides its holders. */
function shownOf(view: MapView | DescriptorView): string {
  return 'references' in view
    ? [view.address, view.protection, view.cache, view.descriptor, view.mapped].join()
    : [view.length, view.cache, view.wired, view.direction].join();
}

/** What happened to an object of the state in this step. */
export function badgeOf(
  context: Context,
  now: MapView | DescriptorView | undefined,
  before: MapView | DescriptorView | undefined,
): Badge | undefined {
  if (!now) return gone;
  if (now.leaked) return leaked;
  if (now.freed) return now.holders.length ? dangling : gone;
  const defect = context.wrong.get(now.id);
  if (defect) return { word: defect.kind.replaceAll('-', ' ').toUpperCase(), class: 'is-fault' };
  if (context.first || now === before) return undefined;
  if (!before) return fresh;
  const delta = countOf(now) - countOf(before);
  if (delta)
    return {
      word: `${delta > 0 ? '+' : '−'}${countText(Math.abs(delta), 'REF').replace('REFs', 'REFS')}`,
      class: 'is-changed',
    };
  return shownOf(now) === shownOf(before) ? undefined : { word: 'CHANGED', class: 'is-changed' };
}
