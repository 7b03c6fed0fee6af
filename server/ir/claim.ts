import type { BlockId, Function } from './types';

/** What a finding says of a run: on this way through the function, this goes wrong with that object. */
export interface Claim {
  /** The whole way, from the entry to the block where it shows. In a loop blocks come again. */
  readonly blocks: readonly BlockId[];
  readonly what: ClaimKind;
  readonly subject: Subject | undefined;
  /** Where it shows. */
  readonly at: Function['span'];
  /** Names of methods that the kernel calls on the same instance afterwards, in this order, as far as its class has them. */
  readonly then?: readonly string[];
}

export type ClaimKind =
  /** When the function is over, a reference of its own is left that nothing can give up. */
  | 'lost'
  /** The instance is gone, and a reference is left that only it knew of. */
  | 'lost-with-instance'
  /** The pointer is NULL and is used. */
  | 'null'
  /** The object, or the mapping whose address is used, is gone. */
  | 'gone'
  /** A reference is given up that the function does not have. */
  | 'over-released'
  /** The function returns and has left the memory prepared. */
  | 'left-prepared'
  /** complete() without a prepare() that succeeded. */
  | 'not-prepared'
  /** What only prepared memory has is asked of memory that isn't. */
  | 'unprepared'
  /** The address of a mapping that is gone is left in memory that outlives the function. */
  | 'dangling'
  /** An IODMACommand is given up with its memory set. */
  | 'with-memory'
  /** The object is returned with a reference for the caller. */
  | 'gives-reference'
  /** It is returned without one. */
  | 'gives-none'
  /** Something else, for which there is no check. */
  | 'other';

/** How a run finds the object of a claim. */
export type Subject =
  /** What the call at a span made, when it ran last. */
  | { readonly kind: 'made'; readonly at: Function['span'] }
  /** What a parameter holds when the function begins; `handedOver`: with the caller's reference. */
  | { readonly kind: 'parameter'; readonly local: number; readonly handedOver: boolean }
  /** What a field of the object whose method it is holds when the function begins. */
  | { readonly kind: 'field'; readonly name: string }
  /** What the method called at a span was called on, one or more times. */
  | { readonly kind: 'receiver'; readonly at: Function['span'] }
  /** What the place that is stored to at a span held just before, the reference included. */
  | { readonly kind: 'overwritten'; readonly at: Function['span'] };
