import type { CallSite, KernelTable } from '../call-site';
import type { RunObject } from '../objects';
import type { Value } from '../values';

/** OSArray and OSSet: they retain what they hold (libkern/c++/OSArray.cpp, OSSet.cpp). */
export const collectionCalls: KernelTable = {
  'OSArray::withCapacity': (site) => site.run.objects.make('OSArray', site.into).region.base,
  'OSSet::withCapacity': (site) => site.run.objects.make('OSSet', site.into).region.base,
  'OSArray::setObject': (site) =>
    add(site, site.count > 1 ? site.pointer(1) : site.pointer(0), site.count > 1 ? Number(site.bits(0)) : undefined),
  'OSSet::setObject': (site) => {
    const collection = own(site);
    const element = site.pointer(0);
    return collection?.contents.includes(element) ? 0n : add(site, element, undefined);
  },
  'OSArray::getObject': (site) => own(site)?.contents[Number(site.bits(0))] ?? unknownElement(site),
  'OSArray::getLastObject': (site) => own(site)?.contents.at(-1) ?? 0n,
  'OSSet::getAnyObject': (site) => own(site)?.contents[0] ?? 0n,
  'OSSet::containsObject': (site) => (own(site)?.contents.includes(site.pointer(0)) ? 1n : 0n),
  'OSSet::member': (site) => (own(site)?.contents.includes(site.pointer(0)) ? 1n : 0n),
  'OSArray::getCount': (site) => count(site),
  'OSSet::getCount': (site) => count(site),
  'OSArray::removeObject': (site) => {
    const [removed] = own(site)?.contents.splice(Number(site.bits(0)), 1) ?? [];
    if (removed !== undefined) site.run.objects.release(removed);
    return 0n;
  },
  'OSSet::removeObject': (site) => {
    const collection = own(site);
    const element = site.pointer(0);
    const at = collection?.contents.indexOf(element) ?? -1;
    if (collection && at >= 0) {
      collection.contents.splice(at, 1);
      site.run.objects.release(element);
    }
    return 0n;
  },
  'OSDictionary::withCapacity': (site) => site.run.objects.make('OSDictionary', site.into).region.base,
  'OSDictionary::setObject': (site) => setKey(site),
  'OSDictionary::getObject': (site) => own(site)?.state.get(keyOf(site)) ?? unknownElement(site),
  'OSDictionary::removeObject': (site) => removeKey(site),
  'OSDictionary::getCount': (site) => count(site),
  'OSDictionary::flushCollection': (site) => flush(site),
  'OSCollectionIterator::withCollection': (site) => {
    const iterator = site.run.objects.make('OSCollectionIterator', site.into);
    iterator.state.set('collection', site.pointer(0));
    return iterator.region.base;
  },
  'OSIterator::getNextObject': (site) => next(site),
  'OSIterator::reset': (site) => {
    own(site)?.state.delete('next');
    return 0n;
  },
  'OSArray::flushCollection': (site) => flush(site),
  'OSSet::flushCollection': (site) => flush(site),
};

function own(site: CallSite): RunObject | undefined {
  return site.run.objects.at(site.receiver);
}

function add(site: CallSite, element: bigint, at: number | undefined): Value {
  const collection = own(site);
  if (!collection || element === 0n) return 0n;
  site.run.objects.retain(element);
  collection.contents.splice(at ?? collection.contents.length, 0, element);
  return 1n;
}

/** A key by its text, where it is a C string or an OSString that the run made; else by its address. */
function keyOf(site: CallSite): string {
  const address = site.pointer(0);
  const { objects, typed } = site.run;
  if (objects.at(address)) return `key 0x${address.toString(16)}`;
  return `key "${typed.text(address, 256, site.run.access(undefined, ''))}"`;
}

function setKey(site: CallSite): Value {
  const dictionary = own(site);
  const element = site.pointer(1);
  if (!dictionary || element === 0n) return 0n;
  site.run.objects.retain(element);
  removeKey(site);
  dictionary.state.set(keyOf(site), element);
  dictionary.contents.push(element);
  return 1n;
}

function removeKey(site: CallSite): Value {
  const dictionary = own(site);
  const key = keyOf(site);
  const element = dictionary?.state.get(key);
  if (!dictionary || element === undefined) return 0n;
  dictionary.state.delete(key);
  dictionary.contents.splice(dictionary.contents.indexOf(element), 1);
  site.run.objects.release(element);
  return 0n;
}

/** What a collection holds that existed before the run is not known; one that the run made holds nothing else. */
function unknownElement(site: CallSite): Value {
  if (!own(site)?.assumed) return 0n;
  return site.run.assumer.call(site, site.name, site.run.program.declaration(site.name));
}

/** What an assumed collection holds is not known: it is taken to be empty but for what the run adds. */
function count(site: CallSite): Value {
  const collection = own(site);
  const size = BigInt(collection?.contents.length ?? 0);
  return collection?.assumed ? site.run.assumer.answer(site, size) : size;
}

/** Elements in their order; an iterator over what the run does not know is taken to give one object. */
function next(site: CallSite): Value {
  const { objects } = site.run;
  const iterator = own(site);
  if (!iterator) return 0n;
  const at = iterator.state.get('next') ?? 0n;
  iterator.state.set('next', at + 1n);
  const collection = objects.at(iterator.state.get('collection') ?? 0n);
  if (collection && (!collection.assumed || collection.contents.length > 0))
    return collection.contents[Number(at)] ?? 0n;
  if (at > 0n) return 0n;
  site.run.assume(`${site.text}`, 'one object, then NULL', site.place);
  return objects.make('OSObject', site.into === '' ? 'element' : site.into, { assumed: true }).region.base;
}

function flush(site: CallSite): Value {
  for (const element of own(site)?.contents.splice(0) ?? []) site.run.objects.release(element);
  return 0n;
}
