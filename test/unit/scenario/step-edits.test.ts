import { expect, test } from 'vitest';
import { Scenarios } from '../../../server/features/scenarios';
import { readScenario } from '../../../server/scenario/document';
import type { Problem } from '../../../server/scenario/problems';
import { newStep } from '../../../server/scenario/new-step';
import { editSteps, type StepAction } from '../../../server/scenario/step-edits';
import { verbForms } from '../../../server/scenario/step-form';
import { Workspace } from '../../../server/workspace/workspace';

const text = `{
  "title": "T", // what it is about
  "tasks": ["app"],
  "steps": [
    // The ring.
    { "buffer": "ring", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "4P" }, // four pages
    { "map": "m", "of": "ring", "into": "app", "options": "kIOMapAnywhere" },

    // What the application writes.
    { "write": "app", "at": "m + 1P", "bytes": "11 22" },
    {
      "map": "half", /* the upper one */
      "of": "ring",
      "into": "app",
      "options": 4353, // as the driver has it
      "offset": 32768
    },
    { "release": "m", "expect": "freed" } // the end
  ]
}
`;

function run(of: string): readonly Problem[] {
  return new Scenarios(new Workspace()).simulate('file:///a.iomap', of).problems;
}

const act = (action: StepAction, of = text): string => {
  const result = editSteps(of, action, run);
  return result.ok ? result.text : result.reason;
};

/** The lines that an action took away, and those that it brought. */
function difference(after: string, before = text): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  let start = 0;
  while (start < old.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return [
    ...old.slice(start, old.length - end).map((line) => `- ${line.trim()}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line.trim()}`),
  ];
}

const ring =
  '{ "buffer": "ring", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "4P" }';
const map = '{ "map": "m", "of": "ring", "into": "app", "options": "kIOMapAnywhere" }';

