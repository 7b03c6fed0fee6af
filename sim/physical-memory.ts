import type { KernelState } from './kernel-state';

/** Physical memory by its addresses: what a device sees of it, and copypv() (osfmk/arm64/loose_ends.c, osfmk/i386/loose_ends.c). */

/** Reads `into.length` bytes. Pages that were never given out are a device's, and read as what was written there. */
export function readPhysical(state: KernelState, address: bigint, into: Uint8Array): void {
  eachPage(state, address, into, (place, offset, part) => {
    place.store.read(place.page, offset, part);
  });
}

export function writePhysical(state: KernelState, address: bigint, bytes: Uint8Array): void {
  eachPage(state, address, bytes, (place, offset, part) => {
    place.store.write(place.page, offset, part);
  });
}

type Place = NonNullable<ReturnType<KernelState['frames']['at']>>;

function eachPage(
  state: KernelState,
  address: bigint,
  bytes: Uint8Array,
  take: (place: Place, offset: number, part: Uint8Array) => void,
): void {
  const size = BigInt(state.pageSize);
  for (let done = 0; done < bytes.length;) {
    const at = address + BigInt(done);
    const offset = Number(at % size);
    const number = Number(at / size);
    const part = bytes.subarray(done, done + state.pageSize - offset);
    take(state.frames.at(number) ?? { store: state.physical, page: number }, offset, part);
    done += part.length;
  }
}
