import type { Timeline } from '../timeline';
import { countText, sizeText } from '../text';
import type { DescriptorView } from '../trace';
import { laneOf, type Lane } from './lanes';
import { badgeOf, contextAt, holdersText, isPhysical, type Badge, type Context, type Tone } from './states';

/** What a picture shows at a step, before it has places: lanes of blocks, cards of descriptors, what is new or gone. */

export interface Card {
  readonly view: DescriptorView;
  readonly title: string;
  readonly tone: Tone;
  readonly lines: readonly string[];
  readonly badge?: Badge;
  readonly current: boolean;
}

/** A card that is written when it is drawn. */
export interface CardSlot {
  readonly view: DescriptorView;
  readonly current: boolean;
  readonly card: () => Card;
}

export interface PictureContent {
  readonly cards: readonly CardSlot[];
  readonly lanes: readonly Lane[];
}

/** Reads a step of a trace. Tasks in which nothing is ever mapped have no lane, except the only one. */
export function contentAt(timeline: Timeline, step: number): PictureContent {
  const context = contextAt(timeline, step);
  const { used, order } = wholeRun(timeline);
  const { tasks } = context.now;
  const shown = tasks.filter((task) => used.has(task.id));
  return {
    cards: cards(context, order),
    lanes: (shown.length ? shown : tasks.slice(0, 1)).map((task) => laneOf(context, task)),
  };
}

interface WholeRun {
  /** Tasks in which something is mapped at some time. */
  readonly used: ReadonlySet<string>;
  /** The order of the cards. */
  readonly order: ReadonlyMap<string, number>;
}

const wholeRuns = new WeakMap<Timeline, WholeRun>();

/** What a picture takes from all steps of the run, made once. */
function wholeRun(timeline: Timeline): WholeRun {
  const known = wholeRuns.get(timeline);
  if (known) return known;
  const used = new Set<string>();
  for (const each of timeline.trace.steps) {
    for (const change of each.changes)
      if (change.value && (change.of === 'map' || (change.of === 'entry' && change.value.kind !== 'reserved')))
        used.add(change.value.task);
    for (const { task } of each.defects) if (task !== undefined) used.add(task);
  }
  const made = { used, order: cardOrder(timeline) };
  wholeRuns.set(timeline, made);
  return made;
}

/**
 * Cards stand in the order of the memory that shows them, over the whole run: ribbons cross less, and no card changes
 * its place from step to step.
 */
function cardOrder(timeline: Timeline): ReadonlyMap<string, number> {
  const seen = new Map<string, { readonly task: string; readonly at: bigint }>();
  const see = (id: string, task: string, address: string): void => {
    if (seen.has(id)) return;
    const at = BigInt(address);
    if (at !== 0n) seen.set(id, { task, at });
  };
  for (const step of timeline.trace.steps)
    for (const change of step.changes) {
      if (change.of === 'entry' && change.value?.descriptor)
        see(change.value.descriptor, change.value.task, change.value.start);
      else if (change.of === 'descriptor' && change.value?.task && change.value.class === 'IOBufferMemoryDescriptor')
        see(change.value.id, change.value.task, change.value.ranges[0]?.address ?? '0x0');
    }
  const sorted = [...seen].sort(([, a], [, b]) =>
    a.task === b.task ? (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) : a.task < b.task ? -1 : 1,
  );
  return new Map(sorted.map(([id], index) => [id, index]));
}

/** Variables by name, the kernel's own maps by their number. */
function cardHolders(view: DescriptorView): string {
  const maps = view.holders.filter((holder) => holder.startsWith('map ')).length;
  const rest = view.holders.filter((holder) => !holder.startsWith('map '));
  return holdersText(maps > 1 ? [...rest, countText(maps, 'map')] : view.holders);
}

function cards(context: Context, order: ReadonlyMap<string, number>): CardSlot[] {
  const { now, before, nowBy, beforeBy } = context;
  const shown = [
    ...now.descriptors,
    ...(now === before
      ? []
      : before.descriptors.filter((view) => nowBy.descriptor(view.id) === undefined && !view.freed)),
  ];
  const place = (view: DescriptorView): number => order.get(view.id) ?? order.size;
  return shown
    .sort((a, b) => place(a) - place(b))
    .map((view) => {
      const badge = badgeOf(context, nowBy.descriptor(view.id), beforeBy.descriptor(view.id));
      return { view, current: badge !== undefined, card: () => cardOf(view, badge) };
    });
}

function cardOf(view: DescriptorView, badge: Badge | undefined): Card {
  const facts = [
    view.options,
    view.cache,
    isPhysical(view) ? '' : view.wired ? 'wired' : 'not wired',
    view.freed ? 'freed' : '',
  ].filter(Boolean);
  return {
    view,
    title: `${view.name}, ${view.class}, ${sizeText(view.length)}, ${facts.join(', ')}, ${holdersText(view.holders)}`,
    tone: isPhysical(view) ? 'tone-dev' : 'tone-rw',
    lines: [facts.join(' · '), cardHolders(view)],
    ...(badge ? { badge } : {}),
    current: badge !== undefined,
  };
}
