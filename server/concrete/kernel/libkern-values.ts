import type { CallSite, KernelTable } from '../call-site';
import { notModelled } from '../halt';
import type { Interpreter } from '../interpreter';
import { ByteState } from '../memory';
import type { RunObject } from '../objects';
import type { Value } from '../values';

/** Of a string, so many bytes are read. */
const longest = 4096;

/**
 * OSString, OSSymbol, OSNumber, OSBoolean and OSData: counted objects that hold a copy of what they are made of
 * (libkern/c++/OSString.cpp, OSSymbol.cpp, OSNumber.cpp, OSBoolean.cpp, OSData.cpp).
 */
export const libkernValueCalls: KernelTable = {
  'OSString::withCString': (site) => text(site, 'OSString'),
  'OSString::withCStringNoCopy': (site) => text(site, 'OSString'),
  'OSSymbol::withCString': (site) => symbol(site),
  'OSSymbol::withCStringNoCopy': (site) => symbol(site),
  'OSString::getCStringNoCopy': (site) => known(site, 'text'),
  'OSString::getLength': (site) => {
    const at = own(site)?.state.get('text');
    return at === undefined ? assumed(site) : BigInt(read(site, at).length);
  },
  'OSString::isEqualTo': (site) => {
    const mine = own(site)?.state.get('text');
    const other = site.run.objects.at(site.pointer(0));
    const theirs = other ? other.state.get('text') : site.pointer(0);
    if (site.receiver === site.pointer(0)) return 1n;
    if (mine === undefined || theirs === undefined || theirs === 0n) return assumed(site);
    return read(site, mine) === read(site, theirs) ? 1n : 0n;
  },

  'OSNumber::withNumber': (site) => {
    if (site.count !== 2) return assumed(site);
    const bits = Number(site.bits(1));
    const made = site.run.objects.make('OSNumber', site.into);
    made.state.set('value', BigInt.asUintN(Math.min(Math.max(bits, 1), 64), site.bits(0)));
    made.state.set('bits', BigInt(bits));
    return made.region.base;
  },
  'OSNumber::unsigned8BitValue': (site) => number(site, 8),
  'OSNumber::unsigned16BitValue': (site) => number(site, 16),
  'OSNumber::unsigned32BitValue': (site) => number(site, 32),
  'OSNumber::unsigned64BitValue': (site) => number(site, 64),
  'OSNumber::numberOfBits': (site) => known(site, 'bits'),

  'OSNumber::numberOfBytes': (site) => {
    const bits = own(site)?.state.get('bits');
    return bits === undefined ? assumed(site) : (bits + 7n) / 8n;
  },
  'OSNumber::setValue': (site) => setNumber(site, site.bits(0)),
  'OSNumber::addValue': (site) => setNumber(site, (own(site)?.state.get('value') ?? 0n) + site.bits(0)),

  'OSBoolean::withBoolean': (site) => {
    const at = booleanObject(site.run, site.bits(0) !== 0n);
    site.run.objects.retain(at);
    return at;
  },
  'OSBoolean::isTrue': (site) => known(site, 'true'),
  'OSBoolean::getValue': (site) => known(site, 'true'),
  'OSBoolean::isFalse': (site) => {
    const value = own(site)?.state.get('true');
    return value === undefined ? assumed(site) : 1n - value;
  },

  'OSString::withString': (site) => {
    const at = site.run.objects.at(site.pointer(0))?.state.get('text');
    return at === undefined ? assumed(site) : make(site, 'OSString', read(site, at)).region.base;
  },
  'OSString::getChar': (site) => {
    const at = own(site)?.state.get('text');
    if (at === undefined) return assumed(site);
    const code = read(site, at).charCodeAt(Number(site.bits(0)));
    return Number.isNaN(code) ? 0n : BigInt.asIntN(8, BigInt(code));
  },

  'OSData::withBytes': (site) => data(site, site.pointer(0), site.bits(1), site.bits(1)),
  'OSData::withCapacity': (site) => data(site, 0n, 0n, site.bits(0)),
  'OSData::withData': (site) => {
    const other = site.run.objects.at(site.pointer(0))?.state;
    const length = other?.get('length');
    return length === undefined ? assumed(site) : data(site, other!.get('bytes')!, length, length);
  },
  'OSData::getBytesNoCopy': (site) => {
    const state = own(site)?.state;
    const bytes = state?.get('bytes');
    const length = state?.get('length');
    if (bytes === undefined || length === undefined) return assumed(site);
    if (length === 0n) return 0n;
    if (site.count === 0) return bytes;
    const [start, size] = [BigInt.asUintN(32, site.bits(0)), BigInt.asUintN(32, site.bits(1))];
    return start < length && start + size <= length ? bytes + start : 0n;
  },
  'OSData::getLength': (site) => known(site, 'length'),
  'OSData::getCapacity': (site) => known(site, 'capacity'),
  'OSData::ensureCapacity': (site) => {
    const object = own(site);
    return object?.state.has('length') ? ensure(site, object, site.bits(0)) : assumed(site);
  },
  'OSData::appendBytes': (site) => append(site, site.bits(1)),
  'OSData::appendByte': (site) => append(site, site.bits(1), Number(site.bits(0) & 0xffn)),
};

function own(site: CallSite): RunObject | undefined {
  return site.run.objects.at(site.receiver);
}

