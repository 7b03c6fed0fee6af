import type { Change, DescriptorView, EntryView, MapView, State, TaskView, Trace } from './trace';

const keyframeEvery = 64;

interface Tables {
  readonly task: Map<string, TaskView>;
  readonly descriptor: Map<string, DescriptorView>;
  readonly map: Map<string, MapView>;
  readonly entry: Map<string, EntryView>;
}

/** The states of a trace. A state is the nearest keyframe before it plus the changes since: at most 63 steps' worth. */
export class Timeline {
  readonly trace: Trace;
  readonly #keyframes: Tables[] = [];
  #last: { readonly step: number; readonly state: State } | undefined;

  constructor(trace: Trace) {
    this.trace = trace;
    const tables = emptyTables();
    trace.steps.forEach((step, index) => {
      for (const change of step.changes) apply(tables, change);
      if (index % keyframeEvery === 0) this.#keyframes.push(copyTables(tables));
    });
  }

  get length(): number {
    return this.trace.steps.length;
  }

  /** The state after a step; before the first it is empty, after the last it is the last. Objects in order of creation. */
  stateAt(step: number): State {
    const index = Math.min(step, this.length - 1);
    if (index < 0) return { tasks: [], descriptors: [], maps: [], entries: [] };
    if (this.#last?.step === index) return this.#last.state;
    const frame = Math.floor(index / keyframeEvery);
    const tables = copyTables(this.#keyframes[frame]!);
    for (let i = frame * keyframeEvery + 1; i <= index; i++)
      for (const change of this.trace.steps[i]!.changes) apply(tables, change);
    const state: State = {
      tasks: [...tables.task.values()],
      descriptors: [...tables.descriptor.values()],
      maps: [...tables.map.values()],
      entries: [...tables.entry.values()].sort(byAddress),
    };
    this.#last = { step: index, state };
    return state;
  }

  /** Every view that an object had: one point for each step that changed it. */
  history(of: 'descriptor', id: string): readonly { readonly step: number; readonly value: DescriptorView | null }[];
  history(of: 'map', id: string): readonly { readonly step: number; readonly value: MapView | null }[];
  history(of: Change['of'], id: string): readonly { readonly step: number; readonly value: Change['value'] }[] {
    return this.trace.steps.flatMap((step, index) =>
      step.changes
        .filter((change) => change.of === of && change.id === id)
        .map((change) => ({ step: index, value: change.value })),
    );
  }
}

function byAddress(a: EntryView, b: EntryView): number {
  if (a.task !== b.task) return a.task < b.task ? -1 : 1;
  // Hexadecimal strings without leading zeros: the longer one is greater.
  if (a.start.length !== b.start.length) return a.start.length - b.start.length;
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}

function emptyTables(): Tables {
  return { task: new Map(), descriptor: new Map(), map: new Map(), entry: new Map() };
}

function copyTables(tables: Tables): Tables {
  return {
    task: new Map(tables.task),
    descriptor: new Map(tables.descriptor),
    map: new Map(tables.map),
    entry: new Map(tables.entry),
  };
}

function apply(tables: Tables, change: Change): void {
  const set = <T>(table: Map<string, T>, value: T | null): void => {
    if (value === null) table.delete(change.id);
    else table.set(change.id, value);
  };
  switch (change.of) {
    case 'task':
      set(tables.task, change.value);
      break;
    case 'descriptor':
      set(tables.descriptor, change.value);
      break;
    case 'map':
      set(tables.map, change.value);
      break;
    case 'entry':
      set(tables.entry, change.value);
      break;
    default:
      change satisfies never;
  }
}
