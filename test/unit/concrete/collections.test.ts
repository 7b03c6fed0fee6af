import { describe, expect, it } from 'vitest';
import { returns, simulate } from '../../support/simulate';

const source = (body: string): string => `
class X : public OSObject { public: int v; };
static X *made(int v) { X *x = new X; x->v = v; return x; }
static int value(OSObject *o) { return o ? ((X *)o)->v : 0; }
int f() { X *a = made(1), *b = made(2), *c = made(3); ${body} }`;

/** [what it shows, body of a function, what it returns]: what libkern's collections do, and what they retain. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'an array retains what it holds',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); s->setObject(a); return a->getRetainCount() * 10 + s->getCount();',
    '32',
  ],
  [
    'and releases it when it is freed',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); s->release(); return a->getRetainCount();',
    '1',
  ],
  [
    'an object at an index moves the others up',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); s->setObject(0u, b); return value(s->getObject(0)) * 10 + value(s->getLastObject());',
    '21',
  ],
  [
    'nothing is put beyond the end',
    'OSArray *s = OSArray::withCapacity(1); return s->setObject(1u, a) * 10 + a->getRetainCount();',
    '1',
  ],
  [
    'NULL is not put in',
    'OSArray *s = OSArray::withCapacity(1); return s->setObject((OSObject *)NULL) * 10 + s->getCount();',
    '0',
  ],
  [
    'replaceObject gives the old one up',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); s->replaceObject(0, b); return a->getRetainCount() * 100 + b->getRetainCount() * 10 + value(s->getObject(0));',
    '122',
  ],
  [
    'replaceObject beyond the end does nothing',
    'OSArray *s = OSArray::withCapacity(1); s->replaceObject(0, b); return b->getRetainCount() * 10 + s->getCount();',
    '10',
  ],
  [
    'removeObject moves the others down',
    'OSArray *s = OSArray::withCapacity(4); s->setObject(a); s->setObject(b); s->removeObject(0); return a->getRetainCount() * 100 + value(s->getObject(0)) * 10 + s->getCount();',
    '121',
  ],
  [
    'merge retains each',
    'OSArray *s = OSArray::withCapacity(1), *t = OSArray::withCapacity(1); t->setObject(a); t->setObject(b); s->merge(t); s->merge(t); return s->getCount() * 10 + a->getRetainCount();',
    '44',
  ],
  [
    'merge of an array with itself',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); s->merge(s); return s->getCount() * 10 + a->getRetainCount();',
    '23',
  ],
  [
    'capacity grows by what it began with',
    'OSArray *s = OSArray::withCapacity(3); for (int i = 0; i < 4; i++) s->setObject(a); return s->getCapacity() * 100 + s->ensureCapacity(7) * 10 + s->ensureCapacity(1);',
    '699',
  ],
  [
    'of no capacity it grows by sixteen',
    'OSArray *s = OSArray::withCapacity(0); s->setObject(a); return s->getCapacity();',
    '16',
  ],
  [
    'the next index of an object',
    'OSArray *s = OSArray::withCapacity(3); s->setObject(a); s->setObject(b); s->setObject(a); return s->getNextIndexOfObject(a, 1) * 10 + (s->getNextIndexOfObject(c, 0) == ~0u);',
    '21',
  ],
  [
    'an array of objects',
    'const OSObject *all[] = { a, b }; OSArray *s = OSArray::withObjects(all, 2); return s->getCount() * 10 + b->getRetainCount();',
    '22',
  ],
  [
    'a copy of an array',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); OSArray *t = OSArray::withArray(s); s->release(); return t->getCount() * 10 + a->getRetainCount();',
    '12',
  ],
  [
    'flushCollection gives all up',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); s->setObject(b); s->flushCollection(); return s->getCount() * 10 + a->getRetainCount();',
    '1',
  ],
  [
    'a set has an object once',
    'OSSet *s = OSSet::withCapacity(1); bool one = s->setObject(a), two = s->setObject(a); return one * 1000 + two * 100 + s->getCount() * 10 + a->getRetainCount();',
    '1012',
  ],
  [
    'what a set has',
    'OSSet *s = OSSet::withCapacity(1); s->setObject(a); s->setObject(b); s->removeObject(a); return s->containsObject(a) * 100 + s->member(b) * 10 + value(s->getAnyObject());',
    '12',
  ],
  [
    'an ordered set without an order',
    'OSOrderedSet *s = OSOrderedSet::withCapacity(2); s->setObject(a); s->setLastObject(b); s->setFirstObject(c); return value(s->getFirstObject()) * 100 + value(s->getObject(1)) * 10 + value(s->getLastObject());',
    '312',
  ],
  [
    'a dictionary by C strings, strings and symbols',
    'OSDictionary *d = OSDictionary::withCapacity(1); d->setObject("one", a); d->setObject(OSString::withCString("two"), b); const OSSymbol *s = OSSymbol::withCString("one"); return value(d->getObject(s)) * 100 + value(d->getObject("two")) * 10 + (d->getObject("three") == NULL);',
    '121',
  ],
  [
    'a dictionary replaces what is under a key',
    'OSDictionary *d = OSDictionary::withCapacity(1); d->setObject("k", a); d->setObject("k", b); return d->getCount() * 1000 + a->getRetainCount() * 100 + b->getRetainCount() * 10 + value(d->getObject("k"));',
    '1122',
  ],
  [
    'the same object again under its key',
    'OSDictionary *d = OSDictionary::withCapacity(1); d->setObject("k", a); a->release(); d->setObject("k", a); return value(d->getObject("k")) * 10 + a->getRetainCount();',
    '11',
  ],
  [
    'a dictionary removes and merges',
    'OSDictionary *d = OSDictionary::withCapacity(1), *e = OSDictionary::withCapacity(1); d->setObject("k", a); e->setObject("k", b); e->setObject("m", c); d->merge(e); d->removeObject("m"); return d->getCount() * 1000 + value(d->getObject("k")) * 100 + a->getRetainCount() * 10 + c->getRetainCount();',
    '1212',
  ],
  [
    "a dictionary's iterator gives its keys",
    'OSDictionary *d = OSDictionary::withCapacity(1); d->setObject("ab", a); d->setObject("cde", b); OSCollectionIterator *i = OSCollectionIterator::withCollection(d); int n = 0; while (OSObject *o = i->getNextObject()) n = n * 10 + ((OSSymbol *)o)->getLength() * 3 + value(d->getObject((const OSSymbol *)o)); i->release(); return n;',
    '81',
  ],
  [
    'an iterator retains its collection',
    'OSArray *s = OSArray::withCapacity(1); s->setObject(a); OSCollectionIterator *i = OSCollectionIterator::withCollection(s); int n = s->getRetainCount(); s->release(); n = n * 10 + value(i->getNextObject()); i->release(); return n * 10 + a->getRetainCount();',
    '211',
  ],
  [
    'an iterator ends where its collection changes',
    'OSArray *s = OSArray::withCapacity(4); s->setObject(a); s->setObject(b); OSCollectionIterator *i = OSCollectionIterator::withCollection(s); int n = 0; while (OSObject *o = i->getNextObject()) { n = n * 10 + value(o); s->setObject(c); } n = n * 10 + i->isValid(); i->reset(); return n * 10 + value(i->getNextObject());',
    '101',
  ],
];

describe('collections', () => {
  it.each(cases)('%s', (_what, body, expected) => {
    returns(source(body), expected);
  });

  it('what was given up is gone', () => {
    const body =
      'OSArray *s = OSArray::withCapacity(1); s->setObject(a); a->release(); s->removeObject(0); return a->getRetainCount();';
    expect(simulate(source(body), 'f').outcome.kind).toBe('fault');
  });
});
