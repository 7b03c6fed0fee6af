import type { Node } from 'jsonc-parser';
import type { KernelObject } from '../../sim/kernel-object';
import type { Machine } from '../../sim/machine';
import type { Recorder } from '../../sim/recorder';
import type { Task } from '../../sim/task';
import type { ClientMemoryMethod } from '../../sim/user-client';
import { returnedHolder, type Driver, type DriverInstance, type DriverValue } from './driver';
import { isName, type ScenarioDocument } from './document';
import { numberOfThing, thingText, type Thing } from './names';
import { readNumber } from './numbers';
import type { Problem } from './problems';

/** What the steps of one run share: the machine, what names stand for, and where problems go. */
export class Scope {
  readonly machine: Machine;
  readonly recorder: Recorder;
  readonly document: ScenarioDocument;
  readonly problems: Problem[] = [];
  /** The driver that the scenario's sources are; none where it has none, or none can be read. */
  readonly driver: Driver | undefined;
  /** Code of the driver's has run in the step. */
  driverRan = false;
  readonly #things = new Map<string, Thing>();
  /** Names of steps that could not run; what they stand for is not known, which was told. */
  readonly #spoiled = new Set<string>();

  constructor(machine: Machine, recorder: Recorder, document: ScenarioDocument, driver?: Driver) {
    this.machine = machine;
    this.recorder = recorder;
    this.document = document;
    this.driver = driver;
  }

  /** @param bySchema the JSON Schema tells it too. Undefined, so that a reader may return it. */
  problem(node: Node, message: string, bySchema = false): undefined {
    this.problems.push({ message, place: this.document.places.place(node.offset, node.length), bySchema });
    return undefined;
  }

  /** The source text of a node. */
  textOf(node: Node): string {
    return this.document.text.slice(node.offset, node.offset + node.length);
  }

  /** Whether a name may be given to something new; tells why not. */
  mayName(name: string, node: Node): boolean {
    if (!isName(name))
      this.problem(node, `"${name}" can't be a name: letters, digits and _, and no word of the format`);
    else if (this.#things.has(name) || this.#spoiled.has(name)) this.problem(node, `"${name}" is taken already`);
    else return true;
    return false;
  }

  /** Gives a name to something; an object that has no name yet is called so in the trace. */
  define(name: string, thing: Thing): void {
    this.#things.set(name, thing);
    if (thing.kind === 'object') {
      this.recorder.named(thing.object, name);
      this.recorder.hold(thing.object, name);
    }
  }

  /** Gives a name to what the driver's code gave: it answers for a reference that nobody else answers for. */
  adopt(name: string, value: DriverValue | undefined, why: string): void {
    switch (value?.kind) {
      case 'object': {
        const { object } = value;
        this.recorder.drop(object, returnedHolder);
        if (object.references > object.holders.size) return this.define(name, { kind: 'object', object });
        this.#things.set(name, { kind: 'object', object });
        return;
      }
      case 'number':
      case 'task':
      case 'device':
      case 'instance':
        return this.define(name, value);
      case 'null':
      case 'out':
      case undefined:
        return this.define(name, { kind: 'nothing', why });
      default:
        return value satisfies never;
    }
  }

  /** What a function returned and no name took: its reference is still somebody's. */
  keepReturned(value: DriverValue | undefined, by: string): void {
    if (value?.kind !== 'object' || !value.object.holders.has(returnedHolder)) return;
    this.recorder.drop(value.object, returnedHolder);
    if (value.object.references > value.object.holders.size) this.recorder.hold(value.object, `the value of ${by}()`);
  }

  /** The driver's own clientMemoryForType(), asked in the middle of a client's call. */
  clientMemory(driver: Driver, instance: DriverInstance, type: number, caller: Task): ReturnType<ClientMemoryMethod> {
    this.driverRan = true;
    const answer = this.recorder.aside(`Asks ${instance.class}::clientMemoryForType(${String(type)}).`, () =>
      driver.clientMemory(instance, type, caller),
    );
    if (answer.kind === 'answer') return answer;
    const { outcome } = answer;
    if (outcome.kind === 'panic' || outcome.kind === 'fault')
      return { kind: 'panic', reason: outcome.kind === 'fault' ? 'fault' : outcome.reason, why: outcome.reason };
    const what = outcome.kind === 'not-modelled' ? outcome.what : `${instance.class}::clientMemoryForType()`;
    return { kind: 'not-modelled', what };
  }

  /** A further reference of a name's: the name holds it too. */
  holdAgain(object: KernelObject, name: string): void {
    let count = 2;
    while (object.holders.has(`${name} (${String(count)})`)) count++;
    this.recorder.hold(object, `${name} (${String(count)})`);
  }

  /** A name gives up a reference, the last of several first. */
  letGo(object: KernelObject, name: string): void {
    const own = [...object.holders].filter((holder) => holder === name || holder.startsWith(`${name} (`));
    const last = own.at(-1);
    if (last !== undefined) this.recorder.drop(object, last);
  }

  /** A name whose step could not run. */
  spoil(name: string): void {
    this.#things.delete(name);
    this.#spoiled.add(name);
  }

  /** What a name stands for; tells names that stand for nothing. */
  thing(name: string, node: Node): Thing | undefined {
    const thing = this.find(name);
    if (thing) return thing;
    if (!this.isSpoiled(name)) this.problem(node, this.#unknown(name));
    return undefined;
  }

  find(name: string): Thing | undefined {
    if (name === 'kernel_task') return { kind: 'task', task: this.machine.kernelTask };
    return this.#things.get(name);
  }

  isSpoiled(name: string): boolean {
    return this.#spoiled.has(name);
  }

  get tasks(): readonly Task[] {
    return this.machine.tasks;
  }

  get names(): readonly string[] {
    return [...this.#things.keys()];
  }

  /** The first name that stands for an object. */
  nameOf(object: KernelObject): string {
    for (const [name, thing] of this.#things) if (thing.kind === 'object' && thing.object === object) return name;
    return object.name;
  }

  /** A number, in bytes or as a bare count. Undefined when it can't be read, which was told. */
  number(node: Node): bigint | undefined {
    if (node.type !== 'number' && node.type !== 'string')
      return this.problem(node, 'a number is wanted here: 4096, "0x1000", "2P" (pages), "64K" or a name', true);
    const text = node.type === 'number' ? this.textOf(node) : String(node.value);
    if (node.type === 'number' && !/^-?\d+$/.test(text)) return this.problem(node, `${text} is no whole number`, true);
    let spoiled = false;
    const value = readNumber(text, {
      pageSize: this.machine.pageSize,
      value: (name) => {
        spoiled ||= this.isSpoiled(name) || this.isSpoiled(name.split('.')[0]!);
        return this.#numberOf(name);
      },
    });
    if (typeof value === 'bigint') return value;
    return spoiled ? undefined : this.problem(node, value);
  }

  #numberOf(name: string): bigint | string {
    const whole = this.find(name);
    const at = name.lastIndexOf('.');
    const thing = whole ?? (at > 0 ? this.find(name.slice(0, at)) : undefined);
    if (!thing) return this.#unknown(name);
    const member = whole ? 'address' : name.slice(at + 1);
    if (thing.kind === 'nothing') return `"${whole ? name : name.slice(0, at)}" is NULL here: ${thing.why}`;
    return numberOfThing(thing, member) ?? `"${name}" is no number: ${thingText(thing)} has no ${member}`;
  }

  #unknown(name: string): string {
    const near = this.names.find((each) => each.toLowerCase() === name.toLowerCase());
    return `there is no "${name}" here${near ? `; there is "${near}"` : ''}`;
  }
}
