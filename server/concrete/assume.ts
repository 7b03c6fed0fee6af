import type { FunctionDeclaration } from '../ir/declarations';
import type { Type } from '../ir/types';
import type { Assumption, Place } from '../../sim/trace';
import type { CallSite } from './call-site';
import type { Hint } from './compile-expr';
import { notModelled } from './halt';
import type { Interpreter } from './interpreter';
import { isSimulated } from './kernel/classes';
import { literal } from './literal';
import { ByteState, isUnset, type Region } from './memory';
import type { SourceFunction } from './program';
import type { Access } from './typed-memory';
import {
  Aggregate,
  isPointer,
  normaliser,
  pointed,
  typeName,
  Unknown,
  withArticle,
  type Known,
  type Value,
} from './values';

/** Values that the plan gives: C literals by the name of the parameter, field, global or call. */
export type Given = Readonly<Record<string, string>>;

interface Guess {
  readonly value: Known;
  readonly text: string;
}

const pageOfMemory = 4096;
/** The memory behind an assumed descriptor or address. */
const buffer = 65536;
/** After so many equal answers at one place an unmodelled call says NULL, 0 or false: it would never end a loop. */
const patience = 64;
/** What a call that is not modelled counts in the budget. */
const callCost = 100;

/** Gives values to what nothing in the code gives, and lists them. */
export class Assumer {
  assumptions: Assumption[] = [];
  /** What the value that is read now is compared with, in a test that is there to reject other values. */
  expected: bigint | undefined;
  readonly #run: Interpreter;
  #given: Given;
  readonly #recorded = new Set<string>();
  readonly #answers = new Map<string, number>();

  constructor(run: Interpreter, given: Given) {
    this.#run = run;
    this.#given = given;
  }

  /** Another call from outside begins: what it assumes is listed anew. */
  begin(given: Given): void {
    this.#given = given;
    this.assumptions = [];
    this.#recorded.clear();
    this.#answers.clear();
  }

  record(what: string, value: string, place: Place | undefined): void {
    const key = `${what}\n${value}\n${place ? `${place.file}:${String(place.line)}` : ''}`;
    if (this.#recorded.has(key)) return;
    this.#recorded.add(key);
    this.assumptions.push({ what, value, ...(place ? { place } : {}) });
  }

  /** The value that an unknown one takes; from now on it has it. */
  settle(unknown: Unknown, wanted: Type, hint: Hint): Known {
    if (unknown.value === undefined) {
      if (unknown.neverSet) this.#run.neverSet(unknown);
      if (unknown.reason !== undefined) notModelled(`${unknown.reason}: ${unknown.what}`);
      const type = unknown.type.kind === 'unknown' ? wanted : unknown.type;
      this.#run.guide?.settling(unknown);
      unknown.value = this.#take(unknown.what, unknown.name, type, hint, unknown.place, true);
    }
    return unknown.value;
  }

  /** The value of memory that existed before the run. */
  stored(access: Access, type: Type, region: Region, place: Place | undefined, offset: number): Known {
    if (region.initialised) return this.#initial(access, type, region, place, offset);
    const wanted = type.kind === 'unknown' ? (access.hint.type ?? type) : type;
    // A 64-bit integer that is cast at once is assumed as what it is cast to: user programs pass addresses so.
    const hinted = access.hint.type;
    const seen: Type =
      wanted.kind === 'int' && wanted.bits === 64 && hinted && isPointer(hinted)
        ? { kind: 'int', bits: 64, signed: false, name: 'user_addr_t' }
        : wanted;
    const narrow = wanted.kind === 'int' && hinted?.kind === 'int' && hinted.bits <= wanted.bits ? hinted : seen;
    const what = access.what === '' ? region.name : access.what;
    // Each object that a list leads to would lead to one more.
    if (this.#leadsOn(access.name, type, region) && this.given(access.name, type) === undefined) {
      this.record(what, 'NULL, the end of the list', place);
      return 0n;
    }
    return this.#take(what, access.name, narrow, access.hint, place, false);
  }

  /** Whether a field leads from an assumed object to the next one of its class. */
  #leadsOn(name: string, type: Type, region: Region): boolean {
    if (type.kind !== 'pointer' || type.to.kind !== 'class' || !/next|prev|link/i.test(name)) return false;
    return this.#run.objects.at(region.base)?.class === type.to.name;
  }

