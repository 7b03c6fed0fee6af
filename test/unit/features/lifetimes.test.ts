import { expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';

const glyphs = { live: '|', maybe: ':', released: 'x' };

/**
 * Each source line begins with its tracks, one letter each in the order in which their maps are made: "o" where it is
 * made, "|" live, ":" maybe live, "x" released, "." none; in capitals where a reference is given up on the line. A
 * variable that dangles stands in «», or in ‹› where it does on some paths.
 */
function drawn(source: string): string {
  const service = createService();
  service.setFile('driver.cpp', source.replaceAll(/^.*?;; ?/gm, '').replaceAll(/[«»‹›]/g, ''));
  const { tracks, released } = service.lifetimes('driver.cpp', 1, 1000);
  return source
    .replaceAll(/[«»‹›]/g, '')
    .split('\n')
    .map((line, index) => {
      const number = index + 1;
      const marks = tracks.map((track) => {
        const segment = track.segments.find((each) => each.line <= number && number <= each.endLine);
        if (!segment) return '.';
        if (track.line === number) return 'o';
        return track.ends.includes(number) ? (segment.life === 'released' ? 'X' : '!') : glyphs[segment.life];
      });
      let text = line.replace(/^.*?;; ?/, '');
      for (const one of released.filter((each) => each.line === number).reverse()) {
        const [open, close] = one.always ? '«»' : '‹›';
        const [start, end] = [one.column - 1, one.endColumn - 1];
        text = `${text.slice(0, start)}${open}${text.slice(start, end)}${close}${text.slice(end)}`;
      }
      return `${marks.join('')};; ${text}`;
    })
    .join('\n');
}

test.each<[string, string]>([
  [
    'made, tested, used, released, and read again',
    `.;; UInt64 read(IOMemoryDescriptor *md)
.;; {
o;;     IOMemoryMap *map = md->map();
:;;     if (!map)
.;;         return 0;
|;;     UInt64 length = map->getLength();
|;; 
X;;     map->release();
x;;     length += «map»->getLength();
x;;     return length;
.;; }`,
  ],
  [
    'released on one path',
    `.;; void read(IOMemoryDescriptor *md, bool flag)
.;; {
o;;     IOMemoryMap *map = md->map();
:;;     if (!map)
.;;         return;
|;;     if (flag)
X;;         map->release();
:;;     ‹map›->getLength();
:;;     md->getLength();
:;; }`,
  ],
  [
    'two maps at once',
    `..;; void read(IOMemoryDescriptor *md)
..;; {
o.;;     IOMemoryMap *a = md->map();
:o;;     IOMemoryMap *b = md->map();
::;;     if (!a || !b) {
!:;;         OSSafeReleaseNULL(a);
.!;;         OSSafeReleaseNULL(b);
..;;         return;
..;;     }
X|;;     a->release();
xX;;     b->release();
xx;; }`,
  ],
  [
    'a map that leaks stays to the end',
    `.;; void read(IOMemoryDescriptor *md)
.;; {
o;;     IOMemoryMap *map = md->map();
:;;     if (!map) return;
|;;     md->getLength();
|;; }`,
  ],
  [
    'what others were given has no track',
    `.;; void keep(void *pointer);
.;; void read(IOMemoryDescriptor *md)
.;; {
o;;     IOMemoryMap *map = md->map();
:;;     if (!map) return;
.;;     keep(map);
.;;     map->getLength();
.;; }`,
  ],
])('%s', (_, source) => {
  expect(drawn(source)).toBe(source);
});

test('only the functions that the lines touch', () => {
  const service = createService();
  const one = (name: string): string =>
    `void ${name}(IOMemoryDescriptor *md)\n{\n    IOMemoryMap *map = md->map();\n    if (map) map->release();\n}\n`;
  service.setFile('driver.cpp', one('a') + one('b'));
  expect(service.lifetimes('driver.cpp', 1, 5).tracks.map(({ line }) => line)).toEqual([3]);
  expect(service.lifetimes('driver.cpp', 8, 8).tracks.map(({ line }) => line)).toEqual([8]);
  expect(service.lifetimes('driver.cpp', 20, 30).tracks).toEqual([]);
});
