import { Session } from '../concrete/session';
import type { SourceFunction } from '../concrete/program';
import type { RunObject } from '../concrete/objects';
import { isPointer, pointed, typeName, withArticle } from '../concrete/values';
import type { Type } from '../ir/types';
import type {
  Driver,
  DriverField,
  DriverFunction,
  DriverHost,
  DriverInstance,
  DriverPlan,
  DriverResult,
  DriverType,
  DriverValue,
} from '../scenario/driver';
import type { Machine } from '../../sim/machine';
import type { MemoryDescriptor } from '../../sim/memory-descriptor';
import type { MemoryMap } from '../../sim/memory-map';
import type { Recorder } from '../../sim/recorder';
import type { Task } from '../../sim/task';
import type { Outcome } from '../../sim/trace';
import type { ClientMemoryAnswer } from '../../sim/user-client';
import type { Workspace } from '../workspace/workspace';
import { ConcreteProgram } from './concrete-program';
import { sourcesOf } from './scenario-sources';

/** What runs the drivers of a scenario: the functions of its sources, as the workspace has them. */
export function driverHost(workspace: Workspace, scenario: string): DriverHost {
  const files = (source: string): readonly string[] => sourcesOf(scenario, source, workspace.paths());
  return {
    count: (source) => files(source).length,
    start: (sources, machine, recorder) =>
      new WorkspaceDriver(workspace, new Map(sources.map((source) => [source, files(source)])), machine, recorder),
  };
}

class Found implements DriverFunction {
  readonly name: string;
  readonly method: boolean;
  readonly parameters: DriverFunction['parameters'];

  constructor(readonly source: SourceFunction) {
    const code = source.function;
    this.name = code.qualifiedName;
    this.method = code.class !== undefined && !code.static;
    this.parameters = code.locals.slice(0, code.parameters).map(({ name, type }) => ({ name, type: new Typed(type) }));
  }
}

class Typed implements DriverType {
  readonly text: string;
  readonly takes: DriverType['takes'];

  constructor(readonly type: Type) {
    this.text = typeName(type);
    this.takes = isPointer(type) || isSmart(type) ? 'pointer' : isNumber(type) ? 'number' : 'other';
  }
}

function isNumber({ kind }: Type): boolean {
  return kind === 'int' || kind === 'bool' || kind === 'enum' || kind === 'unknown';
}

/** OSSharedPtr<T> and OSPtr<T>: classes with a pointer inside. */
function isSmart(type: Type): boolean {
  return type.kind === 'class' && type.args?.length === 1;
}

function classPointedTo(type: Type): string | undefined {
  const to = isSmart(type) && type.kind === 'class' ? type.args![0]! : pointed(type);
  return to.kind === 'class' || to.kind === 'unknown' ? to.name : undefined;
}

interface Instance extends DriverInstance {
  readonly object: RunObject;
}

interface Field extends DriverField {
  readonly type: Typed;
  readonly address: bigint;
}

const taskNames = new Set(['task', 'task_t', '_vm_map', 'vm_map_t', 'ipc_space']);

class WorkspaceDriver implements Driver {
  readonly #workspace: Workspace;
  /** Files by the member of "sources". */
  readonly #files: ReadonlyMap<string, readonly string[]>;
  readonly #program: ConcreteProgram;
  readonly #session: Session;
  readonly #instances = new Map<string, Instance>();
  readonly #byAddress = new Map<bigint, Instance>();
  readonly #providers = new Map<object, RunObject>();

  constructor(
    workspace: Workspace,
    files: ReadonlyMap<string, readonly string[]>,
    machine: Machine,
    recorder: Recorder,
  ) {
    this.#workspace = workspace;
    this.#files = files;
    const all = [...files.values()].flat();
    this.#program = new ConcreteProgram(workspace, all[0] ?? '', all);
    this.#session = new Session(this.#program, { machine, recorder });
  }

