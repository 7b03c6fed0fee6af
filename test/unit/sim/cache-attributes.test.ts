import { expect, test } from 'vitest';
import { cacheBits, cacheInstead } from '../../../sim/cache-attributes';
import { returnName } from '../../../sim/returns';

test.each([
  [0, 0x2, 0x2, undefined],
  [1, 0x7, 0x7, undefined],
  [2, 0xb, 0xb, undefined],
  [3, 0x2, 0x2, undefined],
  [4, 0x6, 0x6, undefined],
  [5, 0x12, 0x2, 'copyback'],
  [6, 0x27, 0x7, 'inhibited'],
  [7, 0x16, 0x6, 'write-combined'],
  [8, 0x2e, 0x7, 'inhibited'],
  [9, 0x26, 0x7, 'inhibited'],
  [10, undefined, undefined, undefined],
])('cache mode %i', (mode, arm, intel, instead) => {
  expect([cacheBits('arm64', mode), cacheBits('x86_64', mode)]).toEqual([arm, intel]);
  expect([cacheInstead('arm64', mode), cacheInstead('x86_64', mode)]).toEqual([undefined, instead]);
});

test.each([
  [6, 'KERN_RESOURCE_SHORTAGE'],
  [17, 'KERN_INVALID_RIGHT'],
  [23, 'KERN_MEMORY_PRESENT'],
  [37, 'KERN_TERMINATED'],
  [46, 'KERN_NOT_SUPPORTED'],
  [0xe00002cd, 'kIOReturnNotOpen'],
  [0xe00002ce, 'kIOReturnNotReadable'],
  [0xe00002e8, 'kIOReturnOverrun'],
  [0xe0000001, 'kIOReturnInvalid'],
  [57, '0x39'],
])('return code %i', (code, name) => {
  expect(returnName(code)).toBe(name);
});
