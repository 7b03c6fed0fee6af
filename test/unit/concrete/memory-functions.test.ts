import { describe, expect, it } from 'vitest';
import { machineNames } from '../../../sim/profiles';
import { inShort, simulate } from '../../support/simulate';

/** The C library's memory functions on the run's own memory and on mappings: [what it shows, body of f, outcome, defect]. */
type Case = readonly [what: string, body: string, outcome: string, defect?: string];

const mapped = (options: string): string => `
  IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut | kIOMemoryPageable, page_size, page_size);
  IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique${options});
  char *shown = (char *)map->getVirtualAddress();
  char *bytes = (char *)md->getBytesNoCopy();`;
const released = 'map->release(); md->release();';

const cases: readonly Case[] = [
  ['bzero of more than there is', 'char a[8]; bzero(a, 9); return 0;', 'fault', 'fault'],
  ['memset from the middle', 'char a[8]; memset(a + 4, 1, 5); return 0;', 'fault', 'fault'],
  ['memset before the beginning', 'char a[8]; memset(a - 1, 1, 2); return 0;', 'fault', 'fault'],
  ['memset of all of it', 'char a[8]; memset(a, 3, 8); return a[0] + a[7];', '6'],
  ['memcpy into less', 'char a[8]; char b[16] = {}; memcpy(a, b, sizeof(b)); return 0;', 'fault', 'fault'],
  ['memcpy out of less', 'char a[16]; char b[8] = {}; memcpy(a, b, sizeof(a)); return 0;', 'fault', 'fault'],
  [
    'memcpy of a size below zero',
    'char a[8]; char b[8] = {}; int n = -1; memcpy(a, b, n); return 0;',
    'fault',
    'fault',
  ],
  [
    'no bytes to and from NULL',
    'memcpy(NULL, NULL, 0); memmove(NULL, NULL, 0); bzero(NULL, 0); memset(NULL, 1, 0); return 4;',
    '4',
  ],
  ['memcpy to NULL', 'char a[8] = {}; memcpy(NULL, a, 8); return 0;', 'fault', 'null-dereference'],
  ['memcpy from NULL', 'char a[8]; memcpy(a, NULL, 8); return 0;', 'fault', 'null-dereference'],
  [
    'memcpy into a block that is gone',
    'char *a = (char *)IOMalloc(8); char b[8] = {}; IOFree(a, 8); memcpy(a, b, 8); return 0;',
    'fault',
    'use-after-free',
  ],
  [
    "memcpy of what overlaps is the kernel's memmove",
    'char a[8] = { 1, 2, 3, 4 }; memcpy(a + 1, a, 3); return a[1] * 100 + a[2] * 10 + a[3];',
    '123',
  ],
  [
    'memmove of what overlaps, to both sides',
    'char a[8] = { 1, 2, 3, 4 }; memmove(a, a + 1, 3); memmove(a + 2, a, 3); return a[2] * 100 + a[3] * 10 + a[4];',
    '234',
  ],
  [
    'bcopy has its arguments the other way round',
    'char a[4] = { 1, 2, 3, 4 }; char b[4] = {}; bcopy(a, b, 4); return b[3];',
    '4',
  ],
  [
    'a copy of what was never set, used',
    'int a; int b; memcpy(&b, &a, sizeof(b)); return b + 1;',
    'undefined',
    'undefined',
  ],
  ['a copy of what was never set, not used', 'int a; int b; memcpy(&b, &a, sizeof(b)); b = 2; return b;', '2'],
  ['memcmp of what was never set', 'char a[4]; char b[4] = {}; return memcmp(a, b, 4);', 'undefined', 'undefined'],
  ['memcmp beyond the end', 'char a[4] = {}; char b[8] = {}; return memcmp(a, b, 8);', 'fault', 'fault'],
  [
    'strlcpy with the size of something else',
    'char a[4]; char b[16] = "a longer one"; strlcpy(a, b, sizeof(b)); return 0;',
    'fault',
    'fault',
  ],
  [
    'strlcpy from what does not end',
    'char a[8]; char b[2] = { 1, 2 }; strlcpy(a, b, sizeof(a)); return 0;',
    'fault',
    'fault',
  ],
  ['strncpy fills up all of its size', 'char a[4]; strncpy(a, "ab", 8); return 0;', 'fault', 'fault'],
  [
    'strncpy without room for the end, then strlen',
    'char a[4]; strncpy(a, "abcd", sizeof(a)); return strlen(a);',
    'fault',
    'fault',
  ],
  [
    'snprintf with a size that is too large writes what it has',
    'char a[8]; return snprintf(a, 64, "%s", "short");',
    '5',
  ],
  ['snprintf beyond the end', 'char a[4]; return snprintf(a, 64, "%d", 12345);', 'fault', 'fault'],
  [
    'snprintf of a pointer that is gone',
    'char *p = (char *)IOMalloc(8); p[0] = 0; IOFree(p, 8); char a[8]; return snprintf(a, sizeof(a), "%s", p);',
    'fault',
    'use-after-free',
  ],
  [
    'memcpy to a mapping and back',
    `${mapped('')} char a[4] = { 1, 2, 3, 4 }; memcpy(shown, a, 4); bzero(a, 4); memcpy(a, bytes, 4); int n = a[3]; ${released} return n;`,
    '4',
  ],
  [
    'bzero of a mapping',
    `${mapped('')} bytes[5] = 1; bzero(shown, page_size); int n = bytes[5]; ${released} return n;`,
    '0',
  ],
  [
    'memcpy beyond a mapping',
    `${mapped('')} char *a = (char *)IOMalloc(64); bzero(a, 64); memcpy(shown + page_size - 32, a, 64); return 0;`,
    'fault',
    'fault',
  ],
  ['memset of a read-only mapping', `${mapped(' | kIOMapReadOnly')} memset(shown, 1, 4); return 0;`, 'fault', 'fault'],
  [
    'memcmp of a read-only mapping',
    `${mapped(' | kIOMapReadOnly')} char a[4] = {}; bzero(bytes, 4); int n = memcmp(shown, a, 4); ${released} return n;`,
    '0',
  ],
  [
    'memcpy to a mapping that was released',
    `${mapped('')} map->release(); char a[4] = {}; memcpy(shown, a, 4); return 0;`,
    'fault',
    'fault',
  ],
  [
    'memcpy from a mapping that was released',
    `${mapped('')} map->release(); char a[4]; memcpy(a, shown, 4); return 0;`,
    'fault',
    'fault',
  ],
  [
    'strlcpy to a mapping that was released',
    `${mapped('')} map->release(); strlcpy(shown, "a", 2); return 0;`,
    'fault',
    'fault',
  ],
  [
    'strlen in a mapping that was released',
    `${mapped('')} bytes[0] = 0; map->release(); return strlen(shown);`,
    'fault',
    'fault',
  ],
  [
    'snprintf to a read-only mapping',
    `${mapped(' | kIOMapReadOnly')} snprintf(shown, 8, "%d", 1); return 0;`,
    'fault',
    'fault',
  ],
];

describe.each(machineNames)('%s', (machine) => {
  it.each(cases.map(([what, body, outcome, defect]) => ({ what, body, outcome, defect })))('$what', (each) => {
    const trace = simulate(`int f() { ${each.body} }`, 'f', { machine });
    const found = inShort(trace);
    expect(found.outcome).toBe(each.outcome);
    if (each.defect === undefined) expect(found.defects).toEqual([]);
    else {
      expect(found.defects).toContain(each.defect);
      expect(trace.steps.find(({ defects }) => defects.length > 0)?.place).toMatchObject({ file: 'driver.cpp' });
    }
  });
});
