import type { DescriptorView, EntryView, MapView, State } from './trace';

interface Placed {
  readonly map: MapView;
  readonly at: bigint;
  readonly order: number;
}

/** Finds views of one state by what names them, so that whoever draws all of them stays linear. */
export class StateIndex {
  readonly #state: State;
  #maps: ReadonlyMap<string, MapView> | undefined;
  #descriptors: ReadonlyMap<string, DescriptorView> | undefined;
  #entries: ReadonlyMap<string, EntryView> | undefined;
  #parts: ReadonlyMap<string, readonly EntryView[]> | undefined;
  #lodgers: ReadonlyMap<string, readonly Placed[]> | undefined;

  constructor(state: State) {
    this.#state = state;
  }

  map(id: string | undefined): MapView | undefined {
    this.#maps ??= new Map(this.#state.maps.map((view) => [view.id, view]));
    return id === undefined ? undefined : this.#maps.get(id);
  }

  descriptor(id: string | undefined): DescriptorView | undefined {
    this.#descriptors ??= new Map(this.#state.descriptors.map((view) => [view.id, view]));
    return id === undefined ? undefined : this.#descriptors.get(id);
  }

  entry(id: string): EntryView | undefined {
    this.#entries ??= new Map(this.#state.entries.map((view) => [view.id, view]));
    return this.#entries.get(id);
  }

  /** The entries that a map made and that show its memory, in order. */
  partsOf(map: string): readonly EntryView[] {
    this.#parts ??= partsOfMaps(this.#state);
    return this.#parts.get(map) ?? [];
  }

  /** Maps without an entry of their own, records and sub-maps, that are mapped in [start, end); in order of creation. */
  lodgersIn(task: string, start: bigint, end: bigint): readonly MapView[] {
    this.#lodgers ??= lodgersOf(this.#state);
    const all = this.#lodgers.get(task) ?? [];
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle]!.at < start) low = middle + 1;
      else high = middle;
    }
    const found: Placed[] = [];
    for (let i = low; i < all.length && all[i]!.at < end; i++) found.push(all[i]!);
    return found.sort((a, b) => a.order - b.order).map(({ map }) => map);
  }
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

/** The index of a state, made once. */
export function indexOf(state: State): StateIndex {
  let index = indexes.get(state);
  if (!index) indexes.set(state, (index = new StateIndex(state)));
  return index;
}