  find(name: string, source?: string): Found | string {
    const files =
      source === undefined ? [...new Set([...this.#files.values()].flat())] : (this.#files.get(source) ?? []);
    const functions = files.flatMap((file) => this.#workspace.functions(file));
    const exact = functions.filter((each) => each.qualifiedName === name);
    const found = exact.length > 0 ? exact : functions.filter((each) => each.qualifiedName.endsWith(`::${name}`));
    const names = [...new Set(found.map((each) => each.qualifiedName))];
    if (names.length > 1) return `"${name}" is ambiguous: ${names.join(', ')}`;
    if (found.length === 0) return `there is no function "${name}" with a body in ${source ?? 'the sources'}`;
    const readable = found.filter((each) => each.variants.length > 0);
    const places = [...new Set(readable.map((each) => each.entry.file))];
    if (places.length > 1)
      return `"${name}" is in several sources, ${places.join(', ')}: say which one is meant with "source"`;
    const [first] = readable.flatMap((each) => this.#program.placed(each));
    return first ? new Found(first) : `"${name}" could not be read`;
  }

  instance(name: string): Instance | undefined {
    return this.#instances.get(name);
  }

  receiver(name: string, target: DriverFunction): Instance | string {
    const wanted = (target as Found).source.function.class ?? '';
    const known = this.#instances.get(name);
    if (!known) {
      const object = this.#session.instance(wanted, name);
      const made = { name, class: wanted, object };
      this.#instances.set(name, made);
      this.#byAddress.set(object.region.base, made);
      return made;
    }
    if (this.#session.isKind(known.object.class, wanted)) return known;
    if (!this.#session.isKind(wanted, known.object.class))
      return `"${name}" is ${withArticle(known.object.class)}, not ${withArticle(wanted)}`;
    this.#session.refine(known.object, wanted);
    const refined = { ...known, class: wanted };
    this.#instances.set(name, refined);
    this.#byAddress.set(known.object.region.base, refined);
    return refined;
  }

  run(target: DriverFunction, { instance, passed, values, caller }: DriverPlan): DriverResult {
    const { source } = target as Found;
    const outs = new Map<string, { readonly address: bigint; readonly type: Type }>();
    const addresses = new Map<number, bigint>();
    for (const [index, value] of passed) {
      const { type } = source.function.locals[index]!;
      if (value.kind === 'out') {
        const to = pointed(type);
        const address = this.#session.out(to, value.name);
        outs.set(value.name, { address, type: to });
        addresses.set(index, address);
      } else addresses.set(index, this.#bits(value, type));
    }
    const result = this.#session.call({
      source,
      self: instance && (instance as Instance).object.region.base,
      passed: addresses,
      given: values,
      caller,
    });
    const { type } = result;
    const stored = [...outs].map(([name, { address, type: of }]): [string, DriverValue] => [
      name,
      this.#meaning(this.#session.load(address, of) ?? 0n, of),
    ]);
    return {
      outcome: result.outcome,
      returned: result.value === undefined ? undefined : this.#meaning(result.value, type),
      isCode: type.kind === 'int' && (type.name === 'IOReturn' || type.name === 'kern_return_t'),
      outs: new Map(result.outcome.kind === 'returned' ? stored : []),
      assumptions: result.assumptions,
      end: result.end,
    };
  }

  mismatch(value: DriverValue, of: DriverType): string | undefined {
    const { type, text, takes } = of as Typed;
    if (takes === 'other') return `nothing can be given for ${withArticle(text)}`;
    if (takes === 'number')
      return value.kind === 'number' || value.kind === 'null' ? undefined : `${this.#text(value)} is no ${text}`;
    const wanted = classPointedTo(type);
    const refused = `${this.#text(value)} is no ${text}`;
    switch (value.kind) {
      case 'number':
        return wanted !== undefined && value.value !== 0n ? refused : undefined;
      case 'null':
        return undefined;
      case 'out':
        return isPointer(type) && pointed(type).kind !== 'class' && pointed(type).kind !== 'function'
          ? undefined
          : `${text} is no pointer that something can be stored through`;
      case 'task':
        return wanted === undefined ? this.#untyped(type, refused) : taskNames.has(wanted) ? undefined : refused;
      case 'device':
        return wanted === undefined
          ? this.#untyped(type, refused)
          : this.#session.isKind(wanted, 'IOService')
            ? undefined
            : refused;
      case 'object':
      case 'instance': {
        if (wanted === undefined) return this.#untyped(type, refused);
        const is = value.kind === 'instance' ? value.instance.class : classOf(value.object);
        // IODeviceMemory is a cast only, and an IOGeneralMemoryDescriptor in truth.
        const cast = wanted === 'IODeviceMemory' && is === 'IOGeneralMemoryDescriptor';
        return cast || this.#session.isKind(is, wanted) ? undefined : refused;
      }
      default:
        return value satisfies never;
    }
  }

  /** A void * takes everything, a pointer to numbers no object. */
  #untyped(type: Type, refused: string): string | undefined {
    const { kind } = pointed(type);
    return kind === 'void' || kind === 'unknown' ? undefined : refused;
  }

  field(instance: DriverInstance, path: string): Field | undefined {
    const found = this.#session.field((instance as Instance).object, path);
    return found && { path, type: new Typed(found.type), address: found.address };
  }

  setField(field: DriverField, value: DriverValue): void {
    const { address, type, path } = field as Field;
    this.#session.store(address, type.type, this.#bits(value, type.type), path);
  }

  value(field: DriverField): DriverValue {
    const { address, type } = field as Field;
    return this.#meaning(this.#session.load(address, type.type) ?? 0n, type.type);
  }

  constant(text: string): bigint | undefined {
    return this.#session.constant(text);
  }

  servesMemory(instance: DriverInstance): boolean {
    return this.#memoryMethod(instance) !== undefined;
  }

  clientMemory(
    instance: DriverInstance,
    type: number,
    caller: Task,
  ): ClientMemoryAnswer | { readonly kind: 'ended'; readonly outcome: Outcome } {
    const method = this.#memoryMethod(instance)!;
    const result = this.run(new Found(method), {
      instance,
      passed: new Map<number, DriverValue>([
        [0, { kind: 'number', value: BigInt(type) }],
        [1, { kind: 'out', name: 'options' }],
        [2, { kind: 'out', name: 'memory' }],
      ]),
      values: {},
      caller,
    });
    if (result.outcome.kind !== 'returned') return { kind: 'ended', outcome: result.outcome };
    const number = (value: DriverValue | undefined): number =>
      value?.kind === 'number' ? Number(BigInt.asUintN(32, value.value)) : 0;
    const memory = result.outs.get('memory');
    return {
      kind: 'answer',
      code: number(result.returned),
      options: number(result.outs.get('options')),
      memory:
        memory?.kind === 'object' && memory.object.kind === 'descriptor'
          ? (memory.object as MemoryDescriptor)
          : undefined,
    };
  }

  #memoryMethod(instance: DriverInstance): SourceFunction | undefined {
    const method = this.#session.method(instance.class, 'clientMemoryForType', 3);
    return method?.function.parameters === 3 ? method : undefined;
  }

  /** The value as the driver's code has it. */
  #bits(value: DriverValue, type: Type): bigint {
    switch (value.kind) {
      case 'number':
        return value.value;
      case 'null':
      case 'out':
        return 0n;
      case 'object':
        return this.#session.addressOf(value.object as MemoryDescriptor | MemoryMap);
      case 'task':
        return this.#session.taskAddress(value.task);
      case 'instance':
        return (value.instance as Instance).object.region.base;
      case 'device': {
        let provider = this.#providers.get(value.device);
        if (!provider) {
          provider = this.#session.provider(value.device, classPointedTo(type) ?? 'IOService');
          this.#providers.set(value.device, provider);
        }
        return provider.region.base;
      }
      default:
        return value satisfies never;
    }
  }

  /** What a value of the driver's is to the scenario. */
  #meaning(bits: bigint, type: Type): DriverValue {
    if (!isPointer(type) && type.kind !== 'class') return { kind: 'number', value: bits };
    if (bits === 0n) return { kind: 'null' };
    const instance = this.#byAddress.get(bits);
    if (instance) return { kind: 'instance', instance };
    const object = this.#session.objectAt(bits);
    if (object?.sim) return { kind: 'object', object: object.sim };
    return object?.task ? { kind: 'task', task: object.task } : { kind: 'number', value: bits };
  }

  #text(value: DriverValue): string {
    switch (value.kind) {
      case 'number':
        return String(value.value);
      case 'null':
        return 'NULL';
      case 'out':
        return 'an out parameter';
      case 'object':
        return withArticle(classOf(value.object));
      case 'task':
        return 'a task';
      case 'device':
        return 'a device';
      case 'instance':
        return withArticle(value.instance.class);
      default:
        return value satisfies never;
    }
  }
}

function classOf(object: { readonly kind: 'descriptor' | 'map' }): string {
  return object.kind === 'map' ? 'IOMemoryMap' : (object as MemoryDescriptor).class;
}
