import { laneOf } from '../../sim/picture/lanes';
import { entrySlot } from '../../sim/picture/mapped-blocks';
import { badgeOf, contextAt, type Badge, type Context } from '../../sim/picture/states';
import type { Timeline } from '../../sim/timeline';
import { addressText, sizeText } from '../../sim/text';
import type { DescriptorView, EntryView, MapView, TaskView } from '../../sim/trace';
import { marksOf, type Mark } from './steps';
import { distance } from './words';

/** A step as tables: all that its picture says, in words. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
  /** Said where there are no rows. */
  readonly empty: string;
}

export interface Row {
  readonly id: string;
  readonly cells: readonly string[];
  readonly mark: Mark | undefined;
  readonly bad: boolean;
}

export function tablesAt(timeline: Timeline, index: number): readonly Table[] {
  const context = contextAt(timeline, index);
  const step: Shown = { context, marks: marksOf(timeline, index), nowhere: nowhereOf(context) };
  return [mapTable(step), ...step.context.now.tasks.map((task) => taskTable(step, task)), descriptorTable(step)];
}

export function asMarkdown(title: string, tables: readonly Table[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const one = (table: Table): string =>
    [
      `**${table.caption}**`,
      '',
      line(table.head),
      line(table.head.map(() => '---')),
      ...table.rows.map((row) => line(row.cells)),
    ].join('\n');
  return [`### ${title}`, ...tables.map(one)].join('\n\n') + '\n';
}

interface Shown {
  readonly context: Context;
  readonly marks: ReadonlyMap<string, Mark>;
  /** What became of maps that are mapped nowhere, by their ids. */
  readonly nowhere: ReadonlyMap<string, readonly string[]>;
}

function nowhereOf(context: Context): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const task of context.now.tasks) {
    const { items } = laneOf(context, task);
    const heading = items.findIndex(({ kind }) => kind === 'heading');
    for (const item of heading < 0 ? [] : items.slice(heading))
      if (item.kind === 'block') {
        const { badge, lines } = item.slot.block();
        found.set(item.slot.object, [
          ...told(badge),
          ...lines
            .slice(1)
            .flat()
            .map(({ text }) => text),
        ]);
      }
  }
  return found;
}

function mapTable({ context, marks, nowhere }: Shown): Table {
  const { now, before, nowBy } = context;
  const taskName = new Map(now.tasks.map((task) => [task.id, task.name]));
  const gone = now === before ? [] : before.maps.filter(({ id, freed }) => !freed && nowBy.map(id) === undefined);
  return {
    caption: 'Memory maps',
    head: [
      'Map',
      'State',
      'Task',
      'Address',
      'Length',
      'Memory',
      'Options',
      'Protection',
      'Cache',
      'References',
      'Held by',
    ],
    empty: 'No map has been made yet.',
    rows: [...now.maps, ...gone].map((one) => ({
      id: one.id,
      mark: marks.get(one.id),
      bad: one.leaked === true || context.wrong.has(one.id),
      cells: [
        one.name,
        words(
          marks.get(one.id),
          ...told(badgeOf(context, nowBy.map(one.id), context.beforeBy.map(one.id))),
          ...(nowhere.get(one.id) ?? []),
          ...mapState(context, one),
        ),
        taskName.get(one.task) ?? one.task,
        addressText(one.address),
        sizeText(one.length),
        memoryText(context, one.descriptor, one.offset),
        one.options,
        one.protection,
        cacheText(one),
        String(one.references),
        one.holders.join(', ') || 'nobody',
      ],
    })),
  };
}

function mapState(context: Context, map: MapView): string[] {
  return [
    ...(map.freed ? ['freed'] : map.mapped ? [] : ['unmapped']),
    ...(map.superMap === undefined ? [] : [`sub-map of ${mapName(context, map.superMap)}`]),
    ...(map.static ? ['static'] : []),
    ...wiredState(map),
  ];
}

function taskTable(step: Shown, task: TaskView): Table {
  const { context } = step;
  const lost = new Set(context.lost.map(({ id }) => id));
  const rows = [...context.now.entries, ...context.lost]
    .filter((entry) => entry.task === task.id)
    .map((entry) => ({ at: BigInt(entry.start), row: entryRow(step, entry, lost.has(entry.id)) }));
  const faults = context.faults
    .filter((fault) => fault.task === task.id)
    .map(({ address, message }) => ({
      at: address,
      row: {
        id: `fault ${address}`,
        mark: undefined,
        bad: true,
        cells: [addressText(address), 'fault', '', '', '', message, '', ''],
      },
    }));
  return {
    caption: `Address space of ${task.name}`,
    head: ['Start', 'State', 'End', 'Size', 'Protection', 'What', 'Memory', 'Cache'],
    empty: 'Nothing is mapped here.',
    rows: [...rows, ...faults].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ row }) => row),
  };
}

