/**
 * The trace: what a run of the model looked like, step by step. It is plain JSON, so it crosses process and webview
 * borders as it is. Addresses and sizes are hexadecimal strings ("0x4000"); ranges end exclusive.
 */

export type Arch = 'x86_64' | 'arm64';

/** Which machine a run pretends to be. `release` is a macOS version, e.g. "15.4". */
export interface MachineProfile {
  readonly name: string;
  readonly arch: Arch;
  readonly release: string;
  readonly pageSize: number;
}

/** A hexadecimal number as a string, "0x" first. */
export type Hex = string;

export type Protection = '---' | 'r--' | 'rw-';

export interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly kernel: boolean;
  readonly pageSize: number;
  /** Absent while it lives. */
  readonly state?: 'terminated' | 'freed';
  /** Lowest address that may be mapped, and the first that may not. */
  readonly min: Hex;
  readonly max: Hex;
}

export interface DescriptorRange {
  readonly address: Hex;
  readonly length: Hex;
}

export interface DescriptorPart {
  /** The other descriptor's id. */
  readonly descriptor: string;
  readonly offset: Hex;
  readonly length: Hex;
}

export interface DescriptorView {
  readonly id: string;
  /** The variable or field that first held it, else a made-up name such as "descriptor 2". */
  readonly name: string;
  /** The kernel class, e.g. IOBufferMemoryDescriptor. */
  readonly class: string;
  readonly length: Hex;
  readonly direction: 'none' | 'in' | 'out' | 'inout';
  /** The task whose virtual memory it describes; absent for physical memory and for what is composed of `parts`. */
  readonly task?: string;
  /** Of a descriptor that is composed of others: what of them, in order. It has no ranges of its own. */
  readonly parts?: readonly DescriptorPart[];
  readonly ranges: readonly DescriptorRange[];
  readonly options: string;
  readonly cache: string;
  readonly wired: number;
  readonly retainCount: number;
  /** Names of those who hold a reference of their own ("md", "this->fBuffer", "map kmap"). */
  readonly holders: readonly string[];
  readonly freed: boolean;
  readonly leaked?: boolean;
}

export interface MapView {
  readonly id: string;
  readonly name: string;
  readonly descriptor: string;
  readonly task: string;
  /** The address of the first mapped byte; "0x0" after unmap(). */
  readonly address: Hex;
  readonly offset: Hex;
  readonly length: Hex;
  readonly options: string;
  readonly protection: Protection;
  readonly cache: string;
  /** What the machine has instead of that mode, where it knows no such thing (Intel). */
  readonly cacheAs?: string;
  /** References that callers own; getRetainCount() is one more, for the descriptor's set. */
  readonly references: number;
  readonly holders: readonly string[];
  /** The map that this one is a sub-map of. */
  readonly superMap?: string;
  /** A record only: it made no VM entry (kIOMapStatic or the same-task shortcut). */
  readonly static: boolean;
  /** How often wireRange() wired its first page, where it did. */
  readonly wired?: number;
  /** False once unmap() ran or the map was freed. */
  readonly mapped: boolean;
  readonly freed: boolean;
  readonly leaked?: boolean;
}

/** One VM entry of a task's address space. */
export interface EntryView {
  readonly id: string;
  readonly task: string;
  readonly start: Hex;
  readonly end: Hex;
  readonly protection: Protection;
  readonly kind: 'mapping' | 'guard' | 'buffer' | 'reserved';
  readonly cache: string;
  /** What the machine has instead of that mode, where it knows no such thing (Intel). */
  readonly cacheAs?: string;
  /** How often wireRange() wired it, where it did. */
  readonly wired?: number;
  /** The map that made it, where one did. */
  readonly map?: string;
  /** The descriptor whose memory it shows, and from which byte on. */
  readonly descriptor?: string;
  readonly offset?: Hex;
  /** It shows a copy-on-write copy of that memory, made when it was mapped. */
  readonly copy?: true;
  /** The map whose redirect() to nothing makes whoever accesses this memory sleep. */
  readonly blocked?: string;
  readonly note?: string;
}

