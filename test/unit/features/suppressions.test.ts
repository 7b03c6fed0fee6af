import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { readSuppressions } from '../../../server/features/suppressions';
import { applyEdit, edits } from '../../support/random-edits';

const call = 'memory->createMappingInTask(task, 0, kIOMapReadOnly)';
const head = 'IOMemoryMap *expose(IOMemoryDescriptor *memory, task_t task)';

/** "rule@line" of what is reported, and "(rule@line: reason)" of what is suppressed. */
function told(text: string): readonly string[] {
  const service = createService();
  service.setFile('a.cpp', text);
  return service
    .diagnose('a.cpp')
    .map(({ rule, line, suppressed }) =>
      suppressed ? `(${rule}@${String(line)}: ${suppressed.reason})` : `${rule}@${String(line)}`,
    );
}

const inBody = (...lines: readonly string[]): string => `${head}\n{\n${lines.join('\n')}\n}\n`;

describe('a suppression', () => {
  test.each<[string, string, readonly string[]]>([
    ['none', inBody(`return ${call};`), ['no-address@3']],
    [
      'above the line',
      inBody('// maplens-ignore-next-line no-address -- why', `return ${call};`),
      ['(no-address@4: why)'],
    ],
    ['at its end', inBody(`return ${call}; // maplens-ignore no-address -- why`), ['(no-address@3: why)']],
    [
      'in a block comment before it',
      inBody(`/* maplens-ignore no-address -- why */ return ${call};`),
      ['(no-address@3: why)'],
    ],
    [
      'with a documentation comment',
      inBody('/// maplens-ignore-next-line no-address -- why', `return ${call};`),
      ['(no-address@4: why)'],
    ],
    [
      'with blank lines and comments between',
      inBody('// maplens-ignore-next-line no-address -- why', '', '// and more', `return ${call};`),
      ['(no-address@6: why)'],
    ],
    [
      'in a block comment of several lines',
      inBody('/* maplens-ignore-next-line no-address', ' * -- because', ' * of that */', `return ${call};`),
      ['(no-address@6: because of that)'],
    ],
    [
      'with Windows line ends',
      inBody('// maplens-ignore-next-line no-address -- why', `return ${call};`).replaceAll('\n', '\r\n'),
      ['(no-address@4: why)'],
    ],
    [
      'for the line of the finding only, where a statement has several',
      inBody(
        '// maplens-ignore-next-line no-address -- why',
        'return memory->createMappingInTask(task, 0,',
        'kIOMapReadOnly);',
      ),
      ['unused-suppression@3', 'no-address@5'],
    ],
    [
      'inside a statement',
      inBody(
        'return memory->createMappingInTask(task, 0,',
        '// maplens-ignore-next-line no-address -- why',
        'kIOMapReadOnly);',
      ),
      ['(no-address@5: why)'],
    ],
    [
      'of another rule',
      inBody(`return ${call}; // maplens-ignore dead-address -- why`),
      ['no-address@3', 'unused-suppression@3'],
    ],
    [
      'alone on a line',
      inBody('// maplens-ignore no-address -- why', `return ${call};`),
      ['unused-suppression@3', 'no-address@4'],
    ],
    [
      'two lines above',
      inBody('// maplens-ignore-next-line no-address -- why', ';', `return ${call};`),
      ['unused-suppression@3', 'no-address@5'],
    ],
    [
      'without a reason',
      inBody(`return ${call}; // maplens-ignore no-address`),
      ['no-address@3', 'suppression-without-reason@3'],
    ],
    [
      'with dashes and nothing',
      inBody(`return ${call}; // maplens-ignore no-address -- `),
      ['no-address@3', 'suppression-without-reason@3'],
    ],
    [
      'with a reason of marks',
      inBody(`return ${call}; // maplens-ignore no-address -- ???`),
      ['no-address@3', 'suppression-without-reason@3'],
    ],
    [
      'for a function, before it',
      `// maplens-ignore-function no-address -- why\n${inBody(`return ${call};`)}`,
      ['(no-address@4: why)'],
    ],
    [
      'for a function, in its head',
      `${head} // maplens-ignore-function no-address -- why\n{\nreturn ${call};\n}\n`,
      ['(no-address@3: why)'],
    ],
    [
      'for a method in a class',
      `class A {\npublic:\n// maplens-ignore-function no-address -- why\n${head} {\nreturn ${call};\n}\n};\n`,
      ['(no-address@5: why)'],
    ],
    [
      'for one function and not for the next',
      `// maplens-ignore-function no-address -- why\n${inBody(`return ${call};`)}${inBody(`return ${call};`).replace('expose', 'again')}`,
      ['(no-address@4: why)', 'no-address@8'],
    ],
    [
      'stacked for one line',
      inBody(
        '// maplens-ignore-next-line no-address -- first',
        '// maplens-ignore-next-line no-address, foreign-constant -- second',
        'return memory->createMappingInTask(task, 0, kIODirectionOut);',
      ),
      ['(foreign-constant@5: second)', '(no-address@5: first)'],
    ],
    ['in a string', inBody(`IOLog("// maplens-ignore no-address -- why"); return ${call};`), ['no-address@3']],
    [
      'in a raw string',
      inBody('IOLog(R"(', '// maplens-ignore-next-line no-address -- why', `)"); return ${call};`),
      ['no-address@5'],
    ],
    ['spoken of in a comment', inBody(`return ${call}; // see maplens-ignore no-address -- why`), ['no-address@3']],
    [
      'after a directive’s text',
      `#define EXPOSE(m, t) (m)->createMappingInTask((t), 0, kIOMapReadOnly) // maplens-ignore no-address -- why\n${inBody('return EXPOSE(memory, task);')}`,
      ['unused-suppression@1', 'no-address@4'],
    ],
    [
      'where a macro is used',
      `#define EXPOSE(m, t) (m)->createMappingInTask((t), 0, kIOMapReadOnly)\n${inBody('return EXPOSE(memory, task); // maplens-ignore no-address -- why')}`,
      ['(no-address@4: why)'],
    ],
    [
      'in dead code',
      `#if 0\n// maplens-ignore-next-line no-address -- why\nint x;\n#endif\n${inBody(`return ${call};`)}`,
      ['no-address@7'],
    ],
    ['in a file that maps nothing', 'int x; // maplens-ignore no-address -- why\n', ['unused-suppression@1']],
    [
      'of a rule about suppressions',
      inBody(`return ${call}; // maplens-ignore unused-suppression -- why`),
      ['no-address@3', 'unused-suppression@3'],
    ],
  ])('%s', (_name, text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  test('is read from any text', () => {
    const words = [
      '//',
      '/*',
      '*/',
      'maplens-ignore',
      '-next-line',
      '-function',
      ' ',
      '--',
      'no-address',
      ',',
      '\n',
      '"',
      '#if 1',
      '\\',
      '{',
      '}',
      'f()',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const service = createService();
        service.setFile('a.cpp', text);
        for (const finding of service.diagnose('a.cpp'))
          expect(finding.line).toBeLessThanOrEqual(text.split('\n').length);
        for (const each of readSuppressions(text, () => []).suppressions)
          expect(text.slice(each.start)).toMatch(/^maplens-ignore/);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  test('counts after edits as in a fresh workspace', () => {
    const text = `// maplens-ignore-function no-address -- why\n${inBody(`return ${call};`)}${inBody(
      `return ${call}; // maplens-ignore no-address -- other`,
    ).replace('expose', 'again')}`;
    fc.assert(
      fc.property(edits, (list) => {
        const service = createService();
        service.setFile('a.cpp', text);
        service.diagnose('a.cpp');
        let edited = text;
        for (const edit of list) edited = applyEdit(edited, edit);
        service.setFile('a.cpp', edited);
        const fresh = createService();
        fresh.setFile('a.cpp', edited);
        expect(service.diagnose('a.cpp')).toEqual(fresh.diagnose('a.cpp'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('an unused suppression', () => {
  test.each([
    ['a line of its own', 'int a;\n  // maplens-ignore-next-line no-address -- why\nint b;\n', 'int a;\nint b;\n'],
    ['the end of a line', 'int a; // maplens-ignore no-address -- why\nint b;\n', 'int a;\nint b;\n'],
    ['before code', '/* maplens-ignore no-address -- why */ int a;\n', ' int a;\n'],
    [
      'the first of two',
      inBody(`return ${call}; // maplens-ignore dead-address, no-address -- why`),
      inBody(`return ${call}; // maplens-ignore no-address -- why`),
    ],
    [
      'the second of two',
      inBody(`return ${call}; // maplens-ignore no-address, dead-address -- why`),
      inBody(`return ${call}; // maplens-ignore no-address -- why`),
    ],
  ])('is removed: %s', (_name, text, expected) => {
    const service = createService();
    service.setFile('a.cpp', text);
    const [edit] = service.diagnose('a.cpp').find(({ rule }) => rule === 'unused-suppression')!.fix!.edits;
    expect(replace(text, edit!, edit!.text)).toBe(expected);
  });
});

describe('a suggestion', () => {
  test.each<[string, string, string | undefined]>([
    ['with the line’s indentation', inBody(`\t  return ${call};`), '\t  // maplens-ignore-next-line no-address -- '],
    [
      'inside of a statement',
      inBody('return memory->createMappingInTask(task, 0,', '    kIOMapReadOnly);'),
      '    // maplens-ignore-next-line no-address -- ',
    ],
    [
      'not after a line that a backslash continues',
      inBody('return memory->createMappingInTask(task, 0, \\', 'kIOMapReadOnly);'),
      undefined,
    ],
    ['not in a comment', inBody('/*', `*/ return ${call};`), undefined],
    ['not for what is suppressed', inBody(`return ${call}; // maplens-ignore no-address -- why`), undefined],
    ['not for a rule about suppressions', inBody('; // maplens-ignore no-address -- why'), undefined],
  ])('%s', (_name, text, before) => {
    const service = createService();
    service.setFile('a.cpp', text);
    const suggestions = service.suggestions('a.cpp', 1, 99);
    expect(suggestions.map((each) => each.before)).toEqual(before === undefined ? [] : [before]);
    const [only] = suggestions;
    if (!only) return;
    const suppressed = replace(text, only.range, `${only.before}some reason${only.after}`);
    expect(told(suppressed)).toEqual([`(no-address@${String(only.range.line + 1)}: some reason)`]);
    expect(told(replace(text, only.range, only.before + only.placeholder + only.after))).toContain(
      `suppression-without-reason@${String(only.range.line)}`,
    );
  });

  test('is made for the lines that are asked about', () => {
    const service = createService();
    service.setFile('a.cpp', inBody(`return ${call};`));
    expect(service.suggestions('a.cpp', 1, 2)).toEqual([]);
    expect(service.suggestions('a.cpp', 4, 9)).toEqual([]);
    expect(service.suggestions('b.cpp', 1, 9)).toEqual([]);
  });
});

interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

function replace(text: string, place: Place, by: string): string {
  const lines = text.split('\n');
  const offset = (line: number, column: number): number =>
    lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  return text.slice(0, offset(place.line, place.column)) + by + text.slice(offset(place.endLine, place.endColumn));
}
