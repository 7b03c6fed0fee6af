import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnostic, DocumentDiagnosticReport, PublishDiagnosticsParams } from 'vscode-languageserver';
import type { ProtocolConnection } from 'vscode-languageserver/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { createService } from '../../../server/features/create-service';
import { messages } from '../../../server/protocol';
import { connectTo } from '../../support/connection';

/** The setting `maplens.rules` and the files `.maplens.json`, as an editor sees them; over the real language service. */

const source = `IOMemoryMap *expose(IOMemoryDescriptor *memory, task_t task) { return memory->createMappingInTask(task, 0, kIOMapReadOnly); }\n`;

const severities = [undefined, 'error', 'warning', 'info', 'hint'];

interface Editor {
  readonly client: ProtocolConnection;
  readonly log: string[];
  /** What the server registered for, by method. */
  readonly registered: Map<string, unknown>;
  /** Resolves at the next notification that results may differ. */
  changed(): Promise<void>;
  /** The pushed problems of a file as `line:column-column message`; undefined where none were pushed. */
  problems(name: string): readonly string[] | undefined;
  /** The severity of the finding in a file; "off" where there is none. */
  severity(name: string): Promise<string>;
  uri(name: string): string;
}

const pulling = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };
const asking = {
  ...pulling,
  workspace: { ...pulling.workspace, configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
};

let folder: string;
let client: ProtocolConnection | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maplens-settings-'));
});
afterEach(async () => {
  client?.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** An editor on two folders, a and b. `settings`: answers by the end of a scope's URI. */
async function start(
  capabilities: object,
  files: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
  options: object = {},
): Promise<Editor> {
  const uri = (name: string): string => URI.file(join(folder, name)).toString();
  await Promise.all(Object.entries(files).map(([name, text]) => put(name, text)));
  const connection = connectTo(createService());
  client = connection;
  const log: string[] = [];
  const registered = new Map<string, unknown>();
  const pushed = new Map<string, Diagnostic[]>();
  const waiting: (() => void)[] = [];
  connection.onNotification('window/logMessage', ({ message }: { message: string }) => void log.push(message));
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    pushed.set(params.uri, params.diagnostics);
  });
  connection.onNotification(messages.workspaceChanged, () => waiting.splice(0).forEach((done) => done()));
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.onRequest(
    'client/registerCapability',
    (params: { registrations: { method: string; registerOptions: unknown }[] }) => {
      for (const { method, registerOptions } of params.registrations) registered.set(method, registerOptions);
      return null;
    },
  );
  connection.onRequest(
    'workspace/configuration',
    ({ items }: { items: { scopeUri?: string; section: string }[] }): unknown[] =>
      items.map(({ scopeUri, section }) =>
        section === 'maplens.rules' ? (settings[scopeUri?.slice(-1) ?? ''] ?? null) : 'not asked for',
      ),
  );
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities,
    initializationOptions: options,
    workspaceFolders: ['a', 'b'].map((name) => ({ uri: uri(name), name })),
  });
  const changed = (): Promise<void> => new Promise((done) => waiting.push(done));
  const loaded = changed();
  await connection.sendNotification('initialized', {});
  await loaded;
  return {
    client: connection,
    log,
    registered,
    changed,
    uri,
    problems: (name) =>
      pushed
        .get(uri(name))
        ?.map(
          ({ range: { start, end }, message }) =>
            `${String(start.line)}:${String(start.character)}-${String(end.character)} ${message}`,
        ),
    async severity(name) {
      const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
        textDocument: { uri: uri(name) },
      });
      const [item] = report.kind === 'full' ? report.items : [];
      return severities[item?.severity ?? 0] ?? 'off';
    },
  };
}

