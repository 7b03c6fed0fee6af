import type { BufferMemoryDescriptor } from '../../../sim/buffer-memory-descriptor';
import type { InterleavedMemoryDescriptor } from '../../../sim/interleaved-memory-descriptor';
import type { KernelObject } from '../../../sim/kernel-object';
import { Machine } from '../../../sim/machine';
import * as options from '../../../sim/map-options';
import type { MemoryDescriptor } from '../../../sim/memory-descriptor';
import type { MemoryMap } from '../../../sim/memory-map';
import type { CodeResult, DescriptorResult, MapResult } from '../../../sim/outcomes';
import { returnName } from '../../../sim/returns';
import type { Task } from '../../../sim/task';

/**
 * Scenarios as text: one call a line, its expected outcome after "=>". Tasks are `kernel_task`, `A` and `B`; NULL is
 * NULL. Numbers may be in pages ("4P", "2P+0x10"); the name of a map or of allocated memory stands for its address.
 *
 *     allocate NAME TASK SIZE [r--|kernel] [@ADDRESS]      => allocated | NULL
 *     buffer NAME TASK OPTIONS CAPACITY [ALIGNMENT]        => descriptor | NULL
 *     describe NAME TASK|physical OPTIONS ADDRESS LENGTH … => descriptor
 *     address NAME ADDRESS LENGTH DIRECTION                withAddress
 *     sub NAME DESCRIPTOR OFFSET LENGTH                    => descriptor | NULL
 *     multi NAME DESCRIPTOR …                              => descriptor | NULL
 *     guards NAME SIZE | guarded NAME OPTIONS CAPACITY     guard pages; a buffer between guard pages
 *     interleaved NAME CAPACITY                            => descriptor | NULL
 *     piece INTERLEAVED DESCRIPTOR OFFSET LENGTH           => added | refused
 *     clear INTERLEAVED                                    => cleared
 *     map NAME DESCRIPTOR TASK ADDRESS OPTIONS [OFFSET [LENGTH]]
 *         => new | shared | sub-map | static | same-task | NULL reason | panic reason | use-after-free
 *     static NAME DESCRIPTOR TASK ADDRESS                  setMapping
 *     retain X | release X                                 => released | freed | over-release | use-after-free
 *     unmap X | redirect X DESCRIPTOR|NULL [OFFSET] | prepare X [DIRECTION] | complete X | length X N => code name
 *     get X GETTER                                         => number | use-after-free
 *     write TASK ADDRESS BYTE… | read TASK ADDRESS COUNT   => written, bytes, or the fault's reason
 *     readBytes X OFFSET COUNT | writeBytes X OFFSET BYTE…
 *     segment X OFFSET | run X OFFSET                      the physical address there; how far it is contiguous
 *     reinit X TASK|physical OPTIONS ADDRESS LENGTH …      => descriptor | NULL | use-after-free | panic reason
 *     persistent NAME DESCRIPTOR                           => descriptor | same | NULL
 *     masked NAME TASK OPTIONS CAPACITY MASK               inTaskWithPhysicalMask
 *     bytes NAME OPTIONS BYTE…                             withBytes
 *     copy NAME TASK OPTIONS FROM ADDRESS SIZE             withCopy
 *     direction X OPTIONS | append X BYTE… | pointer X START LENGTH
 *     context X OBJECT|NULL | copyContext X                => set | the object's name | NULL
 *     free TASK ADDRESS SIZE                               vm_deallocate
 *     all TASK                                             => how many VM entries it has
 *     memory X                                             => the map's descriptor
 *     cache TASK ADDRESS                                   => the mode of the memory there
 *     entries TASK                                         => how many VM entries of mappings and guards it has
 */
