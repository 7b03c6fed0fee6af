import type { Pager, Pages, Region, Space } from './space';

/** What the oracle's kernel is made of: plain records. */

export interface OracleTask {
  readonly name: string;
  readonly kernel: boolean;
  readonly space: Space;
}

/** A named entry: consecutive pages of one object, and where its data starts in the first of them. */
export interface Entry {
  readonly pages: Pages;
  readonly first: number;
  readonly count: number;
  readonly dataOffset: number;
  /** Of the data, in bytes. */
  readonly size: bigint;
  /** Of the data in the descriptor. */
  readonly offset: bigint;
  /** The cache mode that every later mapping of the entry asks for again. */
  access: number;
  /** A copied range is no object (osfmk/vm/vm_memory_entry.c, mach_make_memory_entry_copy). */
  readonly isObject: boolean;
}

/** _memRef. */
export interface Reference {
  readonly entries: readonly Entry[];
  readonly protection: number;
  /** MAP_MEM_USE_DATA_ADDR. */
  readonly byData: boolean;
  /** Of copy-on-write memory: what the mappings show. */
  readonly copy?: Reference;
}

export interface Range {
  readonly address: bigint;
  length: bigint;
}

export type Kind = 'general' | 'buffer' | 'guard' | 'sub' | 'multi' | 'interleaved';

export interface Segment {
  readonly of: OracleDescriptor;
  readonly offset: bigint;
  readonly length: bigint;
}

export interface OracleDescriptor {
  readonly kind: Kind;
  /** Of general memory: NULL is physical. */
  readonly task: OracleTask | undefined;
  readonly ranges: Range[];
  direction: number;
  length: bigint;
  readonly capacity: bigint;
  readonly pageable: boolean;
  readonly copyOnWrite: boolean;
  cache: number;
  wireCount: number;
  preparedReadOnly: boolean;
  /** Of wired memory: the page that each of its bytes is in, and where in it; in pieces. */
  wired: readonly { readonly bytes: Uint8Array; readonly from: number; readonly size: number }[];
  reference: Reference | undefined;
  /** reserved->dp.devicePager. */
  pager?: Pager;
  /** _mappings. */
  readonly set: OracleMap[];
  /** Callers' references and the kernel's. */
  count: number;
  owned: number;
  freed: boolean;
  readonly parent?: OracleDescriptor;
  readonly start: bigint;
  readonly parts: readonly OracleDescriptor[];
  segments: Segment[];
  readonly segmentCapacity: bigint;
  segmentsPrepared: boolean;
  /** Its own kernel pages, given back with it. */
  allocation?: { readonly start: number; readonly count: number };
  ownMap?: OracleMap;
}

/** What a UPL of a memory entry blocks: pages of an object, and where the UPL starts in it, in bytes. */
export interface Block {
  pages: Pages;
  readonly first: number;
  readonly count: number;
  readonly offset: number;
}

export interface OracleMap {
  /** fMemory. */
  memory: OracleDescriptor | undefined;
  readonly task: OracleTask;
  alive: boolean;
  address: bigint;
  offset: bigint;
  readonly length: bigint;
  options: number;
  superMap: OracleMap | undefined;
  /** fRedirUPL. */
  block?: Block | undefined;
  /** All references, the set's too: below two it is freed. */
  count: number;
  owned: number;
  freed: boolean;
}

export type Made =
  | { readonly kind: 'map'; readonly how: string; readonly map: OracleMap }
  | { readonly kind: 'null'; readonly reason: string }
  | { readonly kind: 'panic'; readonly reason: string };

export class Panic extends Error {}
/** The call gives NULL; `message` is why. */
export class Refused extends Error {}
/** The same where makeMapping leaves without a release of the map that it was given. */
export class Left extends Refused {}

export interface Layout {
  readonly pageSize: number;
  readonly arch: 'x86_64' | 'arm64';
  readonly user: Region;
  readonly userKept: readonly Region[];
  readonly userPermanent: readonly Region[];
  readonly kernel: Region;
  readonly data: Region;
  readonly iokit: Region;
  readonly pageable: Region;
  readonly pointers: Region;
  readonly pageableCap: bigint;
}