/** The whole picture at one step. */
export interface State {
  readonly tasks: readonly TaskView[];
  readonly descriptors: readonly DescriptorView[];
  readonly maps: readonly MapView[];
  readonly entries: readonly EntryView[];
}

/** What one step changed: the new view of an object, or null when it is gone. */
export type Change =
  | { readonly of: 'task'; readonly id: string; readonly value: TaskView | null }
  | { readonly of: 'descriptor'; readonly id: string; readonly value: DescriptorView | null }
  | { readonly of: 'map'; readonly id: string; readonly value: MapView | null }
  | { readonly of: 'entry'; readonly id: string; readonly value: EntryView | null };

export interface Place {
  /** As the caller of the run named the file. */
  readonly file: string;
  /** 1-based, as everywhere on the wire. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type StepKind =
  | 'start'
  | 'create'
  | 'map'
  | 'share'
  | 'submap'
  | 'null'
  | 'retain'
  | 'release'
  | 'free'
  | 'unmap'
  | 'redirect'
  | 'prepare'
  | 'access'
  | 'log'
  | 'end';

export interface Defect {
  /** What went wrong: leaked mapping, use after free, fault … `expectation`: not what a scenario says; no run has it of its own. */
  readonly kind:
    | 'leak'
    | 'use-after-free'
    | 'over-release'
    | 'fault'
    | 'panic'
    | 'null-dereference'
    /** What C++ leaves undefined and the machine does not stop: a value that was never set, a shift by too much. */
    | 'undefined'
    /** A lock that is taken or given up in the wrong order, or a wait where none is allowed. */
    | 'lock'
    | 'expectation';
  readonly message: string;
  /** The object concerned, as an id of the state. */
  readonly object?: string;
  /** Of an access: the task's id, and the address that it failed at. */
  readonly task?: string;
  readonly address?: Hex;
}

/** One of the kernel's reasons for a mapping call to give NULL, as it stood in a run. */
export interface NullCause {
  /** An id, e.g. "beyond-descriptor". */
  readonly reason: string;
  /** What it is, in a few words. */
  readonly name: string;
  /** struck: the one. excluded: by the call itself, or the kernel had passed it by then. */
  readonly verdict: 'struck' | 'excluded' | 'not-reached';
  readonly why: string;
}

export interface Step {
  readonly kind: StepKind;
  /** The source text of the statement, in short, e.g. "map = md->map()". */
  readonly label: string;
  /** One sentence: what happened and why ("shares umap: same task, …"). */
  readonly sentence: string;
  readonly place?: Place;
  readonly changes: readonly Change[];
  readonly defects: readonly Defect[];
  /** Of a mapping call that gave NULL: the kernel's reasons in its order. */
  readonly nullCauses?: readonly NullCause[];
}

/** A value that the run had to assume, because nothing in the code gives it. */
export interface Assumption {
  readonly what: string;
  readonly value: string;
  readonly place?: Place;
}

export type Outcome =
  | { readonly kind: 'returned'; readonly value: string }
  | { readonly kind: 'panic'; readonly reason: string }
  | { readonly kind: 'fault'; readonly reason: string }
  /** The code does what C++ leaves undefined, so nothing can be said of what follows. */
  | { readonly kind: 'undefined'; readonly reason: string }
  | { readonly kind: 'not-modelled'; readonly what: string }
  | { readonly kind: 'budget'; readonly reason: string };

export interface Trace {
  readonly version: 1;
  /** The function or scenario that ran, e.g. "FrameGrabber::mapRing". */
  readonly title: string;
  readonly machine: MachineProfile;
  readonly assumptions: readonly Assumption[];
  /** Step 0 is the state before the first statement. */
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
}
