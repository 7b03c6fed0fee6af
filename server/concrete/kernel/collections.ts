import type { CallSite, KernelCall, KernelTable } from '../call-site';
import { readInteger } from '../memory';
import type { RunObject } from '../objects';
import type { Value } from '../values';
import { symbolOf } from './libkern-values';

/**
 * OSArray, OSSet, OSOrderedSet, OSDictionary and their iterator: they retain what they hold (libkern/c++/OSArray.cpp,
 * OSSet.cpp, OSOrderedSet.cpp, OSDictionary.cpp, OSCollectionIterator.cpp). A dictionary's contents are a key and its value
 * in turn, as in its dictEntry.
 */
export const collectionCalls: KernelTable = {
  'OSArray::withCapacity': (site) => make(site, 'OSArray', site.bits(0)).region.base,
  'OSArray::withObjects': (site) => filled(site, 'OSArray', objectsAt(site, 0, 1), site.bits(2)),
  'OSArray::withArray': (site) => copied(site, 'OSArray'),
  'OSArray::setObject': (site) =>
    site.count > 1 ? insert(site, Number(site.bits(0)), site.pointer(1)) : insert(site, undefined, site.pointer(0)),
  'OSArray::replaceObject': (site) => replace(site),
  'OSArray::removeObject': (site) => removeAt(site, Number(site.bits(0))),
  'OSArray::merge': (site) => merge(site),
  'OSArray::getObject': (site) => at(site, Number(site.bits(0))),
  'OSArray::getLastObject': (site) => at(site, -1),
  'OSArray::getNextIndexOfObject': (site) => {
    const found = own(site)?.contents.indexOf(site.pointer(0), Number(site.bits(1))) ?? -1;
    return BigInt.asUintN(32, BigInt(found));
  },

  'OSSet::withCapacity': (site) => make(site, 'OSSet', site.bits(0)).region.base,
  'OSSet::withObjects': (site) => filled(site, 'OSSet', [...new Set(objectsAt(site, 0, 1))], site.bits(2)),
  'OSSet::setObject': (site) => (contains(site) ? 0n : insert(site, undefined, site.pointer(0))),
  'OSSet::removeObject': (site) => remove(site),
  'OSSet::containsObject': (site) => (contains(site) ? 1n : 0n),
  'OSSet::member': (site) => (contains(site) ? 1n : 0n),
  'OSSet::getAnyObject': (site) => at(site, 0),

  'OSOrderedSet::withCapacity': (site) => {
    if (site.pointer(1) !== 0n) return unmodelled(site, 'OSOrderedSet::withCapacity with an order function');
    return make(site, 'OSOrderedSet', site.bits(0)).region.base;
  },
  // Without an order function each object comes first (OSOrderedSet::setObject: the order of two is 0).
  'OSOrderedSet::setObject': (site) => (contains(site) ? 0n : insert(site, 0, site.pointer(0))),
  'OSOrderedSet::setFirstObject': (site) => (contains(site) ? 0n : insert(site, 0, site.pointer(0))),
  'OSOrderedSet::setLastObject': (site) => (contains(site) ? 0n : insert(site, undefined, site.pointer(0))),
  'OSOrderedSet::removeObject': (site) => remove(site),
  'OSOrderedSet::containsObject': (site) => (contains(site) ? 1n : 0n),
  'OSOrderedSet::getObject': (site) => at(site, Number(site.bits(0))),
  'OSOrderedSet::getFirstObject': (site) => at(site, 0),
  'OSOrderedSet::getLastObject': (site) => at(site, -1),

  'OSDictionary::withCapacity': (site) => make(site, 'OSDictionary', site.bits(0)).region.base,
  'OSDictionary::withObjects': (site) => withPairs(site),
  'OSDictionary::withDictionary': (site) => copied(site, 'OSDictionary'),
  'OSDictionary::setObject': (site) => setKey(site, own(site), site.pointer(0), site.pointer(1)),
  'OSDictionary::getObject': (site) => {
    const dictionary = own(site);
    const key = keyIndex(site, dictionary, site.pointer(0));
    return key < 0 ? unknownElement(site) : dictionary!.contents[key + 1]!;
  },
  'OSDictionary::removeObject': (site) => removeKey(site),
  'OSDictionary::merge': (site) => mergeKeys(site),

  'OSCollectionIterator::withCollection': (site) => iterate(site),
  'OSCollectionIterator::isValid': (site) => (isValid(site) ? 1n : 0n),
  'OSIterator::getNextObject': (site) => next(site),
  'OSIterator::reset': (site) => reset(site),

  ...ofEach(['OSArray', 'OSSet', 'OSOrderedSet', 'OSDictionary', 'OSCollection'], {
    getCount: (site) => count(site),
    getCapacity: (site) => capacityOf(own(site)),
    ensureCapacity: (site) => ensure(own(site), site.bits(0)),
    flushCollection: (site) => flush(site),
  }),
};

