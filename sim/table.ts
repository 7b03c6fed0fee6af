import { indexOf, type StateIndex } from './state-index';
import { addressText, countText, sizeText } from './text';
import type { EntryView, MapView, State, TaskView } from './trace';

/** The table twin of a state: the same facts as the picture, as plain strings, for screen readers, copying and the command line. */

export interface TableRow {
  /** The object the row is about, as an id of the state. */
  readonly id: string;
  readonly task: string;
  /** "0x1_0480_0000 – 0x1_0481_0000", end exclusive; empty where nothing is mapped. */
  readonly range: string;
  readonly size: string;
  readonly protection: string;
  readonly cache: string;
  /** "fRing +0x4000". */
  readonly descriptor: string;
  readonly variable: string;
  readonly holders: string;
  /** Words such as "new", "sub-map of umap", "static", "leaked"; empty for an ordinary mapping. */
  readonly state: string;
}

export const tableColumns: readonly { readonly key: Exclude<keyof TableRow, 'id'>; readonly title: string }[] = [
  { key: 'task', title: 'Task' },
  { key: 'range', title: 'Address range' },
  { key: 'size', title: 'Size' },
  { key: 'protection', title: 'Protection' },
  { key: 'cache', title: 'Cache' },
  { key: 'descriptor', title: 'Descriptor' },
  { key: 'variable', title: 'Variable' },
  { key: 'holders', title: 'Held by' },
  { key: 'state', title: 'State' },
];

/** Rows by task and address; sub-maps and records follow what they lie in. `before` tells what is new and what is gone. */
export function stateTable(state: State, before?: State): TableRow[] {
  return state.tasks.flatMap((task) => taskRows(task, state, before));
}

function cacheText({ cache, cacheAs }: MapView | EntryView): string {
  return cacheAs === undefined ? cache : `${cache} (as ${cacheAs})`;
}

function rangeText(start: bigint, length: bigint): string {
  return `${addressText(start)} – ${addressText(start + length)}`;
}

function taskRows(task: TaskView, state: State, before: State | undefined): TableRow[] {
  const rows: TableRow[] = [];
  const ofTask = (view: { readonly task: string }): boolean => view.task === task.id;
  const maps = state.maps.filter(ofTask);
  const entries = state.entries.filter((entry) => ofTask(entry) && entry.kind !== 'reserved');
  const listed = new Set<string>();
  const now = indexOf(state);
  const earlier = before && indexOf(before);
  const newMap = (id: string): string => (earlier && !earlier.map(id) ? 'new' : '');
  const descriptorText = (id: string, offset: string, gone?: StateIndex): string => {
    const name = (now.descriptor(id) ?? gone?.descriptor(id))?.name ?? '';
    return name && `${name} +${offset}`;
  };

  const mapRow = (map: MapView, entry: EntryView | undefined, isNew: string): TableRow => {
    listed.add(map.id);
    const address = BigInt(map.address);
    const superMap = now.map(map.superMap);
    const words = [
      isNew,
      map.superMap ? `sub-map of ${superMap?.name ?? 'a freed map'}` : '',
      entry?.kind === 'guard' && !map.static ? 'guard' : '',
      map.static ? 'static, no VM entry of its own' : '',
      map.freed ? 'freed, dangling' : map.mapped ? ((entry ?? map.static) ? '' : 'dangling') : 'unmapped',
      entry?.wired ? `wired ${countText(entry.wired, 'time')}` : '',
      map.leaked ? 'leaked' : '',
    ];
    return {
      id: map.id,
      task: task.name,
      range: address ? rangeText(address, BigInt(map.length)) : '',
      size: sizeText(map.length),
      protection: map.protection,
      cache: map.mapped ? cacheText(map) : '',
      descriptor: descriptorText(map.descriptor, map.offset),
      variable: map.name,
      holders: map.holders.join(', '),
      state: words.filter(Boolean).join(', '),
    };
  };

  for (const entry of entries) {
    const start = BigInt(entry.start);
    const end = BigInt(entry.end);
    const inside = (map: MapView): boolean => BigInt(map.address) >= start && BigInt(map.address) < end;
    const owned = now.map(entry.map);
    const map = owned?.task === task.id ? owned : undefined;
    const shows = entry.kind === 'mapping' || entry.kind === 'guard';
    if (map && shows && inside(map) && !listed.has(map.id)) rows.push(mapRow(map, entry, newMap(map.id)));
    else {
      const owner =
        entry.kind === 'buffer'
          ? state.descriptors.find(
              (view) =>
                view.task === task.id &&
                !view.freed &&
                view.ranges[0] &&
                BigInt(view.ranges[0].address) >= start &&
                BigInt(view.ranges[0].address) < end,
            )
          : undefined;
      rows.push({
        id: entry.id,
        task: task.name,
        range: rangeText(start, end - start),
        size: sizeText(end - start),
        protection: entry.protection,
        cache: entry.kind === 'guard' ? '' : cacheText(entry),
        descriptor: entry.descriptor ? descriptorText(entry.descriptor, entry.offset ?? '0x0') : (owner?.name ?? ''),
        variable: map?.name ?? owner?.name ?? '',
        holders: '',
        state: [
          earlier && !earlier.entry(entry.id) ? 'new' : '',
          entry.kind === 'mapping' ? (map ? 'another part of the map' : 'left mapped, its map is gone') : entry.kind,
          entry.note && entry.note !== entry.kind ? entry.note : '',
        ]
          .filter(Boolean)
          .join(', '),
      });
    }
    const within = now
      .lodgersIn(task.id, start, end)
      .filter((view) => !view.freed && !listed.has(view.id))
      .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    for (const each of within) rows.push(mapRow(each, entry, newMap(each.id)));
  }
  for (const map of maps)
    if (!listed.has(map.id) && (!map.freed || map.holders.length)) rows.push(mapRow(map, undefined, ''));
  for (const map of before?.maps ?? []) {
    if (!ofTask(map) || map.freed || !map.mapped) continue;
    const left = now.map(map.id);
    if (left && (!left.freed || left.holders.length)) continue;
    rows.push({
      id: map.id,
      task: task.name,
      range: rangeText(BigInt(map.address), BigInt(map.length)),
      size: sizeText(map.length),
      protection: map.protection,
      cache: map.cache,
      descriptor: descriptorText(map.descriptor, map.offset, earlier),
      variable: map.name,
      holders: '',
      state: 'gone',
    });
  }
  return rows;
}

/** The table as aligned text, for a terminal. Columns that are empty in every row are left out. */
export function tableText(rows: readonly TableRow[]): string {
  if (!rows.length) return 'Nothing is mapped.';
  const columns = tableColumns.filter(({ key }) => rows.some((row) => row[key]));
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ key }) => row[key]))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