function entryRow({ context, marks }: Shown, entry: EntryView, lost: boolean): Row {
  const map = entry.map === undefined ? undefined : (context.nowBy.map(entry.map) ?? context.beforeBy.map(entry.map));
  const mark = lost ? 'gone' : marks.get(entry.id);
  const leaked = map?.leaked === true;
  const { badge } = entrySlot(context, entry, lost, undefined).block();
  return {
    id: entry.id,
    mark,
    bad: leaked,
    cells: [
      addressText(entry.start),
      words(
        mark,
        ...told(badge),
        ...(entry.copy ? ['copy-on-write copy'] : []),
        ...(entry.blocked === undefined
          ? []
          : [`blocked: ${mapName(context, entry.blocked)} is redirected to nothing`]),
        ...wiredState(entry),
      ),
      addressText(entry.end),
      sizeText(distance(entry.start, entry.end)),
      entry.protection,
      what(entry, map),
      entry.descriptor === undefined ? '' : memoryText(context, entry.descriptor, entry.offset ?? '0x0'),
      entry.kind === 'reserved' ? '' : cacheText(entry),
    ],
  };
}

function what(entry: EntryView, map: MapView | undefined): string {
  if (map) return `${entry.kind} ${map.name}`;
  return entry.note === undefined || entry.note === entry.kind ? entry.kind : `${entry.kind}: ${entry.note}`;
}

function descriptorTable({ context, marks }: Shown): Table {
  const { now, before, nowBy } = context;
  const gone =
    now === before ? [] : before.descriptors.filter(({ id, freed }) => !freed && nowBy.descriptor(id) === undefined);
  return {
    caption: 'Memory descriptors',
    head: [
      'Descriptor',
      'State',
      'Class',
      'Ranges',
      'Length',
      'Direction',
      'Options',
      'Cache',
      'Wired',
      'References',
      'Held by',
    ],
    empty: 'No descriptor has been made yet.',
    rows: [...now.descriptors, ...gone].map((one) => ({
      id: one.id,
      mark: marks.get(one.id),
      bad: one.leaked === true || context.wrong.has(one.id),
      cells: [
        one.name,
        words(
          marks.get(one.id),
          ...told(badgeOf(context, nowBy.descriptor(one.id), context.beforeBy.descriptor(one.id))),
          ...(one.freed ? ['freed'] : []),
        ),
        one.class,
        rangesText(context, one),
        sizeText(one.length),
        one.direction,
        one.options,
        one.cache,
        one.wired > 0 ? `${one.wired} ×` : 'no',
        String(one.retainCount),
        one.holders.join(', ') || 'nobody',
      ],
    })),
  };
}

function rangesText({ nowBy, beforeBy }: Context, { ranges, parts }: DescriptorView): string {
  if (parts)
    return `of ${parts.map(({ descriptor: id }) => (nowBy.descriptor(id) ?? beforeBy.descriptor(id))?.name ?? id).join(', ')}`;
  const [first, ...others] = ranges;
  if (!first) return '';
  const text = `${addressText(first.address)} + ${sizeText(first.length)}`;
  return others.length === 0 ? text : `${text}, and ${others.length} more`;
}

function wiredState({ wired }: { readonly wired?: number }): string[] {
  return wired === undefined || wired === 0 ? [] : [`wired ${wired} ×`];
}

/** A badge of the picture, in words. */
function told(badge: Badge | undefined): string[] {
  return badge ? [badge.word.toLowerCase()] : [];
}

function memoryText({ nowBy, beforeBy }: Context, id: string, offset: string): string {
  return `${(nowBy.descriptor(id) ?? beforeBy.descriptor(id))?.name ?? id} +${offset}`;
}

function mapName({ nowBy, beforeBy }: Context, id: string): string {
  return (nowBy.map(id) ?? beforeBy.map(id))?.name ?? id;
}

function cacheText({ cache, cacheAs }: { readonly cache: string; readonly cacheAs?: string }): string {
  return cacheAs === undefined ? cache : `${cache}, here ${cacheAs}`;
}

function words(...states: readonly (string | undefined)[]): string {
  return [...new Set(states.filter((state) => state !== undefined))].join(', ');
}
