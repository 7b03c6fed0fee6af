import { expect, test } from 'vitest';
import { addPages, bytesOf } from '../../../client/webview/page-numbers';

test.each<[text: string, bytes: bigint | undefined]>([
  ['4096', 4096n],
  ['0x1000', 4096n],
  ['2P', 32768n],
  ['64K - 1P', 49152n],
  ['ring.length', undefined],
  ['m + 1P', undefined],
  ['', undefined],
  ['4 pages', undefined],
])('%j is %s bytes', (text, bytes) => {
  expect(bytesOf(text, 16384)).toBe(bytes);
});

test.each<[text: string, pages: number, after: string]>([
  ['4P', 1, '5P'],
  ['4P', 16, '20P'],
  ['1P', -1, '0'],
  ['1P', -16, '0'],
  ['', 1, '1P'],
  ['0', 2, '2P'],
  ['16384', 1, '32768'],
  ['0x4000', -1, '0x0'],
  ['64K', 1, '80K'],
  ['1M', 1, '65P'],
  ['m', 1, 'm + 1P'],
  ['m + 1P', 2, 'm + 3P'],
  ['m + 1P', -1, 'm'],
  ['m + 1P', -2, 'm - 1P'],
  ['m.end - 1P', 1, 'm.end'],
])('%j and %i pages is %j', (text, pages, after) => {
  expect(addPages(text, pages, 16384)).toBe(after);
});
