import { pageAt, read, write } from './access';
import type { BufferMemoryDescriptor } from './buffer-memory-descriptor';
import { addSegment, makeGuardPages, makeInterleaved, makeMulti, type AddResult } from './composition';
import {
  appendBytes,
  bytesNoCopy,
  makeBuffer,
  makeBufferCopy,
  makeBufferOf,
  setBufferDirection,
  setBufferLength,
} from './buffers';
import { copyContext, setContext } from './context';
import { DmaCommand, type DmaSpecification } from './dma-command';
import { dmaMapLength, type DmaLength } from './dma-length';
import {
  allocate,
  kIOMemoryAutoPrepare,
  makeDescriptor,
  makeSubRange,
  reinitialise,
  type Allocation,
} from './creation';
import { Clients } from './clients';
import {
  deviceMemory,
  deviceMemoryWithIndex,
  deviceMemoryWithRegister,
  makeDevice,
  removeDevice,
  type BaseAddress,
  type Device,
  type DeviceMemoryResult,
} from './device';
import { dataQueueMemory, freeDataQueue, makeDataQueue, type DataQueue, type DataQueueResult } from './data-queue';
import { DriverKit } from './driver-kit';
import type { GuardPageMemoryDescriptor } from './guard-page-memory-descriptor';
import type { InterleavedMemoryDescriptor } from './interleaved-memory-descriptor';
import type { KernelObject } from './kernel-object';
import { KernelState, useAfterFree, type Note } from './kernel-state';
import { release, retain, unmap } from './lifetime';
import { directionOf, kIOMapAnywhere, kIOMapStatic } from './map-options';
import { createMapping, type MapRequest } from './mapping';
import { nullCauses } from './null-causes';
import type { MemoryDescriptor, MemoryRange } from './memory-descriptor';
import type { MemoryMap } from './memory-map';
import type { MultiMemoryDescriptor } from './multi-memory-descriptor';
import type {
  AllocateResult,
  CodeResult,
  DescriptorResult,
  MapResult,
  Panic,
  ReadResult,
  ReleaseResult,
  UseAfterFree,
  ValueResult,
  WriteResult,
} from './outcomes';
import { withPersistent } from './persistent';
import { clearSegments, complete, prepare, readablePage, transfer, type TransferResult } from './preparation';
import type { PageBytes } from './memory-object';
import { readPhysical, writePhysical } from './physical-memory';
import { mapPhysicalSegment, physicalSegment, type SegmentResult } from './physical-segments';
import { defaultMachine, machineLayout, type AddressRange } from './profiles';
import { redirect } from './redirection';
import type { SubMemoryDescriptor } from './sub-memory-descriptor';
import type { Task } from './task';
import { forkTask, freeTask, terminateTask, type TaskResult } from './task-lifetime';
import type { Change, MachineProfile } from './trace';
import { VmCalls } from './vm-calls';
import { wireRange } from './wiring';

const rosettaPage = 4096;

export interface TaskOptions {
  /** The size of its program, in bytes. */
  readonly program?: bigint;
  /** RLIMIT_AS, in bytes. */
  readonly sizeLimit?: bigint;
  /** An x86_64 program on Apple silicon: its map has pages of 4096 bytes. */
  readonly rosetta?: boolean;
}

/**
 * The machine: the kernel's mapping model, running.
 *
 *     const machine = new Machine('macos-15.4-arm64');
 *     const task = machine.createTask('fTask');
 *     const made = machine.bufferInTask(machine.kernelTask, kIODirectionInOut | kIOMemoryKernelUserShared, 0x10000n);
 *     if (made.kind === 'descriptor') {
 *       const result = machine.createMappingInTask(made.descriptor, task, 0n, kIOMapAnywhere);
 *       if (result.kind === 'map') machine.release(result.map);
 *     }
 *
 * - Addresses, sizes and offsets are bigint, in bytes; options are numbers (map-options.ts).
 * - Nothing that a driver does throws. Every operation answers a union on `kind` (outcomes.ts): NULL with its reason,
 *   panic, use after free, over-release, fault, or "not modelled".
 * - `why` is one sentence in the kernel's terms; failures also say what to do. The same sentence, and the defect if it
 *   is one, waits in `takeNotes()` for whoever records the run (recorder.ts). A machine that nobody records keeps none.
 * - Objects are handed out as they are (MemoryDescriptor, MemoryMap): keep them as the driver keeps its pointers, also
 *   after they were freed. Read their state with `get`, which finds a use after free; change them only through here.
 * - `references` are the callers'. `holders` are the names of the variables that answer for them; the run's interpreter
 *   keeps those through the recorder.
 */
