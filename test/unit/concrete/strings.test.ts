import { expect, it } from 'vitest';
import { returns, simulate } from '../../support/simulate';

/** [what it shows, source of a function f, what f returns in C++]: the C library's strings. */
const cases: readonly (readonly [string, string, string])[] = [
  [
    'snprintf answers the whole length',
    'int f() { char s[8]; int n = snprintf(s, sizeof(s), "%s-%d", "abcdef", 1234); return n * 100 + strlen(s); }',
    '1107',
  ],
  [
    'what snprintf writes is set',
    'int f() { char s[16]; snprintf(s, sizeof(s), "%d", 42); return s[0] * 100 + s[1]; }',
    '5250',
  ],
  [
    'a struct with a name that snprintf made is copied',
    `struct S { char name[16]; };
int f() { S s; snprintf(s.name, sizeof(s.name), "en%u", 3); S t = s; return t.name[2] + strlen(t.name); }`,
    '54',
  ],
  [
    'strlcpy answers the length of what it was to copy',
    'int f() { char s[4]; int n = strlcpy(s, "abcdef", sizeof(s)); return n * 10 + strlen(s); }',
    '63',
  ],
  [
    'strlcat answers the length of both',
    'int f() { char s[8]; strlcpy(s, "abc", sizeof(s)); int n = strlcat(s, "defghij", sizeof(s)); return n * 10 + strlen(s); }',
    '107',
  ],
  [
    'strncpy fills up with zeros',
    'int f() { char s[8]; strncpy(s, "ab", sizeof(s)); int n = 0; for (int i = 0; i < 8; i++) n += s[i]; return n; }',
    '195',
  ],
  [
    'strcmp and strncmp',
    'int f() { return (strcmp("abc", "abd") < 0) * 100 + (strncmp("abc", "abd", 2) == 0) * 10 + (strcmp("b", "a") > 0); }',
    '111',
  ],
  [
    'memmove of overlapping bytes, memcmp',
    'int f() { char s[8] = "abcdef"; memmove(s + 1, s, 5); return (memcmp(s, "aabcde", 6) == 0) * 10 + s[5]; }',
    '111',
  ],
  [
    'strchr, strrchr and strstr',
    'int f() { const char *s = "hello"; return (strchr(s, \'l\') - s) * 10 + (strstr(s, "lo") - s) + (strrchr(s, \'l\') - s) * 100; }',
    '323',
  ],
  [
    'formats',
    'int f() { char s[64]; int n = snprintf(s, sizeof(s), "%5d|%-5d|%05d|%x|%X|%08x|%llx|%lu|%c|%%|%.2s|%*d", 42, 42, 42, 255, 255, 255, 0x123456789abcULL, 7ul, \'z\', "abc", 4, 9); int h = 0; for (int i = 0; i < n; i++) h = h * 31 + s[i]; return h; }',
    '426243005',
  ],
  ['snprintf of no bytes', 'int f() { return snprintf(NULL, 0, "%d-%s", 12345, "abc"); }', '9'],
  ['strtoul and strtol', 'int f() { return strtoul("0x1f", 0, 16) * 100 + strtol("-12", 0, 10); }', '3088'],
  [
    'strlcat into a full buffer changes nothing',
    "int f() { char s[4] = { 'a', 'b', 'c', 'd' }; int n = strlcat(s, \"xyz\", sizeof(s)); return n * 1000 + s[3]; }",
    '7100',
  ],
  [
    'bytes beyond ASCII',
    'int f() { const char *s = "\\xff\\x80z"; unsigned char c = s[0]; return c + strlen(s) * 1000 + sizeof("\\xe9") * 10000; }',
    '23255',
  ],
  ['UTF-8 in a literal', 'int f() { return sizeof("é") * 10 + strlen("aé"); }', '33'],
  [
    'strtol says where the number ends',
    'int f() { char *e; const char *s = "  42kB"; long n = strtol(s, &e, 10); return n * 100 + (e - s) * 10 + (*e == \'k\'); }',
    '4241',
  ],
  [
    'strcat and strncat',
    'int f() { char s[16] = "ab"; strcat(s, "cd"); strncat(s, "efgh", 2); return strlen(s) * 1000 + s[5]; }',
    '6102',
  ],
  [
    'strncasecmp',
    'int f() { return (strncasecmp("HELlo", "helLOx", 5) == 0) * 10 + (strcasecmp("a", "B") < 0); }',
    '11',
  ],
  [
    'vsnprintf takes what it is given',
    `int put(char *to, int size, const char *format, ...) { __builtin_va_list ap; __builtin_va_start(ap, format); int n = vsnprintf(to, size, format, ap); __builtin_va_end(ap); return n; }
int f() { char s[32]; int n = put(s, sizeof(s), "%d %s %llx", -5, "ab", 0x123456789ull); int h = 0; for (int i = 0; i <= n; i++) h = h * 31 + s[i]; return h; }`,
    '-258521262',
  ],
  ['strnlen', 'int f() { return strnlen("abcdef", 3) * 10 + strnlen("ab", 9); }', '32'],
];

