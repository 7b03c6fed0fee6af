import type { ProtocolConnection } from 'vscode-languageserver/node';
import type { CodeLens, DocumentLink, SymbolInformation } from 'vscode-languageserver';
import { afterEach, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import type { CounterpartsResult, LifetimesResult } from '../../../server/protocol';
import { connectTo } from '../../support/connection';

const uri = 'file:///driver.cpp';
const text = `void leak(IOMemoryDescriptor *md)
{
    IOMemoryMap *map = md->map();
}
void right(IOMemoryDescriptor *md)
{
    IOMemoryMap *map = md->map();
    if (map) map->release();
}
void known(IOMemoryDescriptor *md)
{
    IOMemoryMap *map = md->map(); // maplens-ignore leaked-reference -- a test
}
`;

let client: ProtocolConnection | undefined;
afterEach(() => client?.dispose());

async function start(): Promise<ProtocolConnection> {
  const connection = (client = connectTo(createService()));
  connection.listen();
  await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  const open = (of: string, languageId: string, content: string): Promise<void> =>
    connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: of, languageId, version: 1, text: content },
    });
  await open(uri, 'cpp', text);
  await open('file:///.maplens.json', 'jsonc', '{ "rules": { "null-task": "off" } }');
  return connection;
}

test('lenses show, run, and count the findings that are not suppressed', async () => {
  const lenses = await (await start()).sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
  expect(lenses.map(({ range, command }) => `${range.start.line} ${command!.title}`)).toEqual([
    '0 Show mappings',
    '0 Run',
    '0 1 finding',
    '4 Show mappings',
    '4 Run',
    '9 Show mappings',
    '9 Run',
  ]);
  expect(lenses[1]!.command!.arguments).toEqual([uri, 'leak']);
  expect(lenses[2]!.command!.arguments).toMatchObject([uri, { line: 0 }, [{ uri, range: { start: { line: 2 } } }]]);
});

test('rules that a comment or a configuration names are links to their pages', async () => {
  const connection = await start();
  const links = (of: string): Promise<DocumentLink[]> =>
    connection.sendRequest<DocumentLink[]>('textDocument/documentLink', { textDocument: { uri: of } });
  const [first] = await links(uri);
  expect(first).toMatchObject({
    range: { start: { line: 11, character: 52 }, end: { line: 11, character: 68 } },
    target: expect.stringMatching(/docs\/rules\/leaked-reference\.md$/) as unknown,
  });
  expect(await links('file:///.maplens.json')).toMatchObject([{ range: { start: { line: 0, character: 14 } } }]);
});

test('mappings are symbols of the workspace', async () => {
  const found = await (await start()).sendRequest<SymbolInformation[]>('workspace/symbol', { query: 'right' });
  expect(found).toMatchObject([{ name: 'map of md in right', location: { uri, range: { start: { line: 6 } } } }]);
});

test('lifetimes and counterparts name places by URI', async () => {
  const connection = await start();
  const { tracks } = await connection.sendRequest<LifetimesResult>('maplens/lifetimes', {
    uri,
    firstLine: 5,
    lastLine: 9,
  });
  expect(tracks).toMatchObject([{ name: 'map', line: 7, ends: [8] }]);
  const result = await connection.sendRequest<CounterpartsResult>('maplens/counterparts', { uri, line: 8, column: 15 });
  expect(result).toMatchObject({ creations: [{ uri, line: 7 }], releases: [{ uri, line: 8, name: 'right' }] });
});