export function runScenario(machineName: string, text: string, verbs: Readonly<Record<string, Verb>> = {}): string[] {
  const run = new Run(machineName, verbs);
  const failures: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\/\/.*/, '').trim();
    if (!line) continue;
    const [call, expected] = line.split('=>').map((part) => part.trim()) as [string, string | undefined];
    const actual = run.call(call.split(/\s+/));
    if (expected === undefined || actual === run.resolve(expected)) continue;
    failures.push(`${call} => ${actual}, not ${expected}`);
    // What follows is about what was expected here.
    break;
  }
  return failures;
}

const constants = options as unknown as Readonly<Record<string, unknown>>;

/** A call that only some scenarios know. */
export type Verb = (run: Run, args: readonly string[]) => string;

export class Run {
  readonly machine: Machine;
  readonly #verbs: Readonly<Record<string, Verb>>;
  readonly tasks: Record<string, Task>;
  readonly objects = new Map<string, KernelObject>();
  readonly addresses = new Map<string, bigint>();

  constructor(machineName: string, verbs: Readonly<Record<string, Verb>>) {
    this.#verbs = verbs;
    this.machine = new Machine(machineName);
    this.tasks = {
      kernel_task: this.machine.kernelTask,
      A: this.machine.createTask('A'),
      B: this.machine.createTask('B'),
    };
  }

  /** Expected numbers are written as in calls; every other word stands for itself. */
  resolve(expected: string): string {
    if (this.addresses.has(expected) || this.objects.get(expected)?.kind === 'map')
      return String(this.number(expected));
    return /^[0-9]|[P+]/.test(expected) && !/[ :]/.test(expected) && !/^(?:[0-9a-f]{2},?)+$/.test(expected)
      ? String(this.number(expected))
      : expected;
  }

  number(text: string): bigint {
    return text.split('+').reduce((sum, part) => sum + this.#term(part), 0n);
  }

  #term(part: string): bigint {
    const map = this.objects.get(part);
    if (map?.kind === 'map') return (map as MemoryMap).address;
    const address = this.addresses.get(part);
    if (address !== undefined) return address;
    const pages = /^(\d+)P$/.exec(part);
    if (pages) return BigInt(pages[1]!) * BigInt(this.machine.pageSize);
    if (part === '-1') return (1n << 64n) - 1n;
    return BigInt(part);
  }

  bits(text: string): number {
    let bits = 0;
    for (const word of text.split('|')) {
      const value = constants[word];
      bits |= typeof value === 'number' ? value : Number(word);
      if (typeof value !== 'number' && !/^\d/.test(word)) throw new Error(`unknown option ${word}`);
    }
    return bits >>> 0;
  }

  task(name: string): Task | undefined {
    if (name === 'NULL' || name === 'physical') return undefined;
    const task = this.tasks[name];
    if (!task) throw new Error(`no task ${name}`);
    return task;
  }

  object(name: string): KernelObject {
    const object = this.objects.get(name);
    if (!object) throw new Error(`no object ${name}`);
    return object;
  }

  descriptor(name: string): MemoryDescriptor {
    return this.object(name) as MemoryDescriptor;
  }

