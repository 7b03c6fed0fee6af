import type { CallSite, KernelTable } from '../call-site';
import { ByteState } from '../memory';
import type { RunObject } from '../objects';
import type { Value } from '../values';

/** Of a string, so many bytes are read. */
const longest = 4096;

/**
 * OSString, OSSymbol, OSNumber and OSData: counted objects that hold a copy of what they are made of
 * (libkern/c++/OSString.cpp, OSSymbol.cpp, OSNumber.cpp, OSData.cpp).
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

  'OSData::withBytes': (site) => data(site, site.pointer(0), site.bits(1)),
  'OSData::withCapacity': (site) => data(site, 0n, 0n),
  'OSData::getBytesNoCopy': (site) => {
    const bytes = own(site)?.state.get('bytes');
    if (bytes === undefined) return assumed(site);
    return site.count > 0 ? bytes + site.bits(0) : bytes;
  },
  'OSData::getLength': (site) => known(site, 'length'),
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
  if (address === 0n) return 0n;
  const content = read(site, address);
  const at = site.run.stringAddress(content);
  for (const object of site.run.objects.all()) {
    if (object.freed || object.class !== 'OSSymbol' || object.state.get('text') !== at) continue;
    site.run.objects.retain(object.region.base);
    return object.region.base;
  }
  return make(site, 'OSSymbol', content).region.base;
}

function data(site: CallSite, bytes: bigint, length: bigint): Value {
  const { run } = site;
  const made = run.objects.make('OSData', site.into);
  const size = Number(length > 1_000_000n ? 1_000_000n : length);
  const copy = run.allocate(Math.max(1, size), ByteState.Defined, 'heap', 'bytes of an OSData');
  if (bytes !== 0n) run.typed.copy(copy.base, bytes, size, run.access(undefined, ''));
  made.state.set('length', length);
  made.state.set('bytes', copy.base);
  return made.region.base;
}