test.each<[what: string, action: StepAction, lines: string[]]>([
  [
    'a value',
    { kind: 'set', step: 0, member: 'capacity', value: '8P' },
    [`- ${ring}, // four pages`, `+ ${ring.replace('4P', '8P')}, // four pages`],
  ],
  [
    'a value that was not given goes last',
    { kind: 'set', step: 1, member: 'length', value: '1P' },
    [`- ${map},`, `+ ${map.replace(' }', ', "length": "1P" }')},`],
  ],
  [
    'and before what is expected',
    { kind: 'set', step: 4, member: 'label', value: 'gone' },
    [
      '- { "release": "m", "expect": "freed" } // the end',
      '+ { "release": "m", "expect": "freed", "label": "gone" } // the end',
    ],
  ],
  [
    'a decimal number is a number',
    { kind: 'set', step: 3, member: 'offset', value: '16384' },
    ['- "offset": 32768', '+ "offset": 16384'],
  ],
  [
    'the last of several lines goes with its line, and leaves the comment before it',
    { kind: 'set', step: 3, member: 'offset', value: '' },
    ['- "options": 4353, // as the driver has it', '- "offset": 32768', '+ "options": 4353 // as the driver has it'],
  ],
  [
    'a new one on several lines gets its own',
    { kind: 'set', step: 3, member: 'length', value: '1P' },
    ['- "offset": 32768', '+ "offset": 32768,', '+ "length": "1P"'],
  ],
  [
    'one of a line goes',
    { kind: 'set', step: 4, member: 'expect', value: '' },
    ['- { "release": "m", "expect": "freed" } // the end', '+ { "release": "m" } // the end'],
  ],
  [
    'what is expected, as an object',
    { kind: 'set', step: 1, member: 'expect', value: '{"how":"new","length":"4P"}' },
    [`- ${map},`, `+ ${map.replace(' }', ', "expect": { "how": "new", "length": "4P" } }')},`],
  ],
  [
    'a checkbox set',
    { kind: 'option', step: 1, member: 'options', drop: [], add: 'kIOMapReadOnly' },
    [`- ${map},`, `+ ${map.replace('Anywhere', 'Anywhere|kIOMapReadOnly')},`],
  ],
  [
    'the only checkbox cleared takes the member away',
    { kind: 'option', step: 1, member: 'options', drop: ['kIOMapAnywhere'] },
    [`- ${map},`, `+ ${map.replace(', "options": "kIOMapAnywhere"', '')},`],
  ],
  [
    'an alternative of a field, in a number',
    { kind: 'option', step: 3, member: 'options', drop: ['kIOMapInhibitCache'], add: 'kIOMapCopybackCache' },
    [
      '- "options": 4353, // as the driver has it',
      '+ "options": "0x1001|kIOMapCopybackCache", // as the driver has it',
    ],
  ],
  [
    'a new name, wherever it is used',
    { kind: 'set', step: 1, member: 'map', value: 'view' },
    [
      `- ${map},`,
      '- ',
      '- // What the application writes.',
      '- { "write": "app", "at": "m + 1P", "bytes": "11 22" },',
      '- {',
      '- "map": "half", /* the upper one */',
      '- "of": "ring",',
      '- "into": "app",',
      '- "options": 4353, // as the driver has it',
      '- "offset": 32768',
      '- },',
      '- { "release": "m", "expect": "freed" } // the end',
      `+ ${map.replace('"m"', '"view"')},`,
      '+ ',
      '+ // What the application writes.',
      '+ { "write": "app", "at": "view + 1P", "bytes": "11 22" },',
      '+ {',
      '+ "map": "half", /* the upper one */',
      '+ "of": "ring",',
      '+ "into": "app",',
      '+ "options": 4353, // as the driver has it',
      '+ "offset": 32768',
      '+ },',
      '+ { "release": "view", "expect": "freed" } // the end',
    ],
  ],
  [
    'a step in the middle, behind the comment of the one before it',
    { kind: 'add', step: 1, verb: 'map' },
    ['+ { "map": "view", "of": "ring", "into": "app", "options": "kIOMapAnywhere" },'],
  ],
  [
    'a step at the start, under the comment',
    { kind: 'add', step: 0, verb: 'allocate' },
    ['+ { "allocate": "block", "task": "kernel_task", "size": "1P" },'],
  ],
  [
    'a step at the end',
    { kind: 'add', step: 5, verb: 'release' },
    [
      '- { "release": "m", "expect": "freed" } // the end',
      '+ { "release": "m", "expect": "freed" }, // the end',
      '+ { "release": "half" }',
    ],
  ],
  ['a step goes with its line; the comment above the next stays', { kind: 'remove', step: 1 }, [`- ${map},`]],
  ['the last step', { kind: 'remove', step: 4 }, ['- },', '- { "release": "m", "expect": "freed" } // the end', '+ }']],
  [
    'steps change places with the remarks on their lines',
    { kind: 'move', step: 0, by: 1 },
    [`- ${ring}, // four pages`, `- ${map},`, `+ ${map},`, `+ ${ring}, // four pages`],
  ],
  [
    'the last and a long one',
    { kind: 'move', step: 4, by: -1 },
    [
      '- {',
      '- "map": "half", /* the upper one */',
      '- "of": "ring",',
      '- "into": "app",',
      '- "options": 4353, // as the driver has it',
      '- "offset": 32768',
      '- },',
      '- { "release": "m", "expect": "freed" } // the end',
      '+ { "release": "m", "expect": "freed" }, // the end',
      '+ {',
      '+ "map": "half", /* the upper one */',
      '+ "of": "ring",',
      '+ "into": "app",',
      '+ "options": 4353, // as the driver has it',
      '+ "offset": 32768',
      '+ }',
    ],
  ],
])('%s', (_, action, lines) => {
  expect(difference(act(action))).toEqual(lines);
});

test.each<[what: string, of: string, action: StepAction, after: string]>([
  [
    'the first step of all',
    '{ "title": "T", "steps": [] }',
    { kind: 'add', step: 0, verb: 'guardPages' },
    '{ "title": "T", "steps": [\n  { "guardPages": "memory", "size": "1P" }\n] }',
  ],
  [
    'in a list with trailing commas',
    '{\r\n  "title": "T",\r\n  "steps": [\r\n    { "note": "a" },\r\n  ],\r\n}',
    { kind: 'add', step: 1, verb: 'note' },
    '{\r\n  "title": "T",\r\n  "steps": [\r\n    { "note": "a" },\r\n    { "note": "…" },\r\n  ],\r\n}',
  ],
  [
    'all on one line',
    '{ "title": "T", "steps": [{ "note": "a" }, { "note": "b" }] }',
    { kind: 'remove', step: 1 },
    '{ "title": "T", "steps": [{ "note": "a" }] }',
  ],
  [
    'the first of one line',
    '{ "title": "T", "steps": [{ "note": "a" }, { "note": "b" }] }',
    { kind: 'remove', step: 0 },
    '{ "title": "T", "steps": [{ "note": "b" }] }',
  ],
  [
    'options as a list stay a list',
    '{ "title": "T", "steps": [{ "buffer": "b", "task": "kernel_task", "options": ["kIODirectionIn"], "capacity": 1 }] }',
    { kind: 'option', step: 0, member: 'options', drop: ['kIODirectionIn'], add: 'kIODirectionOut' },
    '{ "title": "T", "steps": [{ "buffer": "b", "task": "kernel_task", "options": ["kIODirectionOut"], "capacity": 1 }] }',
  ],
])('%s', (_, of, action, after) => {
  expect(act(action, of)).toBe(after);
});

