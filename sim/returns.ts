/** Return codes that a simulated call can give (xnu iokit/IOKit/IOReturn.h, osfmk/mach/kern_return.h). */

export const kIOReturnSuccess = 0;
export const kIOReturnError = 0xe00002bc;
export const kIOReturnBadArgument = 0xe00002c2;
export const kIOReturnUnsupported = 0xe00002c7;
export const kIOReturnNotReadable = 0xe00002cd;
export const kIOReturnNotWritable = 0xe00002cf;
export const kIOReturnNotAligned = 0xe00002d0;
export const kIOReturnVMError = 0xe00002c8;
export const kIOReturnNotAttached = 0xe00002d9;
export const kIOReturnCannotWire = 0xe00002de;

export const KERN_SUCCESS = 0;
export const KERN_INVALID_ADDRESS = 1;
export const KERN_PROTECTION_FAILURE = 2;
export const KERN_NO_SPACE = 3;
export const KERN_INVALID_ARGUMENT = 4;
export const KERN_INVALID_RIGHT = 17;

const names: ReadonlyMap<number, string> = new Map([
  [KERN_SUCCESS, 'KERN_SUCCESS'],
  [KERN_INVALID_ADDRESS, 'KERN_INVALID_ADDRESS'],
  [KERN_PROTECTION_FAILURE, 'KERN_PROTECTION_FAILURE'],
  [KERN_NO_SPACE, 'KERN_NO_SPACE'],
  [KERN_INVALID_ARGUMENT, 'KERN_INVALID_ARGUMENT'],
  [KERN_INVALID_RIGHT, 'KERN_INVALID_RIGHT'],
  [kIOReturnError, 'kIOReturnError'],
  [kIOReturnBadArgument, 'kIOReturnBadArgument'],
  [kIOReturnUnsupported, 'kIOReturnUnsupported'],
  [kIOReturnNotReadable, 'kIOReturnNotReadable'],
  [kIOReturnNotWritable, 'kIOReturnNotWritable'],
  [kIOReturnNotAligned, 'kIOReturnNotAligned'],
  [kIOReturnVMError, 'kIOReturnVMError'],
  [kIOReturnNotAttached, 'kIOReturnNotAttached'],
  [kIOReturnCannotWire, 'kIOReturnCannotWire'],
]);

/** The symbolic name of a return code, else the number. */
export function returnName(code: number): string {
  return names.get(code) ?? `0x${code.toString(16)}`;
}
