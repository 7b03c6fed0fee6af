import type { NullReason } from '../../sim/outcomes';
import { nullReasonNames } from '../../sim/null-causes';
import { has, mapsContract } from '../api/attributes';
import { argumentWith, mapBits, optionsOf, receiverClass, setting, sure, taskOf } from '../rules/calls';
import type { CallFacts } from '../symbolic/events';

/**
 * Why a mapping call gives NULL: the kernel says nothing, so each of its reasons is weighed against what the code
 * around the call shows. The reasons are the simulator's (sim/outcomes.ts), which names the one that struck in a run.
 */
export interface WeighedReason {
  readonly reason: NullReason | 'no-memory';
  /** certain: every run fails. open: nothing here excludes it. excluded: the code does. */
  readonly verdict: 'certain' | 'open' | 'excluded';
  /** What it is, or what excludes it; a sentence without its full stop. */
  readonly why: string;
}

const all = 0xffffffffn;

/** What all paths to a call agree on. */
interface Request {
  readonly ones: bigint;
  readonly zeros: bigint;
  /** Every path passes the same, as a number. */
  readonly constant: (parameter: string) => bigint | undefined;
  /** Undefined where paths differ, or nothing is known. */
  readonly task: 'none' | 'kernel' | 'current' | 'client' | undefined;
  readonly hasTask: boolean;
  readonly paths: readonly CallFacts[];
}

function requestOf(paths: readonly CallFacts[]): Request | undefined {
  const [first] = paths;
  const maps = first && mapsContract(first.declaration);
  if (!maps) return undefined;
  const own = (maps.anywhere ? mapBits.anywhere : 0n) | (maps.static ? mapBits.static : 0n);
  let ones = all;
  let zeros = all;
  for (const path of paths) {
    const bits = optionsOf(path, 'kernel_map_options')?.bits;
    ones &= (bits ? bits.ones : 0n) | own;
    zeros &= (bits ? bits.zeros : all) & ~own;
  }
  const task = argumentWith(first, 'task')?.task;
  const fixed = maps.task === 'kernel_task' ? 'kernel' : maps.task === 'current_task' ? 'current' : undefined;
  return {
    ones,
    zeros,
    constant(parameter) {
      const values = paths.map((path) => {
        const declared = path.declaration.parameters.find((one) => has(one, parameter));
        const given = argumentWith(path, parameter);
        return given ? given.constant : declared?.default === undefined ? 0n : BigInt(Number(declared.default) || 0);
      });
      return values.every((value) => value === values[0]) ? values[0] : undefined;
    },
    task: fixed ?? (paths.every((path) => argumentWith(path, 'task')?.task === task) ? task : undefined),
    hasTask: fixed === undefined && first.declaration.parameters.some((parameter) => has(parameter, 'task')),
    paths,
  };
}

/** The number that every path knows of the descriptor's property, e.g. its length. */
function settingOf({ paths }: Request, name: string): bigint | undefined {
  const values = paths.map(({ receiver }) => setting(receiver, name)?.constant);
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

class Verdicts {
  readonly found: WeighedReason[] = [];

  certain(reason: WeighedReason['reason'], why: string): void {
    this.found.push({ reason, verdict: 'certain', why });
  }

  open(reason: WeighedReason['reason'], why: string): void {
    this.found.push({ reason, verdict: 'open', why });
  }

  excluded(reason: WeighedReason['reason'], why: string): void {
    this.found.push({ reason, verdict: 'excluded', why });
  }
}

const order = ['certain', 'open', 'excluded'] as const;

/** What rules reasons out, in words: those that the same fact rules out together. */
export function ruledOut(reasons: readonly WeighedReason[]): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { reason, verdict, why } of reasons)
    if (verdict === 'excluded') names.set(why, [...(names.get(why) ?? []), nullReasonNames[reason]]);
  return [...names].map(([why, excluded]) => `*${excluded.join(', ')}* (${why})`);
}