function ofEach(classes: readonly string[], calls: KernelTable): KernelTable {
  const found: Record<string, KernelCall> = {};
  for (const each of classes)
    for (const [name, call] of Object.entries(calls))
      if (each !== 'OSOrderedSet' || name === 'getCount' || name === 'flushCollection')
        found[`${each}::${name}`] = call;
  return found;
}

function own(site: CallSite): RunObject | undefined {
  return site.run.objects.at(site.receiver);
}

function make(site: CallSite, className: string, capacity: bigint): RunObject {
  const made = site.run.objects.make(className, site.into);
  made.state.set('capacity', capacity);
  made.state.set('increment', capacity === 0n ? 16n : capacity);
  return made;
}

/** haveUpdated(): iterators that began before are no longer valid. */
function updated(collection: RunObject): void {
  collection.state.set('stamp', (collection.state.get('stamp') ?? 0n) + 1n);
}

function capacityOf(collection: RunObject | undefined): bigint {
  return collection?.state.get('capacity') ?? 0n;
}

function ensure(collection: RunObject | undefined, wanted: bigint): bigint {
  const capacity = capacityOf(collection);
  if (!collection || wanted <= capacity) return capacity;
  const increment = collection.state.get('increment') ?? 16n;
  const rounded = ((wanted - 1n) / increment + 1n) * increment;
  collection.state.set('capacity', rounded);
  return rounded;
}

function isDictionary(site: CallSite, collection: RunObject): boolean {
  return site.run.objects.isKind(collection, 'OSDictionary');
}

function size(site: CallSite, collection: RunObject): number {
  return isDictionary(site, collection) ? collection.contents.length / 2 : collection.contents.length;
}

function insert(site: CallSite, index: number | undefined, element: bigint): Value {
  const collection = own(site);
  if (!collection || element === 0n || (index !== undefined && index > collection.contents.length)) return 0n;
  place(site, collection, index ?? collection.contents.length, element);
  return 1n;
}

function place(site: CallSite, collection: RunObject, index: number, element: bigint): void {
  site.run.objects.retain(element);
  updated(collection);
  collection.contents.splice(index, 0, element);
  ensure(collection, BigInt(size(site, collection)));
}

function replace(site: CallSite): Value {
  const collection = own(site);
  const index = Number(site.bits(0));
  const element = site.pointer(1);
  const old = collection?.contents[index];
  if (!collection || old === undefined || element === 0n) return 0n;
  site.run.objects.retain(element);
  updated(collection);
  collection.contents[index] = element;
  site.run.objects.release(old);
  return 0n;
}

function removeAt(site: CallSite, index: number): Value {
  const collection = own(site);
  const removed = index < 0 ? undefined : collection?.contents[index];
  if (!collection || removed === undefined) return 0n;
  updated(collection);
  collection.contents.splice(index, 1);
  site.run.objects.release(removed);
  return 0n;
}

function remove(site: CallSite): Value {
  return removeAt(site, own(site)?.contents.indexOf(site.pointer(0)) ?? -1);
}

function contains(site: CallSite): boolean {
  return own(site)?.contents.includes(site.pointer(0)) ?? false;
}

function at(site: CallSite, index: number): Value {
  return own(site)?.contents.at(index) ?? unknownElement(site);
}

function merge(site: CallSite): Value {
  const collection = own(site);
  const other = site.run.objects.at(site.pointer(0));
  if (!collection || !other) return 0n;
  for (const element of [...other.contents]) place(site, collection, collection.contents.length, element);
  return 1n;
}

/** The addresses in an array of pointers that an argument points to. */
function objectsAt(site: CallSite, array: number, length: number): readonly bigint[] {
  const number = Number(site.bits(length));
  const bytes = site.run.typed.readSet(
    site.pointer(array),
    number * 8,
    site.run.access(undefined, site.texts[array] ?? ''),
  );
  return Array.from({ length: number }, (_each, index) => readInteger(bytes, index * 8, 8));
}

function filled(site: CallSite, className: string, elements: readonly bigint[], capacity: bigint): Value {
  if (elements.includes(0n)) return 0n;
  const made = make(site, className, capacity > BigInt(elements.length) ? capacity : BigInt(elements.length));
  for (const element of elements) place(site, made, made.contents.length, element);
  return made.region.base;
}

function copied(site: CallSite, className: string): Value {
  const other = site.run.objects.at(site.pointer(0));
  if (!other) return 0n;
  const least = BigInt(size(site, other));
  const asked = site.bits(1);
  const made = make(site, className, asked > least ? asked : least);
  for (const element of other.contents) place(site, made, made.contents.length, element);
  return made.region.base;
}