  #buffer(name: string): BufferMemoryDescriptor {
    return this.object(name) as BufferMemoryDescriptor;
  }

  #ranges(words: readonly string[]): { address: bigint; length: bigint }[] {
    const ranges = [];
    for (let i = 0; i + 1 < words.length; i += 2)
      ranges.push({ address: this.number(words[i]!), length: this.number(words[i + 1]!) });
    return ranges;
  }

  #interleaved(name: string): InterleavedMemoryDescriptor {
    return this.object(name) as InterleavedMemoryDescriptor;
  }

  made(name: string, result: DescriptorResult): string {
    if (result.kind === 'descriptor') {
      this.machine.setName(result.descriptor, name);
      this.objects.set(name, result.descriptor);
    }
    return result.kind === 'null' ? 'NULL' : result.kind;
  }

  mapped(name: string, result: MapResult): string {
    switch (result.kind) {
      case 'map':
        if (result.map.unnamed) this.machine.setName(result.map, name);
        this.objects.set(name, result.map);
        return result.how;
      case 'null':
        return `NULL ${result.reason}`;
      case 'panic':
        return `panic ${result.reason}`;
      case 'use-after-free':
        return result.kind;
      case 'not-modelled':
        return `not modelled: ${result.what}`;
    }
  }

  code(result: CodeResult): string {
    if (result.kind === 'panic') return `panic ${result.reason}`;
    return result.kind === 'code' ? returnName(result.code).replace('KERN_SUCCESS', 'kIOReturnSuccess') : result.kind;
  }

  call(words: string[]): string {
    const { machine } = this;
    const [verb, ...args] = words as [string, ...string[]];
    const [a = '', b = '', c = '', d = '', e = '', f = ''] = args;
    switch (verb) {
      case 'allocate': {
        const at = args.find((word) => word.startsWith('@'));
        const result = machine.allocate(this.task(b)!, {
          size: this.number(c),
          ...(at ? { address: this.number(at.slice(1)) } : {}),
          protection: args.includes('r--') ? 'r--' : 'rw-',
          kernelObject: args.includes('kernel'),
        });
        if (result.kind === 'null') return 'NULL';
        this.addresses.set(a, result.address);
        return 'allocated';
      }
      case 'buffer':
        return this.made(a, machine.bufferInTask(this.task(b), this.bits(c), this.number(d), this.number(e || '1')));
      case 'describe':
        return this.made(a, machine.withAddressRanges(this.#ranges(args.slice(3)), this.bits(c), this.task(b)));
      case 'address':
        return this.made(a, machine.withAddress(this.number(b), this.number(c), this.bits(d)));
      case 'sub':
        return this.made(a, machine.subRange(this.descriptor(b), this.number(c), this.number(d), 3));
      case 'multi':
        return this.made(
          a,
          machine.multi(
            args.slice(1).map((name) => this.descriptor(name)),
            3,
          ),
        );
      case 'guards':
        return this.made(a, machine.guardPages(this.number(b)));
      case 'guarded':
        return this.made(a, machine.bufferWithGuardPages(machine.kernelTask, this.bits(b), this.number(c)));
      case 'interleaved':
        return this.made(a, machine.interleaved(this.number(b), 3));
      case 'piece':
        return machine.addSegment(this.#interleaved(a), this.descriptor(b), this.number(c), this.number(d)).kind;
      case 'clear':
        return machine.clearSegments(this.#interleaved(a))?.kind ?? 'cleared';
      case 'map':
        return this.mapped(
          a,
          machine.createMappingInTask(
            this.descriptor(b),
            this.task(c),
            this.number(d),
            this.bits(e),
            this.number(f || '0'),
            this.number(args[6] ?? '0'),
          ),
        );
      case 'static':
        return this.mapped(a, machine.setMapping(this.descriptor(b), this.task(c), this.number(d)));
      case 'retain':
        return machine.retain(this.object(a)).kind;
      case 'release': {
        const result = machine.release(this.object(a));
        return result.kind === 'released' && result.freed ? 'freed' : result.kind;
      }
      case 'unmap':
        return this.code(machine.unmap(this.object(a) as MemoryMap));
      case 'redirect':
        return this.code(
          machine.redirect(
            this.object(a) as MemoryMap,
            b === 'NULL' ? undefined : this.descriptor(b),
            this.number(c || '0'),
            this.bits(d || '0'),
          ),
        );
      case 'segment':
      case 'run': {
        const result = machine.getPhysicalSegment(this.object(a) as MemoryDescriptor | MemoryMap, this.number(b));
        if (result.kind !== 'segment') return result.kind === 'panic' ? `panic ${result.reason}` : result.kind;
        return String(verb === 'run' ? result.length : result.address);
      }
      case 'reinit': {
        const result = machine.reinit(this.descriptor(a), this.#ranges(args.slice(3)), this.bits(c), this.task(b));
        return result.kind === 'null' ? 'NULL' : result.kind === 'panic' ? `panic ${result.reason}` : result.kind;
      }
      case 'persistent': {
        const result = machine.withPersistent(this.descriptor(b));
        const same = result.kind === 'descriptor' && result.descriptor === this.object(b);
        return same ? 'same' : this.made(a, result);
      }
      case 'masked':
        return this.made(a, machine.bufferWithPhysicalMask(this.task(b), this.bits(c), this.number(d), this.number(e)));
      case 'bytes':
        return this.made(a, machine.bufferWithBytes(bytes(args.slice(2)), this.bits(b)));
      case 'copy':
        return this.made(
          a,
          machine.bufferWithCopy(this.task(b)!, this.bits(c), {
            task: this.task(d)!,
            address: this.number(e),
            size: this.number(f),
          }),
        );
      case 'direction':
        return machine.setDirection(this.#buffer(a), this.bits(b))?.kind ?? 'set';
      case 'append': {
        const result = machine.appendBytes(this.#buffer(a), bytes(args.slice(1)));
        return result.kind === 'transferred' ? String(result.bytes.length) : result.kind;
      }
      case 'pointer': {
        const result = machine.getBytesNoCopy(this.#buffer(a), this.number(b), this.number(c));
        return result.kind === 'value' ? String(result.value) : result.kind;
      }
      case 'context':
        return machine.setContext(this.descriptor(a), b === 'NULL' ? undefined : this.object(b))?.kind ?? 'set';
      case 'copyContext': {
        const result = machine.copyContext(this.descriptor(a));
        return result.kind === 'object' ? (result.object?.name ?? 'NULL') : result.kind;
      }
      case 'free':
        machine.vm.deallocate(this.task(a)!, this.number(b), this.number(c));
        return 'freed';
      case 'all':
        return String(this.task(a)!.space.entries.length);
      case 'prepare':
        return this.code(machine.prepare(this.descriptor(a), b ? this.bits(b) : 0));
      case 'complete':
        return this.code(machine.complete(this.descriptor(a)));
      case 'length':
        return machine.setLength(this.object(a) as BufferMemoryDescriptor, this.number(b))?.kind ?? 'kIOReturnSuccess';
      case 'get': {
        const result = machine.get(this.object(a), b);
        return result?.kind === 'value' ? String(result.value) : String(result?.kind);
      }
      case 'write': {
        const result = machine.write(this.task(a)!, this.number(b), bytes(args.slice(2)));
        return result.kind === 'fault' ? result.reason : result.kind;
      }
      case 'read': {
        const result = machine.read(this.task(a)!, this.number(b), Number(this.number(c)));
        return result.kind === 'fault' ? result.reason : byteText(result.bytes);
      }
      case 'readBytes': {
        const result = machine.readBytes(this.descriptor(a), this.number(b), Number(this.number(c)));
        return result.kind === 'transferred' ? byteText(result.bytes) : result.kind;
      }
      case 'writeBytes': {
        const result = machine.writeBytes(this.descriptor(a), this.number(b), bytes(args.slice(2)));
        return result.kind === 'transferred' ? String(result.bytes.length) : result.kind;
      }
      case 'memory':
        return (this.object(a) as MemoryMap).memory?.name ?? 'NULL';
      case 'cache': {
        const { space } = this.task(a)!;
        return options.cacheName(space.entryAt(space.pageOf(this.number(b)))?.object?.cache ?? 0);
      }
      case 'entries':
        return String(
          this.task(a)!.space.entries.filter((entry) => entry.kind === 'mapping' || entry.kind === 'guard').length,
        );
      default: {
        const known = this.#verbs[verb];
        if (!known) throw new Error(`unknown call ${verb}`);
        return known(this, args);
      }
    }
  }
}

function bytes(words: readonly string[]): Uint8Array {
  return Uint8Array.from(words, (word) => parseInt(word, 16));
}

function byteText(values: Uint8Array): string {
  return [...values].map((value) => value.toString(16).padStart(2, '0')).join(',');
}
