import { expect, test } from 'vitest';
import { simulate } from '../../support/simulate';

const values = (body: string): string => `#include <IOKit/IOService.h>
class Ring : public IOService { unsigned int ask(OSString *given); };
unsigned int Ring::ask(OSString *given) { ${body} }`;

test.each([
  ['OSString *s = OSString::withCString("frame"); unsigned int n = s->getLength(); s->release(); return n;', '5'],
  ['OSString *s = OSString::withCString("frame"); bool same = s->isEqualTo("frame"); s->release(); return same;', '1'],
  ['OSString *s = OSString::withCString("frame"); bool same = s->isEqualTo("ring"); s->release(); return same;', '0'],
  ['OSString *s = OSString::withCString("frame"); return s->getCStringNoCopy()[1];', '114'],
  ['return OSSymbol::withCString("a") == OSSymbol::withCString("a");', '1'],
  ['const OSSymbol *a = OSSymbol::withCString("a"); OSSymbol::withCString("a"); return a->getRetainCount();', '2'],
  ['OSNumber *n = OSNumber::withNumber(0x1ffULL, 8); return n->unsigned32BitValue();', '255'],
  ['OSNumber *n = OSNumber::withNumber(70000, 32); return n->unsigned16BitValue() + n->numberOfBits();', '4496'],
  [
    'UInt8 raw[3] = { 7, 8, 9 }; OSData *d = OSData::withBytes(raw, 3); raw[1] = 0; return ((UInt8 *)d->getBytesNoCopy())[1] + d->getLength();',
    '11',
  ],
  [
    'UInt8 raw[2] = { 7, 8 }; OSData *d = OSData::withCapacity(2); d->appendBytes(raw, 2); d->appendByte(9, 3); return d->getLength() * 100 + d->getCapacity() * 10 + ((UInt8 *)d->getBytesNoCopy())[4];',
    '569',
  ],
  [
    'UInt8 raw[3] = { 7, 8, 9 }; OSData *d = OSData::withBytes(raw, 3); return (d->getBytesNoCopy(1, 2) != NULL) * 10 + (d->getBytesNoCopy(2, 2) != NULL);',
    '10',
  ],
  ['return OSData::withCapacity(8)->getBytesNoCopy() == NULL;', '1'],
  [
    'UInt8 raw[3] = { 7, 8, 9 }; OSData *d = OSData::withBytes(raw, 3), *e = OSData::withData(d); d->release(); return ((UInt8 *)e->getBytesNoCopy())[2] + e->getLength();',
    '12',
  ],
  [
    'OSNumber *n = OSNumber::withNumber(250, 8); n->addValue(10); return n->unsigned32BitValue() * 10 + n->numberOfBytes();',
    '41',
  ],
  [
    'return kOSBooleanTrue->isTrue() * 100 + kOSBooleanFalse->isTrue() * 10 + (OSBoolean::withBoolean(true) == kOSBooleanTrue);',
    '101',
  ],
  ['OSString *s = OSString::withString(OSString::withCString("abc")); return s->getChar(1) + s->getLength();', '101'],
  ['return given->getLength();', '4096'],
])('%s', (body, value) => {
  expect(simulate(values(body), 'Ring::ask').outcome).toEqual({ kind: 'returned', value });
});