function withPairs(site: CallSite): Value {
  const objects = objectsAt(site, 0, 2);
  const keys = objectsAt(site, 1, 2);
  const asked = site.bits(3);
  const made = make(site, 'OSDictionary', asked > BigInt(keys.length) ? asked : BigInt(keys.length));
  keys.forEach((key, index) => setKey(site, made, key, objects[index]!));
  return made.region.base;
}

/** Where a key is among a dictionary's contents: keys are symbols, of which there is one for each text. */
function keyIndex(site: CallSite, dictionary: RunObject | undefined, key: bigint): number {
  if (!dictionary || key === 0n) return -1;
  const symbol = symbolOf(site, key);
  const index = dictionary.contents.findIndex((each, index) => index % 2 === 0 && each === symbol);
  site.run.objects.release(symbol);
  return index;
}

function setKey(site: CallSite, dictionary: RunObject | undefined, key: bigint, element: bigint): Value {
  if (!dictionary || element === 0n || key === 0n) return 0n;
  const { objects } = site.run;
  objects.retain(element);
  updated(dictionary);
  const index = keyIndex(site, dictionary, key);
  if (index >= 0) {
    const old = dictionary.contents[index + 1]!;
    dictionary.contents[index + 1] = element;
    objects.release(old);
  } else {
    dictionary.contents.push(symbolOf(site, key), element);
    ensure(dictionary, BigInt(dictionary.contents.length / 2));
  }
  return 1n;
}

function removeKey(site: CallSite): Value {
  const dictionary = own(site);
  const index = keyIndex(site, dictionary, site.pointer(0));
  if (!dictionary || index < 0) return 0n;
  updated(dictionary);
  for (const each of dictionary.contents.splice(index, 2)) site.run.objects.release(each);
  return 0n;
}

function mergeKeys(site: CallSite): Value {
  const dictionary = own(site);
  const other = site.run.objects.at(site.pointer(0));
  if (!dictionary || !other || !isDictionary(site, other)) return 0n;
  const pairs = [...other.contents];
  for (let index = 0; index < pairs.length; index += 2) setKey(site, dictionary, pairs[index]!, pairs[index + 1]!);
  return 1n;
}

/** What a collection holds that existed before the run is not known; one that the run made holds nothing else. */
function unknownElement(site: CallSite): Value {
  return own(site)?.assumed ? unmodelled(site, site.name) : 0n;
}

function unmodelled(site: CallSite, name: string): Value {
  return site.run.assumer.call(site, name, site.run.program.declaration(site.name));
}

/** What an assumed collection holds is not known: it is taken to be empty but for what the run adds. */
function count(site: CallSite): Value {
  const collection = own(site);
  const number = BigInt(collection ? size(site, collection) : 0);
  return collection?.assumed ? site.run.assumer.answer(site, number) : number;
}

function flush(site: CallSite): Value {
  const collection = own(site);
  if (collection) updated(collection);
  for (const element of collection?.contents.splice(0) ?? []) site.run.objects.release(element);
  return 0n;
}

/** An iterator retains its collection. */
function iterate(site: CallSite): Value {
  const { objects } = site.run;
  const collection = site.pointer(0);
  if (collection === 0n) return 0n;
  const iterator = objects.make('OSCollectionIterator', site.into);
  objects.retain(collection);
  iterator.contents.push(collection);
  return iterator.region.base;
}

function collectionOf(site: CallSite): RunObject | undefined {
  return site.run.objects.at(own(site)?.contents[0] ?? 0n);
}

/** An iterator begins when it is first asked, and ends where its collection changes. */
function isValid(site: CallSite): boolean {
  const iterator = own(site);
  const stamp = collectionOf(site)?.state.get('stamp') ?? 0n;
  if (!iterator?.state.has('stamp')) iterator?.state.set('stamp', stamp);
  return iterator?.state.get('stamp') === stamp;
}

/** A dictionary's iterator gives its keys. What the run does not know is taken to give one object. */
function next(site: CallSite): Value {
  const { objects } = site.run;
  const iterator = own(site);
  if (!iterator || !isValid(site)) return 0n;
  const index = iterator.state.get('next') ?? 0n;
  iterator.state.set('next', index + 1n);
  const collection = collectionOf(site);
  if (collection && (!collection.assumed || collection.contents.length > 0))
    return collection.contents[Number(index) * (isDictionary(site, collection) ? 2 : 1)] ?? 0n;
  if (index > 0n) return 0n;
  site.run.assume(`${site.text}`, 'one object, then NULL', site.place);
  return objects.make('OSObject', site.into === '' ? 'element' : site.into, { assumed: true }).region.base;
}

function reset(site: CallSite): Value {
  own(site)?.state.delete('next');
  own(site)?.state.delete('stamp');
  return 0n;
}
