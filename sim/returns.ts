/** Return codes that a simulated call can give (xnu iokit/IOKit/IOReturn.h, osfmk/mach/kern_return.h). */

export const kIOReturnSuccess = 0;
export const kIOReturnError = 0xe00002bc;
export const kIOReturnNoMemory = 0xe00002bd;
export const kIOReturnIPCError = 0xe00002bf;
export const kIOReturnBadArgument = 0xe00002c2;
export const kIOReturnUnsupported = 0xe00002c7;
export const kIOReturnInternalError = 0xe00002c9;
export const kIOReturnNotReadable = 0xe00002ce;
export const kIOReturnNotWritable = 0xe00002cf;
export const kIOReturnNotAligned = 0xe00002d0;
export const kIOReturnVMError = 0xe00002c8;
export const kIOReturnNotReady = 0xe00002d8;
export const kIOReturnNotAttached = 0xe00002d9;
export const kIOReturnCannotWire = 0xe00002de;
export const kIOReturnBusy = 0xe00002d5;
export const kIOReturnNoSpace = 0xe00002db;
export const kIOReturnMessageTooLarge = 0xe00002e1;
export const kIOReturnUnderrun = 0xe00002e7;
export const kIOReturnOverrun = 0xe00002e8;

export const KERN_SUCCESS = 0;
export const KERN_INVALID_ADDRESS = 1;
export const KERN_PROTECTION_FAILURE = 2;
export const KERN_NO_SPACE = 3;
export const KERN_INVALID_ARGUMENT = 4;
export const KERN_INVALID_RIGHT = 17;
export const KERN_INVALID_VALUE = 18;

/** A message to a port that is gone (osfmk/mach/message.h). */
export const MACH_SEND_INVALID_DEST = 0x10000003;

const names: ReadonlyMap<number, string> = new Map([
  [KERN_SUCCESS, 'KERN_SUCCESS'],
  [KERN_INVALID_ADDRESS, 'KERN_INVALID_ADDRESS'],
  [KERN_PROTECTION_FAILURE, 'KERN_PROTECTION_FAILURE'],
  [KERN_NO_SPACE, 'KERN_NO_SPACE'],
  [KERN_INVALID_ARGUMENT, 'KERN_INVALID_ARGUMENT'],
  [KERN_INVALID_RIGHT, 'KERN_INVALID_RIGHT'],
  [KERN_INVALID_VALUE, 'KERN_INVALID_VALUE'],
  [MACH_SEND_INVALID_DEST, 'MACH_SEND_INVALID_DEST'],
  [kIOReturnError, 'kIOReturnError'],
  [kIOReturnBadArgument, 'kIOReturnBadArgument'],
  [kIOReturnUnsupported, 'kIOReturnUnsupported'],
  [kIOReturnInternalError, 'kIOReturnInternalError'],
  [kIOReturnNotReadable, 'kIOReturnNotReadable'],
  [kIOReturnNotWritable, 'kIOReturnNotWritable'],
  [kIOReturnNotAligned, 'kIOReturnNotAligned'],
  [kIOReturnVMError, 'kIOReturnVMError'],
  [kIOReturnNotAttached, 'kIOReturnNotAttached'],
  [kIOReturnCannotWire, 'kIOReturnCannotWire'],
]);

