import type { DescriptorView, EntryView, MapView, State } from './trace';

interface Owned {
  readonly descriptor: DescriptorView;
  readonly at: bigint;
  readonly order: number;
}

interface Placed {
  readonly map: MapView;
  readonly at: bigint;
  readonly order: number;
}

/** Finds views of a state without reading all of it; whoever makes states may know how. */
export interface Finder {
  readonly map: (id: string) => MapView | undefined;
  readonly descriptor: (id: string) => DescriptorView | undefined;
  readonly entry: (id: string) => EntryView | undefined;
  /** The ids of the entries that a map has or had, in the order in which they came. */
  readonly entriesOf: (map: string) => readonly string[];
}

/** Finds views of one state by what names them, so that whoever draws all of them stays linear. */
export class StateIndex {
  readonly #state: State;
  readonly #finder: Finder | undefined;
  #maps: ReadonlyMap<string, MapView> | undefined;
  #descriptors: ReadonlyMap<string, DescriptorView> | undefined;
  #entries: ReadonlyMap<string, EntryView> | undefined;
  #parts: ReadonlyMap<string, readonly EntryView[]> | undefined;
  #lodgers: ReadonlyMap<string, readonly Placed[]> | undefined;
  #owners: ReadonlyMap<string, readonly Owned[]> | undefined;

  constructor(state: State, finder?: Finder) {
    this.#state = state;
    this.#finder = finder;
  }

  map(id: string | undefined): MapView | undefined {
    if (this.#finder) return id === undefined ? undefined : this.#finder.map(id);
    this.#maps ??= new Map(this.#state.maps.map((view) => [view.id, view]));
    return id === undefined ? undefined : this.#maps.get(id);
  }

  descriptor(id: string | undefined): DescriptorView | undefined {
    if (this.#finder) return id === undefined ? undefined : this.#finder.descriptor(id);
    this.#descriptors ??= new Map(this.#state.descriptors.map((view) => [view.id, view]));
    return id === undefined ? undefined : this.#descriptors.get(id);
  }

  entry(id: string): EntryView | undefined {
    if (this.#finder) return this.#finder.entry(id);
    this.#entries ??= new Map(this.#state.entries.map((view) => [view.id, view]));
    return this.#entries.get(id);
  }

  /** The entries that a map made and that show its memory, in order. */
  partsOf(map: string): readonly EntryView[] {
    if (this.#finder) {
      const { entry, entriesOf } = this.#finder;
      const found = entriesOf(map).flatMap((id) => entry(id) ?? []);
      return found.filter((each) => each.kind === 'mapping' && each.map === map).sort(byStart);
    }
    this.#parts ??= partsOfMaps(this.#state);
    return this.#parts.get(map) ?? [];
  }

  /** Maps without an entry of their own, records and sub-maps, that are mapped in [start, end); in order of creation. */
  lodgersIn(task: string, start: bigint, end: bigint): readonly MapView[] {
    this.#lodgers ??= lodgersOf(this.#state);
    const all = this.#lodgers.get(task);
    if (!all) return [];
    const low = firstFrom(all, start);
    const found: Placed[] = [];
    for (let i = low; i < all.length && all[i]!.at < end; i++) found.push(all[i]!);
    return found.sort((a, b) => a.order - b.order).map(({ map }) => map);
  }

  /** The first made of the descriptors whose memory begins in [start, end) of a task. */
  ownerIn(task: string, start: bigint, end: bigint): DescriptorView | undefined {
    this.#owners ??= ownersOf(this.#state);
    const all = this.#owners.get(task);
    if (!all) return undefined;
    let found: Owned | undefined;
    for (let i = firstFrom(all, start); i < all.length && all[i]!.at < end; i++)
      if (!found || all[i]!.order < found.order) found = all[i];
    return found?.descriptor;
  }
}

function byStart(a: EntryView, b: EntryView): number {
  const [from, to] = [BigInt(a.start), BigInt(b.start)];
  return from < to ? -1 : from > to ? 1 : 0;
}

/** Of things in the order of their addresses, the number of the first that is not below one. */
function firstFrom(all: readonly { readonly at: bigint }[], start: bigint): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]!.at < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ownersOf(state: State): ReadonlyMap<string, readonly Owned[]> {
  const owners = new Map<string, Owned[]>();
  state.descriptors.forEach((descriptor, order) => {
    const { task, freed, ranges } = descriptor;
    if (task === undefined || freed || descriptor.class === 'IOSubMemoryDescriptor' || !ranges[0]) return;
    const owned = { descriptor, at: BigInt(ranges[0].address), order };
    const ofTask = owners.get(task);
    if (ofTask) ofTask.push(owned);
    else owners.set(task, [owned]);
  });
  for (const ofTask of owners.values()) ofTask.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return owners;
}

function partsOfMaps(state: State): ReadonlyMap<string, readonly EntryView[]> {
  const parts = new Map<string, EntryView[]>();
  for (const entry of state.entries) {
    if (entry.kind !== 'mapping' || entry.map === undefined) continue;
    const ofMap = parts.get(entry.map);
    if (ofMap) ofMap.push(entry);
    else parts.set(entry.map, [entry]);
  }
  return parts;
}

function lodgersOf(state: State): ReadonlyMap<string, readonly Placed[]> {
  const lodgers = new Map<string, Placed[]>();
  state.maps.forEach((map, order) => {
    if (!map.mapped || (!map.static && map.superMap === undefined)) return;
    const placed = { map, at: BigInt(map.address), order };
    const ofTask = lodgers.get(map.task);
    if (ofTask) ofTask.push(placed);
    else lodgers.set(map.task, [placed]);
  });
  for (const ofTask of lodgers.values()) ofTask.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return lodgers;
}

const indexes = new WeakMap<State, StateIndex>();

/** Lets the index of a state ask whoever made it. */
export function setFinder(state: State, finder: Finder): void {
  indexes.set(state, new StateIndex(state, finder));
}

/** The index of a state, made once. */
export function indexOf(state: State): StateIndex {
  let index = indexes.get(state);
  if (!index) indexes.set(state, (index = new StateIndex(state)));
  return index;
}