async function put(name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const both = { 'a/x.cpp': source, 'b/x.cpp': source };
const level = (value: string): string => `{ "rules": { "no-address": "${value}" } }`;

describe('the setting', () => {
  test('counts per folder, and again when it changes', async () => {
    const settings: Record<string, unknown> = { a: { 'no-address': 'hint' }, b: { 'no-address': 'off' } };
    const editor = await start(asking, both, settings);
    expect([await editor.severity('a/x.cpp'), await editor.severity('b/x.cpp')]).toEqual(['hint', 'off']);
    expect(editor.registered.get('workspace/didChangeConfiguration')).toEqual({ section: 'maplens.rules' });
    settings.a = { 'x.*': { 'no-address': 'info' } };
    delete settings.b;
    const changed = editor.changed();
    await editor.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await changed;
    expect([await editor.severity('a/x.cpp'), await editor.severity('b/x.cpp')]).toEqual(['info', 'error']);
  });

  test('without a scope is for files outside of all folders', async () => {
    const editor = await start(asking, both, { '': { 'no-address': 'warning' }, a: {} });
    const textDocument = { uri: editor.uri('x.cpp'), languageId: 'cpp', version: 1, text: source };
    await editor.client.sendNotification('textDocument/didOpen', { textDocument });
    expect([await editor.severity('x.cpp'), await editor.severity('a/x.cpp')]).toEqual(['warning', 'error']);
  });

  test('has what is wrong with it logged, and counts otherwise', async () => {
    const editor = await start(asking, both, { a: { 'no-adress': 'off', 'no-address': 'info' } });
    expect(editor.log.filter((line) => line.startsWith('maplens.rules: unknown rule "no-adress"'))).toHaveLength(1);
    expect(await editor.severity('a/x.cpp')).toBe('info');
  });

  test('is taken from the notification of a client that can not be asked', async () => {
    const editor = await start(pulling, both);
    expect(editor.registered.size).toBe(0);
    const changed = editor.changed();
    const settings = { maplens: { rules: { 'no-address': 'info' } } };
    await editor.client.sendNotification('workspace/didChangeConfiguration', { settings });
    await changed;
    expect(await editor.severity('b/x.cpp')).toBe('info');
  });
});

describe('.maplens.json', () => {
  test('goes before the setting, and is read again when it changes on the disk or in the editor', async () => {
    const editor = await start(asking, { ...both, 'a/.maplens.json': level('info') }, { a: { 'no-address': 'off' } });
    const uri = editor.uri('a/.maplens.json');
    const seen = [await editor.severity('a/x.cpp')];
    const after = async (method: string, params: object): Promise<void> => {
      const changed = editor.changed();
      await editor.client.sendNotification(method, params);
      await changed;
      seen.push(await editor.severity('a/x.cpp'));
    };
    await put('a/.maplens.json', level('warning'));
    await after('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
    await after('textDocument/didOpen', {
      textDocument: { uri, languageId: 'jsonc', version: 1, text: level('hint') },
    });
    await after('textDocument/didClose', { textDocument: { uri } });
    await rm(join(folder, 'a/.maplens.json'));
    await after('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 3 }] });
    expect(seen).toEqual(['info', 'warning', 'hint', 'warning', 'off']);
  });

  test.each([
    ['pulls', pulling],
    ['is sent diagnostics', {}],
  ])('has its problems told at their places, open or not, to a client that %s', async (_name, capabilities) => {
    const text = '{\n  "rules": { "leaked-refrence": "off", "no-address": "on" },\n  "exclude": [1]\n}\n';
    const editor = await start(capabilities, { 'a/.maplens.json': text });
    const uri = editor.uri('a/.maplens.json');
    const told = [
      '1:13-30 Unknown rule "leaked-refrence"; "leaked-reference"?',
      '1:53-57 "no-address" is off, hint, info, warning or error',
      '2:14-15 "exclude" is a list of globs',
    ];
    expect(editor.problems('a/.maplens.json')).toEqual(told);
    const after = async (method: string, params: object): Promise<void> => {
      const changed = editor.changed();
      await editor.client.sendNotification(method, params);
      await changed;
    };
    await after('textDocument/didOpen', { textDocument: { uri, languageId: 'jsonc', version: 1, text } });
    expect(editor.problems('a/.maplens.json')).toEqual(told);
    await after('textDocument/didChange', { textDocument: { uri, version: 2 }, contentChanges: [{ text: '{ "ru' }] });
    expect(editor.problems('a/.maplens.json')).toHaveLength(3);
    await after('textDocument/didChange', { textDocument: { uri, version: 3 }, contentChanges: [{ text: '{}' }] });
    expect(editor.problems('a/.maplens.json')).toEqual([]);
  });

  test('is left to the client’s own JSON service while it is open', async () => {
    const text = level('on');
    const editor = await start(pulling, { 'a/.maplens.json': text }, {}, { checksJson: true });
    const uri = editor.uri('a/.maplens.json');
    const counts = [editor.problems('a/.maplens.json')?.length];
    for (const [method, params] of [
      ['textDocument/didOpen', { textDocument: { uri, languageId: 'jsonc', version: 1, text } }],
      ['textDocument/didClose', { textDocument: { uri } }],
    ] as const) {
      const changed = editor.changed();
      await editor.client.sendNotification(method, params);
      await changed;
      counts.push(editor.problems('a/.maplens.json')?.length);
    }
    expect(counts).toEqual([1, 0, 1]);
  });
});
