import type { Function } from '../ir/types';

/** A half-open range of offsets, relative to the start of the function's declaration. */
export type Span = Function['span'];
