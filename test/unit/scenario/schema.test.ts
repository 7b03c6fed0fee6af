import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getLanguageService, TextDocument, type JSONDocument } from 'vscode-json-languageservice';
import { readScenario } from '../../../server/scenario/document';
import { runScenario } from '../../../server/scenario/runner';
import { stepKeys } from '../../../server/scenario/run-steps';
import { scenarioSchema, schemaText } from '../../../server/scenario/schema';
import { verbs } from '../../../server/scenario/steps/index';

const root = join(import.meta.dirname, '../../..');
const service = getLanguageService({});
service.configure({ schemas: [{ uri: 'iomap', fileMatch: ['*'], schema: scenarioSchema() as object }] });

function parsed(text: string): { document: TextDocument; json: JSONDocument } {
  const document = TextDocument.create('file:///x.iomap', 'iomap', 1, text);
  return { document, json: service.parseJSONDocument(document) };
}

/** What VS Code says: to it a language that is not "jsonc" has neither comments nor trailing commas, but for the schema. */
async function told(text: string): Promise<string[]> {
  const { document, json } = parsed(text);
  const found = await service.doValidation(document, json, { comments: 'error', trailingCommas: 'error' });
  return found.map(({ message }) => (typeof message === 'string' ? message : message.value));
}

/** What the reader says that the schema should say too. */
function read(text: string): string[] {
  const { document, problems } = readScenario(text, 'x.iomap');
  return [...problems, ...(document ? runScenario(document).problems : [])]
    .filter(({ bySchema }) => bySchema)
    .map(({ message }) => message);
}

const buffer = '{ "buffer": "b", "task": "kernel_task", "capacity": "4P" }';
const scenario = (...steps: string[]): string => `{ "title": "x", "tasks": ["A"], "steps": [${steps.join(', ')}] }`;

describe('the schema', () => {
  // After a change of a verb: npx vitest run test/unit/scenario -u
  it('is what is shipped', async () => {
    await expect(schemaText()).toMatchFileSnapshot(join(root, 'resources/iomap.schema.json'));
  });

  it('has verbs that can be told apart', () => {
    const names = verbs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, fields } of verbs) {
      expect(Object.keys(fields).filter((field) => field === name || stepKeys.includes(field))).toEqual([]);
      // A verb may have a member that is called like another verb, but not both of each other.
      const other = verbs.filter((verb) => verb.name in fields && name in verb.fields);
      expect(other.map((verb) => verb.name)).toEqual([]);
    }
  });

  it('takes comments, trailing commas and each way to write a value', async () => {
    const text = `// a comment
      { "title": "x", "machine": ["macos-15.4-arm64"], "tasks": { "A": { "program": "72M" } },
        "devices": { "gpu": { "bars": [{ "address": "0x800000000", "length": "4P" }] } },
        "steps": [ ${buffer}, /* and */
          { "map": "m", "of": "b", "into": "A", "options": ["kIOMapAnywhere", "kIOMapReadOnly"], "expect": "new" },
          { "mapDevice": "d", "device": "gpu", "index": 0, "expect": { "how": "new" } },
          { "redirect": "m", "to": null },
          { "buffer": "g", "task": "kernel_task", "capacity": "1P", "guardPages": true },
          { "guardPages": "h", "size": "1P" },
          { "writeBytes": "b", "offset": 0, "bytes": { "fill": "11", "length": "1P" } },
          { "note": "done" },
        ],
      }`;
    expect(await told(text)).toEqual([]);
    expect(read(text)).toEqual([]);
  });

  it.each([
    ['no title', '{ "steps": [] }'],
    ['no steps', '{ "title": "x" }'],
    ['an unknown member', '{ "title": "x", "steps": [], "stesp": [] }'],
    ['an unknown machine', '{ "title": "x", "machine": "mac", "steps": [] }'],
    ['a list', '[]'],
    ['an unknown verb', scenario('{ "mapp": "m" }')],
    ['an empty step', scenario('{}')],
    ['a step that is a string', scenario('"map"')],
    ['a missing member', scenario(buffer, '{ "map": "m", "of": "b" }')],
    ['an unknown member of a step', scenario(buffer, '{ "release": "b", "twice": true }')],
    ['a number that is none', scenario('{ "guardPages": "g", "size": true }')],
    ['half a number', scenario('{ "guardPages": "g", "size": 1.5 }')],
    ['bytes that are none', scenario(buffer, '{ "writeBytes": "b", "offset": 0, "bytes": "1" }')],
    [
      'an unknown expectation',
      scenario('{ "buffer": "b", "task": "kernel_task", "capacity": 1, "expect": { "adress": 1 } }'),
    ],
    [
      'an expectation that is a number',
      scenario('{ "buffer": "b", "task": "kernel_task", "capacity": 1, "expect": 1 }'),
    ],
    ['a comma too few', '{ "title": "x" "steps": [] }'],
    ['an open string', '{ "title": "x'],
  ])('tells what the reader tells: %s', async (_, text) => {
    expect(await told(text)).not.toEqual([]);
    expect(read(text)).not.toEqual([]);
  });

  const completions = async (text: string): Promise<string[]> => {
    const offset = text.indexOf('|');
    const { document, json } = parsed(text.replace('|', ''));
    const list = await service.doComplete(document, document.positionAt(offset), json);
    return (list?.items ?? []).map(({ label }) => label);
  };

  it('completes verbs, members, outcomes, options', async () => {
    expect(await completions('{ "title": "x", "steps": [ { "|" } ] }')).toEqual(
      expect.arrayContaining(verbs.map(({ name }) => name)),
    );
    const members = await completions('{ "title": "x", "steps": [ { "map": "m", "|" } ] }');
    expect(members).toEqual(expect.arrayContaining(['of', 'into', 'options', 'expect']));
    expect(members).not.toContain('capacity');
    expect(members).not.toContain('release');
    expect(await completions('{ "title": "x", "steps": [ { "map": "m", "expect": "|" } ] }')).toContain('"same-task"');
    expect(await completions('{ "title": "x", "steps": [ { "map": "m", "expect": { "|" } } ] }')).toContain('superMap');
    expect(await completions('{ "title": "x", "steps": [ { "map": "m", "options": ["|"] } ] }')).toContain(
      '"kIOMapOverwrite"',
    );
    expect(await completions('{ "title": "x", "steps": [ | ] }')).toContain('map');
  });

  it('tells on hover what a verb does', async () => {
    const text = '{ "title": "x", "steps": [ { "map": "m", "of": "b" } ] }';
    const { document, json } = parsed(text);
    const hover = await service.doHover(document, document.positionAt(text.indexOf('"of"') + 1), json);
    expect(JSON.stringify(hover)).toContain('The descriptor that is mapped');
  });
});
