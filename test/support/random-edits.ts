import fc from 'fast-check';

/** Pieces that edits of driver code are made of: whole declarations, halves of them, and lone brackets. */
const pieces = [
  '',
  ' ',
  '\n',
  ';',
  '{',
  '}',
  '(',
  ')',
  '"',
  '/*',
  '*/',
  '//',
  '#if FOO\n',
  '#else\n',
  '#endif\n',
  '#define FOO 1\n',
  '#define kSize 0x4000\n',
  'x',
  '42',
  'kIOMapAnywhere',
  'class A : public IOService {\n',
  'public:\n',
  '};\n',
  'namespace n {\n',
  'int f(int a) { return a; }\n',
  'IOMemoryMap *g(IOMemoryDescriptor *md) { return md->map(); }\n',
  'void h(IOMemoryDescriptor *md) {\n  IOMemoryMap *m = md->map();\n  if (!m) return;\n}\n',
  'static int counter = 0;\n',
  'typedef struct { int a; } pair_t;\n',
  'enum { kOne = 1, kTwo };\n',
  'OSDefineMetaClassAndStructors(A, IOService)\n',
  'if (x) {',
  'goto out;',
  'out:',
  'return;',
];

export interface Edit {
  /** Where, as a share of the text's length. */
  readonly at: number;
  /** How many characters go, at most 60. */
  readonly remove: number;
  readonly insert: string;
}

export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.nat(12) },
      { weight: 1, arbitrary: fc.nat(60) },
    ),
    insert: fc.constantFrom(...pieces),
  }),
  { minLength: 1, maxLength: 6 },
);

export function applyEdit(text: string, edit: Edit): string {
  const at = Math.floor(edit.at * text.length);
  return text.slice(0, at) + edit.insert + text.slice(at + edit.remove);
}