/** The reasons of the kernel's return table, the certain ones first; empty for a call that does not map. */
export function nullReasons(paths: readonly CallFacts[]): readonly WeighedReason[] {
  const request = requestOf(paths);
  if (!request) return [];
  const verdicts = new Verdicts();
  if (sure(request.ones, mapBits.static)) {
    verdicts.open('no-memory', 'memory for the IOMemoryMap is short: kIOMapStatic only makes a record of the address');
    verdicts.excluded('no-space', 'kIOMapStatic enters nothing into the address space, so no other reason applies');
  } else {
    ofTask(request, verdicts);
    ofRange(request, verdicts);
    ofPlace(request, verdicts);
    ofOptions(request, verdicts);
    ofDescriptor(request, verdicts);
    verdicts.open('no-memory', 'the kernel has no memory for the objects of the mapping');
  }
  return verdicts.found.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

function ofTask({ task, hasTask }: Request, verdicts: Verdicts): void {
  if (task === 'none') verdicts.certain('null-task', 'the task is NULL (since macOS 15.4 the kernel panics instead)');
  else if (task === undefined && hasTask) verdicts.open('null-task', 'the task is NULL');
  else
    verdicts.excluded(
      'null-task',
      task === 'kernel' ? 'kernel_task is never NULL, and never ends' : 'the task is the one that runs',
    );
}

function ofRange(request: Request, verdicts: Verdicts): void {
  const offset = request.constant('map_offset');
  const length = request.constant('map_length');
  const whole = settingOf(request, 'length');
  if (offset === 0n && length === 0n) verdicts.excluded('beyond-descriptor', 'the whole descriptor is mapped');
  else if (offset !== undefined && offset > 0n && length === 0n)
    verdicts.certain('beyond-descriptor', 'length 0 means the full length, which with an offset ends too far');
  else if (offset === undefined || length === undefined || whole === undefined)
    verdicts.open('beyond-descriptor', 'offset + length ends beyond getLength()');
  else if (offset + length > whole)
    verdicts.certain('beyond-descriptor', `offset + length is ${offset + length}, the descriptor has ${whole} bytes`);
  else verdicts.excluded('beyond-descriptor', `offset + length is within the descriptor's ${whole} bytes`);
}

function ofPlace({ ones, zeros, task, constant }: Request, verdicts: Verdicts): void {
  const overwrite = sure(ones, mapBits.overwrite);
  if (sure(ones, mapBits.anywhere))
    for (const reason of ['no-address', 'occupied', 'outside-address-space'] as const)
      verdicts.excluded(reason, 'kIOMapAnywhere: the kernel chooses a free address');
  else if (sure(zeros, mapBits.anywhere) && constant('address_hint') === 0n && !overwrite)
    verdicts.certain('no-address', 'address 0 without kIOMapAnywhere asks for page zero, which no task can map');
  else {
    if (overwrite) verdicts.excluded('occupied', 'kIOMapOverwrite takes the address whether it is free or not');
    else verdicts.open('occupied', 'something is mapped already at the address that is asked for');
    verdicts.open('outside-address-space', "the address lies outside the task's address space");
  }
  if (overwrite) return verdicts.excluded('no-space', 'kIOMapOverwrite looks for no free range');
  const full = 'the task has no free range of that size, or its limit (RLIMIT_AS) is reached';
  verdicts.open('no-space', task === 'kernel' ? 'the kernel has no free range of that size' : full);
}

function ofOptions({ ones, zeros, paths }: Request, verdicts: Verdicts): void {
  if (sure(zeros, mapBits.reference)) verdicts.excluded('no-shared-map', 'kIOMapReference is not asked for');
  else verdicts.open('no-shared-map', 'kIOMapReference finds no compatible map of this descriptor');

  if (sure(zeros, mapBits.guardedMask)) verdicts.excluded('guard-needs-anywhere', 'no guard pages are asked for');
  else if (sure(ones, mapBits.anywhere))
    verdicts.excluded('guard-needs-anywhere', 'guard pages have the kIOMapAnywhere that they need');
  else if (sure(zeros, mapBits.anywhere) && (ones & mapBits.guardedMask) !== 0n)
    verdicts.certain('guard-needs-anywhere', 'guard pages need kIOMapAnywhere');
  else verdicts.open('guard-needs-anywhere', 'guard pages are asked for without kIOMapAnywhere');

  if (sure(zeros, mapBits.prefault)) verdicts.excluded('not-prepared', 'kIOMapPrefault is not asked for');
  else if (paths.every(({ receiver }) => receiver?.settings['prepared'] !== undefined))
    verdicts.excluded('not-prepared', 'prepare() was called, as kIOMapPrefault needs');
  else verdicts.open('not-prepared', 'kIOMapPrefault needs memory that prepare() has wired');
}

/** Classes with a doMap (iokit/Kernel/IOMemoryDescriptor.cpp, IOMultiMemoryDescriptor.cpp, IOGuardPageMemoryDescriptor.cpp). */
const mappable: ReadonlySet<string> = new Set([
  'IOBufferMemoryDescriptor',
  'IODeviceMemory',
  'IOGeneralMemoryDescriptor',
  'IOGuardPageMemoryDescriptor',
  'IOMultiMemoryDescriptor',
  'IOSubMemoryDescriptor',
]);

// xnu osfmk/vm/vm_map.c, vm_map_remap_extract: memory of the kernel object is refused.
const zones = 'small IOMalloc() blocks and stacks of the kernel cannot be mapped since macOS 11.3';

function ofDescriptor({ zeros, task, paths }: Request, verdicts: Verdicts): void {
  const made = paths.map(({ receiver }) => (receiver?.escaped === false ? receiver.creation?.made : undefined));
  const each = (test: (call: CallFacts) => boolean): boolean => made.every((call) => call !== undefined && test(call));
  const kernel = each((call) => taskOf(call) === 'kernel' || argumentWith(call, 'task')?.task === 'kernel');
  const physical = each((call) => call.declaration.name.startsWith('withPhysical'));
  const classes = new Set(paths.map(receiverClass));
  const only = classes.size === 1 ? [...classes][0] : undefined;

  const buffer = only === 'IOBufferMemoryDescriptor';
  const apis = each((call) => call.declaration.name.startsWith('with') || buffer);

  if (only === 'IOInterleavedMemoryDescriptor')
    verdicts.certain('unsupported', 'an IOInterleavedMemoryDescriptor can never be mapped');
  else if (only !== undefined && (mappable.has(only) || apis))
    verdicts.excluded('unsupported', 'of the kernel’s classes, only IOInterleavedMemoryDescriptor can never be mapped');
  else verdicts.open('unsupported', 'the descriptor is an IOInterleavedMemoryDescriptor');
  if (sure(zeros, mapBits.unique)) verdicts.excluded('not-contiguous', 'kIOMapUnique is not asked for');
  else if (kernel) verdicts.excluded('not-contiguous', 'kIOMapUnique asks one range of physical memory only');
  else verdicts.open('not-contiguous', 'kIOMapUnique of physical memory that is not one contiguous range');

  if (physical)
    for (const reason of ['kernel-object', 'not-accessible', 'not-writable'] as const)
      verdicts.excluded(reason, 'the memory is physical');
  else if (kernel) {
    verdicts.excluded('not-accessible', "the memory is the kernel's own");
    if (buffer)
      for (const reason of ['kernel-object', 'not-writable'] as const)
        verdicts.excluded(reason, 'a buffer has writable pages of its own');
    else {
      verdicts.open('kernel-object', zones);
      verdicts.open('not-writable', 'the described memory is read-only in the kernel');
    }
  } else {
    verdicts.open('not-accessible', 'not all that is described is mapped in the task that it belongs to');
    verdicts.open(
      'not-writable',
      sure(zeros, mapBits.readOnly)
        ? 'the described memory is read-only in its task'
        : 'the described memory is read-only in its task, and the direction is not kIODirectionOut',
    );
    if (buffer) verdicts.excluded('kernel-object', 'a buffer has pages of its own');
    else verdicts.open('kernel-object', `it describes memory of the kernel: ${zones}`);
  }
  if (task !== undefined && task !== 'kernel') verdicts.excluded('pageable-cap', 'the task is not the kernel');
  else if (physical) verdicts.excluded('pageable-cap', 'physical memory is not pageable');
  else verdicts.open('pageable-cap', "of pageable buffers: the kernel's part for them is full");
}