  /** What a variable was initialised with: nothing in view tells whether it has changed since. */
  #initial({ what, name }: Access, type: Type, region: Region, place: Place | undefined, offset: number): Known {
    const given = this.given(name, type);
    if (given !== undefined) return given;
    const run = this.#run;
    const guided = run.guide?.value(what, type, place);
    const chosen = guided === undefined ? undefined : this.#chosen(guided, type);
    if (chosen) {
      this.record(what, chosen.text, place);
      return chosen.value;
    }
    const value = run.typed.decode(region.bytes, region, offset, type, run.layouts.size(type));
    const known = run.settleValue(value, type);
    const text = known instanceof Aggregate || isPointer(type) ? '' : `${String(known)}, `;
    this.record(what === '' ? region.name : what, `${text}as initialised`, place);
    return known;
  }

  /** The value of a parameter of the function that is run, or of a call's argument that was left out. */
  parameterDefault(source: SourceFunction, index: number, called = this.#run.frames.length > 1): Value {
    const { name, type } = source.function.locals[index]!;
    const declared = this.#run.program.declaration(source.function.qualifiedName)?.parameters[index]?.default;
    const value = declared === undefined ? undefined : literal(declared, this.#run.program);
    if (value !== undefined) return normaliser(type)(value);
    const computed = this.#run.program.defaultArgument(source.function.qualifiedName, index);
    if (computed && called) return this.#run.invoke(computed, 0n, []);
    return new Unknown(name, name, type, this.#run.place(source, source.function.locals[index]!.span));
  }

  /** What a call that nothing models answers. It is taken to change nothing that it is given. */
  call(site: CallSite, name: string, declaration: FunctionDeclaration | undefined): Value {
    const run = this.#run;
    run.spend(callCost);
    const receiver = run.objects.at(site.receiver);
    const cut = name.indexOf('::');
    if (receiver?.sim || (cut > 0 && isSimulated(name.slice(0, cut)))) notModelled(`${name}()`);
    // A declaration of the API says what it does with what it is given; nothing says it of other calls.
    const described =
      declaration?.attributes.some((each) => each.name === 'kernel' || each.name === 'driverkit') ?? false;
    const simulated: string[] = [];
    site.args.forEach((arg, index) => {
      const object = typeof arg === 'bigint' ? run.objects.at(arg) : undefined;
      if (object && !object.sim && !described) object.escaped = true;
      if (!object?.sim) return;
      const attributes = declaration?.parameters[index]?.attributes.map((each) => each.name) ?? [];
      const keeps = attributes.includes('keeps') || attributes.includes('consumes');
      if (keeps || !described) run.kernel.escaped(object.sim);
      if (!described) simulated.push(site.texts[index]!);
    });
    site.args.forEach((arg, index) => {
      const attributes = declaration?.parameters[index]?.attributes.map((each) => each.name) ?? [];
      if (typeof arg === 'bigint' && (!described || attributes.includes('writes') || attributes.includes('out')))
        this.#mayBeSet(arg, site.types[index]);
    });
    if (simulated.length > 0)
      this.record(`${name}()`, `neither releases nor changes ${simulated.join(', ')}`, site.place);
    const result = declaration && site.result.kind === 'unknown' ? declaration.result : site.result;
    if (result.kind === 'void' || !site.used) {
      if (simulated.length === 0) this.record(`${name}()`, 'has no effect', site.place);
      return 0n;
    }
    const short = name.slice(name.lastIndexOf(':') + 1);
    const key = `${site.text}\n${site.place ? `${site.place.file}:${String(site.place.line)}:${String(site.place.column)}` : ''}`;
    const answered = (this.#answers.get(key) ?? 0) + 1;
    this.#answers.set(key, answered);
    if (answered > patience && !isAggregateType(result) && this.given(short, result, `${name}()`) === undefined) {
      this.record(
        `${name}()`,
        `${result.kind === 'pointer' ? 'NULL' : '0'} after ${String(patience)} calls`,
        site.place,
      );
      return 0n;
    }
    return new Unknown(`${name}()`, short, result, site.place);
  }

  /** What a modelled call answers of something that the run does not know: the plan's value, else an assumed one. */
  answer(site: CallSite, otherwise: bigint): Known {
    const given = this.given(site.name.slice(site.name.lastIndexOf(':') + 1), site.result, `${site.name}()`);
    if (given !== undefined) return given;
    this.record(`${site.name}()`, String(otherwise), site.place);
    return otherwise;
  }

  /** A call may set what it is given the address of: what held nothing yet holds a value that the run assumes. */
  #mayBeSet(address: bigint, type: Type | undefined): void {
    const { memory, layouts } = this.#run;
    const region = memory.find(address);
    if (!type || !isPointer(type) || !region || region.freed || region.kind === 'code') return;
    const to = pointed(type);
    const start = memory.offset(region, address);
    const end = Math.min(region.size, start + Math.max(1, to.kind === 'unknown' ? 8 : layouts.size(to)));
    const empty =
      to.kind === 'pointer' && region.kind === 'stack' && region.bytes.subarray(start, end).every((byte) => byte === 0);
    for (let at = Math.max(0, start); at < end; at++)
      if (isUnset(region.state[at]!) || empty) region.state[at] = ByteState.Assumed;
  }

  /** The value for a plan's name, where it gives one; of a call also with its class, "IOPCIDevice::configRead16". */
  given(name: string, type: Type, what = ''): Known | undefined {
    const text = (what.endsWith('()') ? this.#given[what.slice(0, -2)] : undefined) ?? this.#given[name];
    if (text === undefined) return undefined;
    const value = literal(text, this.#run.program);
    return value === undefined ? undefined : normaliser(type)(value);
  }

  #take(what: string, name: string, type: Type, hint: Hint, place: Place | undefined, called: boolean): Known {
    const given = this.given(name, type, what);
    if (given !== undefined) return given;
    const guided = this.#run.guide?.value(what, type, place);
    const guess = (guided !== undefined && this.#chosen(guided, type)) || this.#guess(what, name, type, hint, called);
    this.record(what, guess.text, place);
    return guess.value;
  }

  /** A value that a finding's path needs. */
  #chosen(value: bigint, type: Type): Guess | undefined {
    if (type.kind === 'class' || type.kind === 'array') return undefined;
    const known = normaliser(type)(value);
    const text = isPointer(type)
      ? (this.#run.memory.find(value)?.name ?? 'NULL')
      : type.kind === 'bool'
        ? known === 0n
          ? 'false'
          : 'true'
        : String(known);
    return { value: known, text: `${text}, as the path has it` };
  }

  #guess(what: string, name: string, type: Type, hint: Hint, called: boolean): Guess {
    switch (type.kind) {
      case 'bool':
        return called && what.endsWith('()') ? { value: 1n, text: 'true' } : { value: 0n, text: 'false' };
      case 'int':
        return this.#guessInteger(name, type, hint);
      case 'enum':
        return { value: 0n, text: '0' };
      case 'float':
        return { value: 0, text: '0.0' };
      case 'pointer':
      case 'reference':
      case 'function':
        return this.#guessPointer(what, name, type, hint);
      case 'class':
      case 'array': {
        const size = this.#run.layouts.size(type);
        return {
          value: new Aggregate(new Uint8Array(size), new Uint8Array(size).fill(ByteState.Assumed)),
          text: withArticle(typeName(type)),
        };
      }
      case 'void':
      case 'unknown':
        return called && /create|alloc|copy|make|with|find|lookup|get/i.test(name)
          ? this.#guessPointer(what, name, { kind: 'pointer', to: type }, hint)
          : { value: 0n, text: '0' };
    }
  }

  #guessInteger(name: string, type: Type & { kind: 'int' }, hint: Hint): Guess {
    if (
      type.name !== undefined &&
      /^(mach_vm_address_t|vm_address_t|vm_offset_t|mach_vm_offset_t|user_addr_t|IOVirtualAddress)$/.test(type.name)
    ) {
      const address = this.#run.kernel.userBuffer(name, buffer);
      return { value: address, text: `0x${address.toString(16)}, 64 KiB of the client's memory` };
    }
    if (type.name !== undefined && /^(IOPhysicalAddress(32|64)?|addr64_t)$/.test(type.name))
      return { value: 0xc000_0000n, text: '0xc0000000, a physical address' };
    if (this.expected !== undefined) {
      const value = this.#run.integer(normaliser(type)(this.expected));
      return { value, text: String(value) };
    }
    if (isSize(name) || (hint.name !== undefined && isSize(hint.name))) {
      const size = type.bits === 8 ? 64n : BigInt(pageOfMemory);
      return { value: size, text: String(size) };
    }
    return { value: 0n, text: '0' };
  }

  #guessPointer(what: string, name: string, type: Type, hint: Hint): Guess {
    const run = this.#run;
    const to = pointed(type);
    const wanted = hint.type && isPointer(hint.type) ? pointed(hint.type) : undefined;
    const target = (to.kind === 'void' || to.kind === 'unknown') && wanted ? wanted : to;
    const label = name === '' ? what : name;
    if (target.kind === 'function' || type.kind === 'function')
      return { value: run.callables.functionAddress(`${what} (unknown function)`), text: 'a function' };
    if (target.kind === 'class' || (target.kind === 'unknown' && target.name !== undefined)) {
      const className = target.name ?? '';
      const made = run.kernel.assumedObject(className, label);
      if (made) return { value: made.address, text: made.text };
      const object = run.objects.make(className, label, { assumed: true });
      return { value: object.region.base, text: withArticle(className) };
    }
    if (target.kind === 'unknown') {
      const object = run.objects.make('', label, { assumed: true, size: pageOfMemory });
      return { value: object.region.base, text: 'an object' };
    }
    const size = target.kind === 'pointer' ? 512 : pageOfMemory;
    const region = run.allocate(size, ByteState.Assumed, 'assumed', label);
    return { value: region.base, text: `${String(size)} bytes of memory` };
  }
}

function isAggregateType(type: Type): boolean {
  return type.kind === 'class' || type.kind === 'array';
}

/** Whether a name says that a number of bytes is meant. */
function isSize(name: string): boolean {
  return /(len(gth)?|size|bytes|capacity)\d*_?$/i.test(name);
}