it.each(cases)('%s', (_what, source, expected) => {
  returns(source, expected);
});

/** [a call's format and values, what the kernel's __doprnt makes of it (osfmk/kern/printf.c)]: not all is as in the C library. */
const kernelFormats: readonly (readonly [string, string])[] = [
  ['"%d %i %u", -1, -2, -1', '-1 -2 4294967295'],
  ['"%5d|%-5d|%05d|%+d|% d", 42, 42, -42, 5, 5', '   42|42   |-0042|+5| 5'],
  ['"%*d|%-*d|%*d", 4, 1, 4, 2, -4, 3', '   1|2   |3   '],
  ['"%.3d", 7', '7'],
  ['"%x %X %#x %08x %#o %#x", 255, 255, 255, 255, 8, 0', 'ff FF 0xff 000000ff 010 0'],
  ['"%llx %lx %qx %zu %lu", 1ull << 40, 2ul, 3ull, (size_t)4, 5ul', '10000000000 2 3 4 5'],
  ['"%hhd %hd %hhu", 300, 70000, 511', '44 4464 255'],
  ['"%s|%5s|%-5s|%.2s|%3s", "ab", "ab", "ab", "abc", "abcdef"', 'ab|   ab|ab   |ab|abc'],
  ['"%s|%.*s", (char *)0, 2, "xyz"', '|xy'],
  ['"%c%c%%", 65, 66', 'AB%'],
  ['"%p %p", (void *)0x1000, (void *)0', '0x1000 0'],
  ['"%f %s", "rest"', 'f rest'],
];

it.each(kernelFormats)('snprintf of %s', (values, expected) => {
  const check = `int f() { char s[80]; int n = snprintf(s, sizeof(s), ${values}); return strcmp(s, ${JSON.stringify(expected)}) == 0 ? n : -1; }`;
  returns(check, String(expected.length));
});

/** [source of a function f, how it ends]: strings where there are none. */
const broken: readonly (readonly [string, string])[] = [
  ['int f() { char s[3] = { 1, 2, 3 }; return strlen(s); }', 'fault'],
  ['int f() { char s[8]; return strlen(s); }', 'undefined'],
  ['int f() { char *p = (char *)IOMalloc(8); IOFree(p, 8); return strlen(p); }', 'fault'],
  ['int f() { char s[4]; strcpy(s, "abcdef"); return 0; }', 'fault'],
  ['int f() { return strlen((char *)0); }', 'fault'],
  ['int f() { char s[4]; snprintf(s, 64, "%s", "abcdef"); return 0; }', 'fault'],
  ['int f() { char s[32]; return snprintf(s, sizeof(s), "%b", 5, "\\020\\1A"); }', 'not-modelled'],
];

it.each(broken)('%s', (source, kind) => {
  expect(simulate(source, 'f').outcome.kind).toBe(kind);
});

it('a string in mapped memory', () => {
  returns(
    `int f() { IOBufferMemoryDescriptor *md = IOBufferMemoryDescriptor::inTaskWithOptions(kernel_task, kIODirectionInOut, page_size, page_size);
      IOMemoryMap *map = md->createMappingInTask(kernel_task, 0, kIOMapAnywhere | kIOMapUnique);
      char *s = (char *)map->getVirtualAddress(); snprintf(s, 16, "en%d", 12); int n = strlen((char *)md->getBytesNoCopy());
      map->release(); md->release(); return n; }`,
    '4',
  );
});