/** What the run made knows; of what existed before, it is assumed. */
function known(site: CallSite, what: string): Value {
  return own(site)?.state.get(what) ?? assumed(site);
}

function assumed(site: CallSite): Value {
  return site.run.assumer.call(site, site.name, site.run.program.declaration(site.name));
}

function number(site: CallSite, bits: number): Value {
  const value = own(site)?.state.get('value');
  return value === undefined ? assumed(site) : BigInt.asUintN(bits, value);
}

function read(site: CallSite, address: bigint): string {
  return site.run.typed.text(address, longest, site.run.access(undefined, ''));
}

function text(site: CallSite, className: string): Value {
  const address = site.pointer(0);
  if (address === 0n) return 0n;
  return make(site, className, read(site, address)).region.base;
}

function make(site: CallSite, className: string, content: string): RunObject {
  const { run } = site;
  const made = run.objects.make(className, site.into === '' ? JSON.stringify(content) : site.into);
  made.state.set('text', run.stringAddress(content));
  return made;
}

/** Symbols of equal text are one object (libkern/c++/OSSymbol.cpp, OSSymbolPool::insertSymbol). */
function symbol(site: CallSite): Value {
  const address = site.pointer(0);
  return address === 0n ? 0n : symbolWith(site, read(site, address));
}

function symbolWith(site: CallSite, content: string): bigint {
  const at = site.run.stringAddress(content);
  for (const object of site.run.objects.all()) {
    if (object.freed || object.class !== 'OSSymbol' || object.state.get('text') !== at) continue;
    site.run.objects.retain(object.region.base);
    return object.region.base;
  }
  return make(site, 'OSSymbol', content).region.base;
}

/** The symbol for a key, retained: of a C string, an OSString, or the key itself. */
export function symbolOf(site: CallSite, key: bigint): bigint {
  const { objects } = site.run;
  const object = objects.at(key);
  if (!object) return symbolWith(site, read(site, key));
  const text = objects.isKind(object, 'OSSymbol') ? undefined : object.state.get('text');
  if (text !== undefined) return symbolWith(site, read(site, text));
  objects.retain(key);
  return key;
}

function setNumber(site: CallSite, value: bigint): Value {
  const state = own(site)?.state;
  const bits = state?.get('bits');
  if (!state || bits === undefined) return assumed(site);
  state.set('value', BigInt.asUintN(Number(bits), value));
  return 0n;
}

/** kOSBooleanTrue and kOSBooleanFalse: one object each (libkern/c++/OSBoolean.cpp, OSBoolean::initialize). */
export function booleanObject(run: Interpreter, value: boolean): bigint {
  const wanted = value ? 1n : 0n;
  for (const object of run.objects.all())
    if (object.class === 'OSBoolean' && object.state.get('true') === wanted) return object.region.base;
  const made = run.objects.make('OSBoolean', value ? 'kOSBooleanTrue' : 'kOSBooleanFalse', {
    assumed: true,
    zero: true,
  });
  made.state.set('true', wanted);
  return made.region.base;
}

/** The largest block of an OSData that the model makes. */
const largest = 16n << 20n;

function data(site: CallSite, bytes: bigint, length: bigint, capacity: bigint): Value {
  const { run } = site;
  if (capacity > largest) return notModelled(`${site.name}() of ${String(capacity)} bytes`);
  const made = run.objects.make('OSData', site.into);
  const block = run.allocate(Math.max(1, Number(capacity)), ByteState.Defined, 'heap', 'bytes of an OSData');
  if (bytes !== 0n) run.typed.copy(block.base, bytes, Number(length), run.access(undefined, ''));
  made.state.set('length', length);
  made.state.set('capacity', capacity);
  made.state.set('increment', capacity === 0n ? 16n : capacity);
  made.state.set('bytes', block.base);
  return made.region.base;
}

/** OSData::ensureCapacity: the bytes may move. */
function ensure(site: CallSite, object: RunObject, wanted: bigint): bigint {
  const { run } = site;
  const capacity = object.state.get('capacity') ?? 0n;
  if (wanted <= capacity) return capacity;
  const increment = object.state.get('increment') ?? 16n;
  const rounded = ((wanted - 1n) / increment + 1n) * increment;
  if (rounded > largest) return notModelled(`an OSData of ${String(rounded)} bytes`);
  const old = run.memory.find(object.state.get('bytes')!);
  const block = run.allocate(Number(rounded), ByteState.Defined, 'heap', 'bytes of an OSData');
  if (old) {
    block.bytes.set(old.bytes.subarray(0, Number(object.state.get('length'))));
    run.memory.free(old);
  }
  object.state.set('bytes', block.base);
  object.state.set('capacity', rounded);
  return rounded;
}

/** Appends bytes: those of an argument, zeros where it is NULL, or one byte many times. */
function append(site: CallSite, size: bigint, byte?: number): Value {
  const object = own(site);
  const length = object?.state.get('length');
  if (!object || length === undefined) return assumed(site);
  if (size === 0n) return 1n;
  ensure(site, object, length + size);
  const { typed } = site.run;
  const access = site.run.access(undefined, site.texts[0] ?? '');
  const to = object.state.get('bytes')! + length;
  const from = byte === undefined ? site.pointer(0) : 0n;
  if (from !== 0n) typed.copy(to, from, Number(size), access);
  else typed.writeBytes(to, new Uint8Array(Number(size)).fill(byte ?? 0), access);
  object.state.set('length', length + size);
  return 1n;
}