/** Those that no simulated call gives (osfmk/mach/kern_return.h; iokit/IOKit/IOReturn.h, iokit_common_err). */
const otherNames: ReadonlyMap<number, string> = new Map([
  [5, 'KERN_FAILURE'],
  [6, 'KERN_RESOURCE_SHORTAGE'],
  [7, 'KERN_NOT_RECEIVER'],
  [8, 'KERN_NO_ACCESS'],
  [9, 'KERN_MEMORY_FAILURE'],
  [10, 'KERN_MEMORY_ERROR'],
  [11, 'KERN_ALREADY_IN_SET'],
  [12, 'KERN_NOT_IN_SET'],
  [13, 'KERN_NAME_EXISTS'],
  [14, 'KERN_ABORTED'],
  [15, 'KERN_INVALID_NAME'],
  [16, 'KERN_INVALID_TASK'],
  [19, 'KERN_UREFS_OVERFLOW'],
  [20, 'KERN_INVALID_CAPABILITY'],
  [21, 'KERN_RIGHT_EXISTS'],
  [22, 'KERN_INVALID_HOST'],
  [23, 'KERN_MEMORY_PRESENT'],
  [24, 'KERN_MEMORY_DATA_MOVED'],
  [25, 'KERN_MEMORY_RESTART_COPY'],
  [26, 'KERN_INVALID_PROCESSOR_SET'],
  [27, 'KERN_POLICY_LIMIT'],
  [28, 'KERN_INVALID_POLICY'],
  [29, 'KERN_INVALID_OBJECT'],
  [30, 'KERN_ALREADY_WAITING'],
  [31, 'KERN_DEFAULT_SET'],
  [32, 'KERN_EXCEPTION_PROTECTED'],
  [33, 'KERN_INVALID_LEDGER'],
  [34, 'KERN_INVALID_MEMORY_CONTROL'],
  [35, 'KERN_INVALID_SECURITY'],
  [36, 'KERN_NOT_DEPRESSED'],
  [37, 'KERN_TERMINATED'],
  [38, 'KERN_LOCK_SET_DESTROYED'],
  [39, 'KERN_LOCK_UNSTABLE'],
  [40, 'KERN_LOCK_OWNED'],
  [41, 'KERN_LOCK_OWNED_SELF'],
  [42, 'KERN_SEMAPHORE_DESTROYED'],
  [43, 'KERN_RPC_SERVER_TERMINATED'],
  [44, 'KERN_RPC_TERMINATE_ORPHAN'],
  [45, 'KERN_RPC_CONTINUE_ORPHAN'],
  [46, 'KERN_NOT_SUPPORTED'],
  [47, 'KERN_NODE_DOWN'],
  [48, 'KERN_NOT_WAITING'],
  [49, 'KERN_OPERATION_TIMED_OUT'],
  [50, 'KERN_CODESIGN_ERROR'],
  [51, 'KERN_POLICY_STATIC'],
  [52, 'KERN_INSUFFICIENT_BUFFER_SIZE'],
  [53, 'KERN_DENIED'],
  [54, 'KERN_MISSING_KC'],
  [55, 'KERN_INVALID_KC'],
  [56, 'KERN_NOT_FOUND'],
  [0xe00002bd, 'kIOReturnNoMemory'],
  [0xe00002be, 'kIOReturnNoResources'],
  [0xe00002bf, 'kIOReturnIPCError'],
  [0xe00002c0, 'kIOReturnNoDevice'],
  [0xe00002c1, 'kIOReturnNotPrivileged'],
  [0xe00002c3, 'kIOReturnLockedRead'],
  [0xe00002c4, 'kIOReturnLockedWrite'],
  [0xe00002c5, 'kIOReturnExclusiveAccess'],
  [0xe00002c6, 'kIOReturnBadMessageID'],
  [0xe00002ca, 'kIOReturnIOError'],
  [0xe00002cc, 'kIOReturnCannotLock'],
  [0xe00002cd, 'kIOReturnNotOpen'],
  [0xe00002d1, 'kIOReturnBadMedia'],
  [0xe00002d2, 'kIOReturnStillOpen'],
  [0xe00002d3, 'kIOReturnRLDError'],
  [0xe00002d4, 'kIOReturnDMAError'],
  [0xe00002d5, 'kIOReturnBusy'],
  [0xe00002d6, 'kIOReturnTimeout'],
  [0xe00002d7, 'kIOReturnOffline'],
  [0xe00002d8, 'kIOReturnNotReady'],
  [0xe00002da, 'kIOReturnNoChannels'],
  [0xe00002db, 'kIOReturnNoSpace'],
  [0xe00002dd, 'kIOReturnPortExists'],
  [0xe00002df, 'kIOReturnNoInterrupt'],
  [0xe00002e0, 'kIOReturnNoFrames'],
  [0xe00002e1, 'kIOReturnMessageTooLarge'],
  [0xe00002e2, 'kIOReturnNotPermitted'],
  [0xe00002e3, 'kIOReturnNoPower'],
  [0xe00002e4, 'kIOReturnNoMedia'],
  [0xe00002e5, 'kIOReturnUnformattedMedia'],
  [0xe00002e6, 'kIOReturnUnsupportedMode'],
  [0xe00002e7, 'kIOReturnUnderrun'],
  [0xe00002e8, 'kIOReturnOverrun'],
  [0xe00002e9, 'kIOReturnDeviceError'],
  [0xe00002ea, 'kIOReturnNoCompletion'],
  [0xe00002eb, 'kIOReturnAborted'],
  [0xe00002ec, 'kIOReturnNoBandwidth'],
  [0xe00002ed, 'kIOReturnNotResponding'],
  [0xe00002ee, 'kIOReturnIsoTooOld'],
  [0xe00002ef, 'kIOReturnIsoTooNew'],
  [0xe00002f0, 'kIOReturnNotFound'],
  [0xe0000001, 'kIOReturnInvalid'],
]);

/** The symbolic name of a return code, else the number. */
export function returnName(code: number): string {
  return names.get(code) ?? otherNames.get(code) ?? `0x${code.toString(16)}`;
}

/** Every name of a return code, with its code. */
export const returnCodes: ReadonlyMap<string, number> = new Map(
  [[kIOReturnSuccess, 'kIOReturnSuccess'] as const, ...names, ...otherNames].map(([code, name]) => [name, code]),
);

/** The names that `returnName` knows, those of the model's own codes first. */
export const returnNames: readonly string[] = [
  ...new Set(['kIOReturnSuccess', ...names.values(), ...otherNames.values()]),
];
