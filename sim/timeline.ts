import type { Change, DescriptorView, EntryView, MapView, State, TaskView, Trace } from './trace';
import { setFinder, type Finder } from './state-index';
import { VersionedList } from './versioned-list';

/** A view and when it came: the tables' order. */
interface Row<V> {
  readonly view: V;
  readonly order: number;
}

const byOrder = (a: Row<unknown>, b: Row<unknown>): number => a.order - b.order;

/** What there is after a step. Versions of neighbouring steps share what did not change. */
interface Version {
  readonly task: VersionedList<Row<TaskView>>;
  readonly descriptor: VersionedList<Row<DescriptorView>>;
  readonly map: VersionedList<Row<MapView>>;
  readonly entry: VersionedList<Row<EntryView>>;
}

/** A state whose lists are made when they are read: one that nobody reads costs nothing. */
class LazyState implements State {
  readonly #version: Version;
  #tasks: readonly TaskView[] | undefined;
  #descriptors: readonly DescriptorView[] | undefined;
  #maps: readonly MapView[] | undefined;
  #entries: readonly EntryView[] | undefined;

  constructor(version: Version) {
    this.#version = version;
  }

  get tasks(): readonly TaskView[] {
    return (this.#tasks ??= this.#version.task.toArray((row) => row.view));
  }

  get descriptors(): readonly DescriptorView[] {
    return (this.#descriptors ??= this.#version.descriptor.toArray((row) => row.view));
  }

  get maps(): readonly MapView[] {
    return (this.#maps ??= this.#version.map.toArray((row) => row.view));
  }

  get entries(): readonly EntryView[] {
    return (this.#entries ??= this.#version.entry.toArray((row) => row.view));
  }
}

/** The states of a trace. Memory grows with the trace's changes; a state is had in O(1), its lists in O(their length). */
export class Timeline {
  readonly trace: Trace;
  readonly #versions: Version[] = [];
  /** The states asked for last: a picture reads a step and the one before it, over and over. */
  #recent: readonly { readonly step: number; readonly state: State }[] = [];
  #lives: Lives | undefined;
  #histories: Map<string, { readonly step: number; readonly value: Change['value'] }[]> | undefined;

  constructor(trace: Trace) {
    this.trace = trace;
    const writer = new Writer();
    for (const step of trace.steps) {
      for (const change of step.changes) writer.apply(change);
      this.#versions.push(writer.version());
    }
  }

  get length(): number {
    return this.trace.steps.length;
  }

  /** The state after a step; before the first it is empty, after the last it is the last. Objects in order of creation. */
  stateAt(step: number): State {
    const index = Math.min(step, this.length - 1);
    if (index < 0) return { tasks: [], descriptors: [], maps: [], entries: [] };
    const known = this.#recent.find((each) => each.step === index);
    if (known) return known.state;
    const state = new LazyState(this.#versions[index]!);
    this.#lives ??= new Lives(this.trace);
    setFinder(state, this.#lives.at(index));
    this.#recent = [{ step: index, state }, ...this.#recent.slice(0, 1)];
    return state;
  }

  /** Every view that an object had: one point for each step that changed it. */
  history(of: 'descriptor', id: string): readonly { readonly step: number; readonly value: DescriptorView | null }[];
  history(of: 'map', id: string): readonly { readonly step: number; readonly value: MapView | null }[];
  history(of: Change['of'], id: string): readonly { readonly step: number; readonly value: Change['value'] }[] {
    const histories = (this.#histories ??= historiesOf(this.trace));
    return histories.get(`${of} ${id}`) ?? [];
  }
}

function historiesOf(trace: Trace): Map<string, { readonly step: number; readonly value: Change['value'] }[]> {
  const histories = new Map<string, { readonly step: number; readonly value: Change['value'] }[]>();
  trace.steps.forEach(({ changes }, step) => {
    for (const { of, id, value } of changes) {
      const points = histories.get(`${of} ${id}`);
      if (points) points.push({ step, value });
      else histories.set(`${of} ${id}`, [{ step, value }]);
    }
  });
  return histories;
}

interface Life<V> {
  /** The steps that changed it, ascending, and what it was from then on. */
  readonly steps: number[];
  readonly views: (V | null)[];
}

/** What every object was after every step; made once, since making each step's tables costs more than a search. */
class Lives {
  readonly #maps = new Map<string, Life<MapView>>();
  readonly #descriptors = new Map<string, Life<DescriptorView>>();
  readonly #entries = new Map<string, Life<EntryView>>();
  readonly #entriesOf = new Map<string, string[]>();

  constructor(trace: Trace) {
    trace.steps.forEach(({ changes }, step) => {
      for (const change of changes)
        if (change.of === 'map') live(this.#maps, change.id, step, change.value);
        else if (change.of === 'descriptor') live(this.#descriptors, change.id, step, change.value);
        else if (change.of === 'entry') {
          live(this.#entries, change.id, step, change.value);
          this.#noteOwner(change.id, change.value?.map);
        }
    });
  }

  #noteOwner(entry: string, map: string | undefined): void {
    if (map === undefined) return;
    const entries = this.#entriesOf.get(map);
    if (!entries) this.#entriesOf.set(map, [entry]);
    else if (!entries.includes(entry)) entries.push(entry);
  }

  at(step: number): Finder {
    return {
      map: (id) => viewAt(this.#maps.get(id), step),
      descriptor: (id) => viewAt(this.#descriptors.get(id), step),
      entry: (id) => viewAt(this.#entries.get(id), step),
      entriesOf: (map) => this.#entriesOf.get(map) ?? [],
    };
  }
}

function live<V>(lives: Map<string, Life<V>>, id: string, step: number, view: V | null): void {
  const life = lives.get(id);
  if (life) {
    life.steps.push(step);
    life.views.push(view);
  } else lives.set(id, { steps: [step], views: [view] });
}

function viewAt<V>(life: Life<V> | undefined, step: number): V | undefined {
  if (!life) return undefined;
  const { steps } = life;
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return life.views[low - 1] ?? undefined;
}

/** One of a version's tables while the versions are made. */
class Table<V> {
  list: VersionedList<Row<V>>;
  readonly #rows = new Map<string, Row<V>>();
  #next = 0;

  constructor(compare: (a: Row<V>, b: Row<V>) => number) {
    this.list = new VersionedList(compare);
  }

  /** @param moves whether the view's place in the order may have changed. */
  set(id: string, view: V | null, moves: boolean): void {
    const before = this.#rows.get(id);
    if (before && (moves || view === null)) this.list = this.list.without(before);
    if (view === null) {
      this.#rows.delete(id);
      return;
    }
    const row = { view, order: before?.order ?? this.#next++ };
    this.#rows.set(id, row);
    this.list = this.list.with(row);
  }
}

class Writer {
  readonly #tasks = new Table<TaskView>(byOrder);
  readonly #descriptors = new Table<DescriptorView>(byOrder);
  readonly #maps = new Table<MapView>(byOrder);
  readonly #entries = new Table<EntryView>((a, b) => byAddress(a.view, b.view) || a.order - b.order);

  apply(change: Change): void {
    switch (change.of) {
      case 'task':
        this.#tasks.set(change.id, change.value, false);
        break;
      case 'descriptor':
        this.#descriptors.set(change.id, change.value, false);
        break;
      case 'map':
        this.#maps.set(change.id, change.value, false);
        break;
      case 'entry':
        this.#entries.set(change.id, change.value, true);
        break;
      default:
        change satisfies never;
    }
  }

  version(): Version {
    return {
      task: this.#tasks.list,
      descriptor: this.#descriptors.list,
      map: this.#maps.list,
      entry: this.#entries.list,
    };
  }
}

function byAddress(a: EntryView, b: EntryView): number {
  if (a.task !== b.task) return a.task < b.task ? -1 : 1;
  // Hexadecimal strings without leading zeros: the longer one is greater.
  if (a.start.length !== b.start.length) return a.start.length - b.start.length;
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}
