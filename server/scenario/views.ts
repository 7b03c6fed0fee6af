import type { Change, DescriptorView, EntryView, MapView, Step, TaskView } from '../../sim/trace';

/** What the trace shows of a run so far, kept up step by step, for expectations to look at. */
export class Views {
  readonly #start: Map<string, EntryView>;
  readonly #first: readonly Change[];
  #seen: number;
  readonly #tasks = new Map<string, TaskView>();
  readonly #objects = new Map<string, MapView | DescriptorView>();
  readonly #entries = new Map<string, EntryView>();

  /** @param first the changes of step 0. */
  constructor(first: readonly Change[]) {
    this.apply(first);
    this.#start = new Map(this.#entries);
    this.#first = first;
    this.#seen = first.length;
  }

  /** What was added to step 0 since, because a driver's code found it made already. */
  #late(): void {
    const late = this.#first.slice(this.#seen);
    this.#seen = this.#first.length;
    for (const change of late) if (change.of === 'entry') set(this.#start, change.id, change.value);
    this.apply(late);
  }

  /** Applies the changes of a step, or of the several that a step of the scenario made. */
  follow(steps: readonly Step[]): void {
    this.#late();
    for (const { changes } of steps) this.apply(changes);
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes)
      switch (change.of) {
        case 'task':
          set(this.#tasks, change.id, change.value);
          break;
        case 'descriptor':
        case 'map':
          set<MapView | DescriptorView>(this.#objects, change.id, change.value);
          break;
        case 'entry':
          set(this.#entries, change.id, change.value);
          break;
        default:
          change satisfies never;
      }
  }

  object(id: string): MapView | DescriptorView | undefined {
    return this.#objects.get(id);
  }

  entriesOf(task: string): readonly EntryView[] {
    return [...this.#entries.values()].filter((entry) => entry.task === task);
  }

  /**
   * How the address spaces differ from those at the start, in words; undefined where they don't.
   * @param task only this one's.
   */
  spaceDifference(task?: string): string | undefined {
    const inSpace = (entries: ReadonlyMap<string, EntryView>): readonly EntryView[] =>
      [...entries.values()].filter((entry) => task === undefined || entry.task === task);
    const before = new Set(inSpace(this.#start).map(keyOf));
    const after = new Set(inSpace(this.#entries).map(keyOf));
    const more = inSpace(this.#entries).find((entry) => !before.has(keyOf(entry)));
    if (more) return `there is ${this.#text(more)} (${more.kind}, ${more.protection})`;
    const less = inSpace(this.#start).find((entry) => !after.has(keyOf(entry)));
    return less && `${this.#text(less)} is gone`;
  }

  #text(entry: EntryView): string {
    return `${entry.start} – ${entry.end} in ${this.#tasks.get(entry.task)?.name ?? 'a task'}`;
  }
}

function set<T>(table: Map<string, T>, id: string, value: T | null): void {
  if (value === null) table.delete(id);
  else table.set(id, value);
}

function keyOf({ task, start, end, protection, kind }: EntryView): string {
  return `${task} ${start} ${end} ${protection} ${kind}`;
}
