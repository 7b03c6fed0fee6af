import type { ProtocolConnection } from 'vscode-languageserver/node';
import type { CompletionItem, Hover, InitializeResult, InlayHint, SignatureHelp } from 'vscode-languageserver';
import { afterEach, expect, test } from 'vitest';
import { createService } from '../../../server/features/create-service';
import { connectTo } from '../../support/connection';

const uri = 'file:///driver.cpp';
const text = `IOMemoryMap *grab(IOMemoryDescriptor *md)
{
    return md->map(0x1000);
}
`;

let client: ProtocolConnection | undefined;
afterEach(() => client?.dispose());

async function start(): Promise<{ readonly client: ProtocolConnection; readonly result: InitializeResult }> {
  client = connectTo(createService());
  client.listen();
  const result = await client.sendRequest<InitializeResult>('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
  });
  await client.sendNotification('initialized', {});
  await client.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'cpp', version: 1, text } });
  return { client, result };
}

const at = (character: number): object => ({ textDocument: { uri }, position: { line: 2, character } });

test('what the editor may ask is told at the start', async () => {
  const { result } = await start();
  expect(result.capabilities).toMatchObject({ hoverProvider: true, inlayHintProvider: true });
});

test('a hover has its range and Markdown; nothing is null', async () => {
  const { client } = await start();
  const hover = await client.sendRequest<Hover>('textDocument/hover', at(20));
  expect(hover).toMatchObject({
    range: { start: { line: 2, character: 19 }, end: { line: 2, character: 25 } },
    contents: { kind: 'markdown', value: expect.stringContaining('kIOMapReadOnly') as unknown },
  });
  expect(await client.sendRequest('textDocument/hover', at(1))).toBeNull();
});

test('completions keep the order of the declarations', async () => {
  const { client } = await start();
  const items = await client.sendRequest<CompletionItem[]>('textDocument/completion', at(19));
  expect(items.slice(0, 2).map(({ label, sortText }) => `${sortText} ${label}`)).toEqual([
    '000 kIOMapAnywhere',
    '001 kIOMapDefaultCache',
  ]);
  expect(items[0]!.documentation).toMatchObject({ kind: 'markdown' });
});

test('signature help points at the parameter', async () => {
  const { client } = await start();
  const help = await client.sendRequest<SignatureHelp>('textDocument/signatureHelp', at(19));
  expect(help.activeParameter).toBe(0);
  expect(help.signatures[0]!.label).toBe('IOMemoryMap *IOMemoryDescriptor::map(IOOptionBits options = 0)');
  expect(help.signatures[0]!.parameters).toEqual([{ label: [37, 61] }]);
  expect(await client.sendRequest('textDocument/signatureHelp', at(0))).toBeNull();
});

test('inlay hints stand behind what they are about', async () => {
  const { client } = await start();
  const range = { start: { line: 0, character: 0 }, end: { line: 4, character: 0 } };
  const hints = await client.sendRequest<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range });
  expect(hints.map(({ position, label }) => [position.character, label])).toEqual([
    [25, '= kIOMapReadOnly'],
    [26, 'r--'],
  ]);
});