export class Machine {
  readonly #state: KernelState;
  /** User clients: what applications map of a driver's memory. */
  readonly clients: Clients;
  /** Calls on ranges of a task's VM map. */
  readonly vm: VmCalls;
  /** The kernel's side of DriverKit drivers. */
  readonly driverKit: DriverKit;

  /** @param name a profile of profiles.ts; an unknown one is the default machine. */
  constructor(name: string = defaultMachine) {
    const layout = machineLayout(name) ?? machineLayout(defaultMachine)!;
    this.#state = new KernelState(layout);
    this.clients = new Clients(this.#state);
    this.vm = new VmCalls(this.#state);
    this.driverKit = new DriverKit(this.#state);
  }

  get profile(): MachineProfile {
    return this.#state.layout.profile;
  }

  get pageSize(): number {
    return this.#state.pageSize;
  }

  get kernelTask(): Task {
    return this.#state.kernelTask;
  }

  get tasks(): readonly Task[] {
    return this.#state.tasks;
  }

  /** Descriptors that are alive, or freed while a variable still points to them; in order of creation. */
  get descriptors(): readonly MemoryDescriptor[] {
    return [...this.#state.descriptors.values()];
  }

  get maps(): readonly MemoryMap[] {
    return [...this.#state.maps];
  }

  /** A user task: its program, and the parts of its address space that the system keeps, are reserved. */
  createTask(name: string, options: TaskOptions = {}): Task {
    const state = this.#state;
    const rosetta = options.rosetta === true && state.layout.profile.arch === 'arm64';
    const task = state.addTask(name, false, rosetta ? rosettaPage : state.pageSize);
    task.sizeLimit = options.sizeLimit;
    const { min } = state.layout.user;
    const program = { name: "the task's own program", start: min, end: min + (options.program ?? 0x4800000n) };
    const reserve = (range: AddressRange, permanent: boolean): void => {
      task.space.insert({
        start: task.space.pageOf(range.start),
        end: task.space.pageOf(range.end),
        protection: '---',
        kind: 'reserved',
        objectPage: 0,
        note: range.name,
        ...(permanent ? { permanent } : { inherited: true }),
      });
    };
    if (program.end > program.start) reserve(program, false);
    for (const range of state.layout.userReserved) reserve(range, true);
    return task;
  }

  /** The task ends: its user clients are told, and its address space is emptied. Whoever holds it can use it still. */
  terminateTask(task: Task): TaskResult {
    return terminateTask(this.#state, task, (each) => this.clients.taskDied(each));
  }

  /** The task ends and nobody holds it: every use of it is a use after free. */
  freeTask(task: Task): TaskResult {
    return freeTask(this.#state, task, (each) => this.clients.taskDied(each));
  }

  /** fork(): a child with copies of the task's memory, and without mappings of descriptors but prefaulted ones. */
  fork(parent: Task, name: string): Task {
    return forkTask(this.#state, parent, name);
  }

  /** Memory of a task's own, for descriptors to describe. */
  allocate(task: Task, wanted: Allocation): AllocateResult {
    return allocate(this.#state, task, wanted);
  }

  /** IOMemoryDescriptor::withAddressRange(s) and withOptions. A NULL task means physical ranges. */
  withAddressRanges(ranges: readonly MemoryRange[], options: number, task: Task | undefined): DescriptorResult {
    return makeDescriptor(this.#state, task, ranges, options);
  }

  withAddressRange(address: bigint, length: bigint, options: number, task: Task | undefined): DescriptorResult {
    return this.withAddressRanges([{ address, length }], options, task);
  }

  /** IOMemoryDescriptor::withAddress: kernel memory, prepared at once (kIOMemoryAutoPrepare). */
  withAddress(address: bigint, length: bigint, direction: number): DescriptorResult {
    return makeDescriptor(this.#state, this.kernelTask, [{ address, length }], direction | kIOMemoryAutoPrepare);
  }

  /**
   * IOGeneralMemoryDescriptor::initWithOptions on a descriptor that is in use: it describes other memory from then on,
   * and maps that callers hold only once are freed. NULL stands for false.
   */
  reinit(
    descriptor: MemoryDescriptor,
    ranges: readonly MemoryRange[],
    options: number,
    task: Task | undefined,
  ): DescriptorResult | Panic {
    return reinitialise(this.#state, descriptor, task, ranges, options);
  }

  /** IOMemoryDescriptor::setContext; undefined is NULL. */
  setContext(descriptor: MemoryDescriptor, object: KernelObject | undefined): UseAfterFree | undefined {
    return setContext(this.#state, descriptor, object);
  }

  /** IOMemoryDescriptor::copyContext: the object has one more reference, the caller's. */
  copyContext(descriptor: MemoryDescriptor): ReturnType<typeof copyContext> {
    return copyContext(this.#state, descriptor);
  }

  /** IOMemoryDescriptor::withPersistentMemoryDescriptor: often the same descriptor, with a further reference. */
  withPersistent(original: MemoryDescriptor): DescriptorResult {
    return withPersistent(this.#state, original);
  }

  /** Device registers (IODeviceMemory::withRange): physical, with the platform's attribute unless a mapping says otherwise. */
  deviceMemory(address: bigint, length: bigint): DescriptorResult {
    return deviceMemory(this.#state, address, length);
  }

  /** A provider with ranges of device memory, which it alone retains. */
  createDevice(name: string, bars: readonly BaseAddress[]): Device {
    return makeDevice(this.#state, name, bars);
  }

  /** The provider goes away, with its references to its device memory. */
  removeDevice(device: Device): Panic | undefined {
    return removeDevice(this.#state, device);
  }

  /** IODataQueue::withCapacity, or IOSharedDataQueue's. */
  dataQueue(name: string, size: bigint, shared = false): DataQueueResult {
    return makeDataQueue(this.#state, name, size, shared);
  }

  /** IODataQueue::getMemoryDescriptor: a new descriptor in each call. */
  dataQueueMemory(queue: DataQueue): DescriptorResult {
    return dataQueueMemory(this.#state, queue);
  }

  freeDataQueue(queue: DataQueue): void {
    freeDataQueue(this.#state, queue);
  }

  /** IOBufferMemoryDescriptor::inTaskWithOptions and withOptions. */
  bufferInTask(
    task: Task | undefined,
    options: number,
    capacity: bigint,
    alignment = 1n,
  ): DescriptorResult<BufferMemoryDescriptor> {
    return makeBuffer(this.#state, { task, options, capacity, alignment });
  }

  /** IOBufferMemoryDescriptor::inTaskWithPhysicalMask. */
  bufferWithPhysicalMask(
    task: Task | undefined,
    options: number,
    capacity: bigint,
    physicalMask: bigint,
  ): DescriptorResult<BufferMemoryDescriptor> {
    return makeBuffer(this.#state, { task, options, capacity, physicalMask });
  }

  /** IOBufferMemoryDescriptor::withBytes: kernel memory with these bytes. */
  bufferWithBytes(bytes: Uint8Array, direction: number, contiguous = false): DescriptorResult<BufferMemoryDescriptor> {
    return makeBufferOf(this.#state, bytes, direction, contiguous);
  }

  /** IOBufferMemoryDescriptor::withCopy: a copy of another task's memory, in `task`. */
  bufferWithCopy(
    task: Task,
    options: number,
    source: { readonly task: Task; readonly address: bigint; readonly size: bigint },
  ): DescriptorResult<BufferMemoryDescriptor> {
    return makeBufferCopy(this.#state, task, options, source);
  }

  /** IOBufferMemoryDescriptor::inTaskWithGuardPages: whole pages between two guard pages. */
  bufferWithGuardPages(
    task: Task | undefined,
    options: number,
    capacity: bigint,
  ): DescriptorResult<BufferMemoryDescriptor> {
    const page = BigInt(this.pageSize);
    const whole = BigInt.asUintN(64, ((capacity + page - 1n) / page) * page);
    return makeBuffer(this.#state, { task, options, capacity: whole, alignment: page, guarded: true });
  }

  /** IOSubMemoryDescriptor::withSubRange. */
  subRange(
    parent: MemoryDescriptor,
    offset: bigint,
    length: bigint,
    direction: number,
  ): DescriptorResult<SubMemoryDescriptor> {
    return makeSubRange(this.#state, parent, offset, length, direction);
  }

  /** IOMultiMemoryDescriptor::withDescriptors. A descriptor may be given more than once. */
  multi(parts: readonly MemoryDescriptor[], direction: number): DescriptorResult<MultiMemoryDescriptor> {
    return makeMulti(this.#state, parts, direction);
  }

  /** IOGuardPageMemoryDescriptor::withSize; the size is rounded up to pages. */
  guardPages(size: bigint): DescriptorResult<GuardPageMemoryDescriptor> {
    return makeGuardPages(this.#state, size);
  }

  /** IOInterleavedMemoryDescriptor::withCapacity: room for that many pieces. */
  interleaved(capacity: bigint, direction: number): DescriptorResult<InterleavedMemoryDescriptor> {
    return makeInterleaved(this.#state, capacity, direction);
  }

  /** IOInterleavedMemoryDescriptor::setMemoryDescriptor: adds a piece, which is retained, or refuses it. */
  addSegment(
    whole: InterleavedMemoryDescriptor,
    descriptor: MemoryDescriptor,
    offset: bigint,
    length: bigint,
  ): AddResult {
    return addSegment(this.#state, whole, descriptor, offset, length);
  }

  /** IOInterleavedMemoryDescriptor::clearMemoryDescriptors; direction 0 keeps the present one. */
  clearSegments(whole: InterleavedMemoryDescriptor, direction = 0): UseAfterFree | undefined {
    return clearSegments(this.#state, whole, direction);
  }

  /** IOMemoryDescriptor::createMappingInTask. A length of 0 is the descriptor's full length. */
  createMappingInTask(
    descriptor: MemoryDescriptor,
    task: Task | undefined,
    atAddress: bigint,
    options: number,
    offset = 0n,
    length = 0n,
  ): MapResult {
    const state = this.#state;
    const request: MapRequest = { descriptor, task, at: atAddress, options, offset, length };
    const result = createMapping(state, request);
    switch (result.kind) {
      case 'map':
        state.note(result.how === 'shared' ? 'share' : result.how === 'sub-map' ? 'submap' : 'map', () => result.why);
        break;
      case 'null':
        state.noteNull(`NULL: ${result.why}`, () => nullCauses(request, state.mapOptions(options >>> 0), result));
        break;
      case 'panic':
        state.note('null', `Panic (${result.reason}): ${result.why}`, { kind: 'panic', message: result.why });
        break;
      case 'not-modelled':
        state.note('log', `Not modelled: ${result.what}.`);
        break;
      case 'use-after-free':
        break;
      default:
        return result satisfies never;
    }
    return result;
  }

  /** IOMemoryDescriptor::map(options): all of it, into the kernel, anywhere. */
  map(descriptor: MemoryDescriptor, options = 0): MapResult {
    return this.createMappingInTask(descriptor, this.kernelTask, 0n, options | kIOMapAnywhere, 0n, descriptor.length);
  }

  /** IOMemoryDescriptor::setMapping: a record of a mapping that somebody else made. */
  setMapping(descriptor: MemoryDescriptor, task: Task | undefined, address: bigint, options = 0): MapResult {
    return this.createMappingInTask(descriptor, task, address, options | kIOMapStatic, 0n, descriptor.length);
  }

  /** IOService::getDeviceMemoryWithIndex, +0. */
  deviceMemoryWithIndex(device: Device, index: number): DeviceMemoryResult {
    return deviceMemoryWithIndex(device, index);
  }

  /** IOPCIDevice::getDeviceMemoryWithRegister, +0. */
  deviceMemoryWithRegister(device: Device, register: number): DeviceMemoryResult {
    return deviceMemoryWithRegister(device, register);
  }

  /** IOService::mapDeviceMemoryWithIndex: into the kernel, anywhere. */
  mapDeviceMemoryWithIndex(device: Device, index: number, options = 0): MapResult {
    return this.#mapDeviceMemory(deviceMemoryWithIndex(device, index), options);
  }

  /** IOPCIDevice::mapDeviceMemoryWithRegister. */
  mapDeviceMemoryWithRegister(device: Device, register: number, options = 0): MapResult {
    return this.#mapDeviceMemory(deviceMemoryWithRegister(device, register), options);
  }

  #mapDeviceMemory(found: DeviceMemoryResult, options: number): MapResult {
    if (found.kind === 'descriptor') return this.map(found.descriptor, options);
    this.#state.note('null', `NULL: ${found.why}`);
    return { kind: 'null', reason: 'no-device-memory', why: found.why };
  }

  retain(object: KernelObject): { readonly kind: 'retained'; readonly why: string } | UseAfterFree {
    return retain(this.#state, object);
  }

  release(object: KernelObject): ReleaseResult {
    return release(this.#state, object);
  }

  unmap(map: MemoryMap): CodeResult {
    return unmap(this.#state, map);
  }

  /** IOMemoryMap::wireRange. @param direction 0 (kIODirectionNone) unwires. */
  wireRange(map: MemoryMap, direction: number, offset: bigint, length: bigint): CodeResult {
    return wireRange(this.#state, map, direction, offset, length);
  }

  /** IOMemoryMap::redirect; no descriptor blocks accesses. */
  redirect(map: MemoryMap, to: MemoryDescriptor | undefined, offset = 0n, options = 0): CodeResult {
    return redirect(this.#state, map, to, offset, options);
  }

  /** @param direction 0 (kIODirectionNone) means the descriptor's own. */
  prepare(descriptor: MemoryDescriptor, direction = 0): CodeResult {
    return prepare(this.#state, descriptor, direction);
  }

  complete(descriptor: MemoryDescriptor): CodeResult {
    return complete(this.#state, descriptor);
  }

  /** IOBufferMemoryDescriptor::setLength: no effect beyond the capacity. */
  setLength(buffer: BufferMemoryDescriptor, length: bigint): UseAfterFree | undefined {
    return setBufferLength(this.#state, buffer, length);
  }

  setDirection(buffer: BufferMemoryDescriptor, direction: number): UseAfterFree | undefined {
    return setBufferDirection(this.#state, buffer, direction);
  }

  /** IOBufferMemoryDescriptor::appendBytes: answers what the capacity had room for. */
  appendBytes(buffer: BufferMemoryDescriptor, bytes: Uint8Array): TransferResult {
    return appendBytes(this.#state, buffer, bytes);
  }

  /** IOBufferMemoryDescriptor::getBytesNoCopy(start, length): 0 where they do not lie within the length. */
  getBytesNoCopy(buffer: BufferMemoryDescriptor, start: bigint, length: bigint): ValueResult {
    if (buffer.freed) return useAfterFree(this.#state, buffer, 'getBytesNoCopy()');
    return { kind: 'value', value: bytesNoCopy(buffer, start, length) };
  }

  /** getPhysicalSegment() of a descriptor or a map; an address of 0 where there is none. */
  getPhysicalSegment(object: MemoryDescriptor | MemoryMap, offset = 0n): SegmentResult {
    return object.kind === 'map'
      ? mapPhysicalSegment(this.#state, object, offset)
      : physicalSegment(this.#state, object, offset);
  }

  /** IODMACommand::withSpecification; undefined where it answers NULL. */
  dmaCommand(name: string, specification: DmaSpecification): DmaCommand | undefined {
    return DmaCommand.with(this.#state, name, specification);
  }

  /** Physical memory as a device sees it. */
  readPhysical(address: bigint, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    readPhysical(this.#state, address, bytes);
    return bytes;
  }

  writePhysical(address: bigint, bytes: Uint8Array): void {
    writePhysical(this.#state, address, bytes);
  }

  /** IOMemoryDescriptor::getDMAMapLength. */
  getDMAMapLength(descriptor: MemoryDescriptor): DmaLength | UseAfterFree {
    if (descriptor.freed) return useAfterFree(this.#state, descriptor, 'getDMAMapLength()');
    return dmaMapLength(this.#state, descriptor);
  }

  /** readBytes(): answers fewer bytes, or none, where the range does not fit. */
  readBytes(descriptor: MemoryDescriptor, offset: bigint, size: number): TransferResult {
    return transfer(this.#state, descriptor, offset, new Uint8Array(size), false);
  }

  writeBytes(descriptor: MemoryDescriptor, offset: bigint, bytes: Uint8Array): TransferResult {
    return transfer(this.#state, descriptor, offset, bytes, true);
  }

  /** A page of a descriptor's memory as readBytes() sees it; see `readablePage`. */
  readablePage(descriptor: MemoryDescriptor, offset: bigint): PageBytes | undefined {
    return readablePage(this.#state, descriptor, offset);
  }

  /** A page of a task's memory, for plain accesses; see `pageAt`. */
  pageAt(task: Task, address: bigint, write: boolean): PageBytes | undefined {
    return pageAt(task, address, write);
  }

  /** A load by the CPU from a task's address space. */
  read(task: Task, address: bigint, size: number): ReadResult {
    return read(this.#state, task, address, size);
  }

  write(task: Task, address: bigint, bytes: Uint8Array): WriteResult {
    return write(this.#state, task, address, bytes);
  }

  /**
   * A getter of a map or descriptor by its C++ name, as a number: addresses, lengths, options, counts. Undefined for a
   * getter that the object does not have. Pointers (`getMemoryDescriptor`, `getAddressTask`) are `map.memory`, `map.task`.
   */
  get(object: KernelObject, getter: string): ValueResult | undefined {
    if (object.freed) return useAfterFree(this.#state, object, `${getter}()`);
    const found = getters[getter]?.(object, this.#state);
    return found === undefined ? undefined : { kind: 'value', value: found };
  }

  /** Names an object after the variable that first holds it. */
  setName(object: KernelObject | Task, name: string): void {
    object.name = name;
    if ('unnamed' in object) object.unnamed = false;
    this.#state.touch(object);
  }

  /** Which variables answer for the callers' references (or still point to the object once it is freed). */
  setHolders(object: KernelObject, names: Iterable<string>): void {
    const wanted = new Set(names);
    if (wanted.size === object.holders.size && [...wanted].every((name) => object.holders.has(name))) return;
    object.holders.clear();
    for (const name of wanted) object.holders.add(name);
    this.#state.touch(object);
  }

  setLeaked(object: KernelObject, leaked: boolean): void {
    object.leaked = leaked;
    this.#state.touch(object);
  }

  /** What the operations since the last call had to say; kept from the first `takeChanges` on. */
  takeNotes(): readonly Note[] {
    return this.#state.takeNotes();
  }

  /** What changed since the last call, as the trace's views; at first, all that there is. Whoever calls it records. */
  takeChanges(): readonly Change[] {
    return this.#state.takeChanges();
  }

  /** The end of freed objects that `takeChanges` has shown, and to which no variable points. */
  takeGone(): readonly Change[] {
    return this.#state.takeGone();
  }
}

type Getter = (object: KernelObject, state: KernelState) => bigint | undefined;

const ofMap =
  (get: (map: MemoryMap) => bigint): Getter =>
  (object) =>
    object.kind === 'map' ? get(object as MemoryMap) : undefined;

const ofDescriptor =
  (get: (descriptor: MemoryDescriptor, state: KernelState) => bigint | undefined): Getter =>
  (object, state) =>
    object.kind === 'descriptor' ? get(object as MemoryDescriptor, state) : undefined;

const address = ofMap((map) => map.address);

const getters: Readonly<Record<string, Getter>> = {
  getVirtualAddress: address,
  getAddress: address,
  getSize: ofMap((map) => map.length),
  getLength: (object) => (object as MemoryMap | MemoryDescriptor).length,
  getMapOptions: ofMap((map) => BigInt(map.options)),
  getOffset: ofMap((map) => map.offset),
  getRetainCount: (object) => BigInt(object.retainCount),
  getDirection: ofDescriptor((descriptor) =>
    BigInt(['none', 'in', 'out', 'inout'].indexOf(directionOf(descriptor.flags))),
  ),
  getCapacity: ofDescriptor((descriptor) => ('capacity' in descriptor ? (descriptor.capacity as bigint) : undefined)),
  // Of the buffer's own task, which need not be the kernel (iokit/Kernel/IOBufferMemoryDescriptor.cpp, getBytesNoCopy).
  getBytesNoCopy: ofDescriptor((descriptor) => descriptor.ranges[0]?.address),
};
