import type { KernelObject } from './kernel-object';
import type { MemoryMap } from './memory-map';
import type { MemoryDescriptor } from './memory-descriptor';

/** What the machine's operations answer. Nothing a driver does makes the model throw. */

/** Why a mapping call gave NULL; the driver itself sees only NULL. */
export type NullReason =
  | 'null-task'
  | 'beyond-descriptor'
  | 'no-address'
  | 'occupied'
  | 'outside-address-space'
  | 'no-space'
  | 'no-shared-map'
  | 'guard-needs-anywhere'
  | 'not-prepared'
  | 'not-accessible'
  | 'not-writable'
  | 'kernel-object'
  | 'not-contiguous'
  | 'not-aligned'
  | 'pageable-cap'
  | 'size-limit'
  | 'no-device-memory'
  | 'underrun'
  | 'overrun'
  | 'several-entries'
  | 'empty'
  | 'unsupported';

export interface UseAfterFree {
  readonly kind: 'use-after-free';
  /** None where it is a task that was freed. */
  readonly object?: KernelObject;
  readonly why: string;
}

export interface Panic {
  readonly kind: 'panic';
  /** The panic's cause in short, as the kernel would name it. */
  readonly reason: string;
  readonly why: string;
}

export interface NotModelled {
  readonly kind: 'not-modelled';
  readonly what: string;
}

/** How a mapping came about. `new` is the only one that makes a VM entry; `remote` claims success for nothing. */
export type MapHow = 'new' | 'shared' | 'sub-map' | 'static' | 'same-task' | 'remote';

/** A map with a sentence that is made when somebody reads it: making it costs more than the map. */
export class Mapped {
  readonly kind = 'map';
  readonly map: MemoryMap;
  readonly how: MapHow;
  readonly #tell: () => string;

  /** @param tell may not read what can change later. */
  constructor(map: MemoryMap, how: MapHow, tell: () => string) {
    this.map = map;
    this.how = how;
    this.#tell = tell;
  }

  get why(): string {
    return this.#tell();
  }
}

/** Likewise of a release. */
export class Released {
  readonly kind = 'released';
  readonly freed: boolean;
  readonly #tell: () => string;

  constructor(freed: boolean, tell: () => string) {
    this.freed = freed;
    this.#tell = tell;
  }

  get why(): string {
    return this.#tell();
  }
}

export type MapResult =
  | { readonly kind: 'map'; readonly map: MemoryMap; readonly how: MapHow; readonly why: string }
  | { readonly kind: 'null'; readonly reason: NullReason; readonly why: string }
  | Panic
  | UseAfterFree
  | NotModelled;

export const nothing = (reason: NullReason, why: string): MapResult => ({ kind: 'null', reason, why });
export const panic = (reason: string, why: string): MapResult => ({ kind: 'panic', reason, why });

export type DescriptorResult<D extends MemoryDescriptor = MemoryDescriptor> =
  | { readonly kind: 'descriptor'; readonly descriptor: D; readonly why: string }
  | { readonly kind: 'null'; readonly why: string }
  | UseAfterFree;

export type ReleaseResult =
  | { readonly kind: 'released'; readonly freed: boolean; readonly why: string }
  | { readonly kind: 'over-release'; readonly freed: boolean; readonly object: KernelObject; readonly why: string }
  | Panic
  | UseAfterFree;

/** `code` is an IOReturn (returns.ts). */
export type CodeResult =
  { readonly kind: 'code'; readonly code: number; readonly why: string } | Panic | UseAfterFree | NotModelled;

export type ValueResult = { readonly kind: 'value'; readonly value: bigint } | Panic | UseAfterFree;

export type FaultReason = 'unmapped' | 'protection' | 'guard page' | 'blocked';

export interface Fault {
  readonly kind: 'fault';
  readonly reason: FaultReason;
  /** The first byte that could not be accessed. */
  readonly address: bigint;
  readonly why: string;
}

export type ReadResult = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | Fault;
export type WriteResult = { readonly kind: 'written' } | Fault;

export type AllocateResult =
  { readonly kind: 'allocated'; readonly address: bigint } | { readonly kind: 'null'; readonly why: string };