test.each<[action: StepAction, reason: string]>([
  [{ kind: 'set', step: 0, member: 'capacity', value: 'four pages' }, '"four pages" is no number'],
  [{ kind: 'set', step: 0, member: 'capacity', value: 'nothing' }, '"nothing"'],
  [{ kind: 'set', step: 0, member: 'capacity', value: '' }, '"buffer" needs "capacity"'],
  [{ kind: 'set', step: 1, member: 'of', value: 'rong' }, '"rong"'],
  [{ kind: 'set', step: 1, member: 'of', value: 'a b' }, "can't be a name"],
  [{ kind: 'set', step: 1, member: 'map', value: 'ring' }, '"ring" is taken already'],
  [{ kind: 'set', step: 1, member: 'map', value: 'machine' }, "can't be a name"],
  [{ kind: 'set', step: 1, member: 'options', value: 'kIOMapAnywere' }, 'there is no option "kIOMapAnywere"'],
  [{ kind: 'set', step: 1, member: 'expect', value: '{ "how": ' }, 'this is no JSON'],
  [{ kind: 'set', step: 1, member: 'expect', value: '{ "size": 1 }' }, '"size"'],
  [{ kind: 'set', step: 1, member: 'colour', value: 'red' }, '"map" has no "colour"'],
  [{ kind: 'option', step: 1, member: 'options', drop: [], add: 'kIOMapFast' }, 'there is no option "kIOMapFast"'],
  [{ kind: 'move', step: 0, by: -1 }, 'it is the first step already'],
  [{ kind: 'remove', step: 9 }, 'there is no such step any more'],
  [{ kind: 'add', step: 0, verb: 'map' }, '"map" needs a descriptor, and nothing before this place makes one'],
  [{ kind: 'add', step: 1, verb: 'run' }, '"run" needs a driver'],
])('%j is refused', (action, reason) => {
  const result = editSteps(text, action, run);
  expect(result).toMatchObject({ ok: false });
  expect(act(action)).toContain(reason);
});

test('text that is no JSON is not edited', () => {
  expect(act({ kind: 'remove', step: 0 }, text.replace('"of": "ring", "into"', '"of": "ring" "into"'))).toBe(
    'the text can’t be read: line 7, a comma is missing here',
  );
});

// A step of each verb, added where all that it may need is there.
const stage = `{
  "title": "T",
  "tasks": ["app"],
  "devices": { "card": { "bars": [{ "address": "0x800000000", "length": "1P" }] } },
  "steps": [
    { "allocate": "block", "task": "kernel_task", "size": "4P" },
    { "buffer": "ring", "task": "kernel_task", "options": "kIODirectionInOut|kIOMemoryKernelUserShared", "capacity": "4P" },
    { "openClient": "session", "task": "app", "device": "card", "memory": { "0": { "descriptor": "ring" } } },
    { "dataQueue": "queue", "size": "1P" },
    { "beginCall": "call", "client": "session" },
    { "map": "m", "of": "ring", "into": "app", "options": "kIOMapAnywhere" }
  ]
}`;

// These need what the form can't make up: a driver's source, ranges of a client; the pieces of an interleaved one.
const special = new Set(['run', 'dkCreateFromClient', 'addSegment', 'clearSegments']);

test('what a new step begins with can be run, for every verb', () => {
  expect(run(stage)).toEqual([]);
  const { document } = readScenario(stage, '');
  const failing = verbForms().flatMap(({ name }) => {
    if (special.has(name)) return [];
    const made = newStep(document!, name, 6);
    if (typeof made === 'string') return [`${name}: ${made}`];
    const result = editSteps(stage, { kind: 'add', step: 6, verb: name }, run);
    return result.ok ? run(result.text).map(({ message }) => `${name}: ${message}`) : [`${name}: ${result.reason}`];
  });
  expect(failing).toEqual([]);
});
