import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProtocolConnection } from 'vscode-languageserver/node';
import type {
  CodeAction,
  CodeLens,
  Diagnostic,
  DocumentDiagnosticReport,
  PublishDiagnosticsParams,
} from 'vscode-languageserver';
import { afterEach, expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { rulePages } from '../../../server/findings';
import { messages, showReplayCommand } from '../../../server/protocol';
import type { ScenarioEdit, ScenarioForm, ScenarioFormWords } from '../../../server/protocol';
import type { EntryPointItem, ReplayAnswer, ScenarioSimulation, SimulationResult } from '../../../server/protocol';
import { connectTo } from '../../support/connection';
import { fakeService } from './fake-service';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean();
});

const swap = `IOReturn FrameGrabber::swap()
{
    fWindow = fFirst->createMappingInTask(fTask, 0, kIOMapAnywhere);
    return fWindow->redirect(fSecond, 0, 0ULL);
}
`;

interface Setup {
  readonly client: ProtocolConnection;
  readonly service: ReturnType<typeof fakeService>;
  readonly log: string[];
  /** Resolves at the next notification that results may differ. */
  changed(): Promise<void>;
}

async function start(capabilities: object, folders: readonly string[] = [], options: object = {}): Promise<Setup> {
  const service = fakeService();
  const client = connectTo(service);
  cleanup.push(() => client.dispose());
  const log: string[] = [];
  client.onNotification('window/logMessage', ({ message }: { message: string }) => void log.push(message));
  client.onRequest('workspace/diagnostic/refresh', () => null);
  client.onRequest('workspace/codeLens/refresh', () => null);
  client.listen();
  const waiting: (() => void)[] = [];
  client.onNotification(messages.workspaceChanged, () => waiting.splice(0).forEach((done) => done()));
  await client.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities,
    initializationOptions: options,
    workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
  });
  return { client, service, log, changed: () => new Promise((done) => waiting.push(done)) };
}

const pulling = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };

async function open(client: ProtocolConnection, uri: string, text: string): Promise<void> {
  await client.sendNotification('initialized', {});
  await client.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'cpp', version: 1, text } });
}

test('a finding is pulled as a diagnostic with its rule’s page and its path as numbered steps', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  const ask = (previousResultId?: string): Promise<DocumentDiagnosticReport> =>
    client.sendRequest('textDocument/diagnostic', { textDocument: { uri }, previousResultId });
  const report = await ask();
  if (report.kind !== 'full') throw new Error('expected a full report');
  const [item] = report.items as [Diagnostic];
  expect(item.code).toBe('redirect-not-unique');
  expect(item.codeDescription?.href).toBe(`${rulePages}redirect-not-unique.md`);
  expect(item.range).toEqual({ start: { line: 3, character: 20 }, end: { line: 3, character: 29 } });
  expect(item.relatedInformation?.map((step) => step.message)).toEqual([
    '1. the map is made without kIOMapUnique',
    '2. and redirected here',
  ]);
  expect(await ask(report.resultId)).toEqual({ kind: 'unchanged', resultId: report.resultId });
});

test('a fix is offered where its finding is, and nowhere else', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  const ask = (line: number): Promise<CodeAction[] | null> =>
    client.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line, character: 22 }, end: { line, character: 22 } },
      context: { diagnostics: [] },
    });
  expect(await ask(2)).toEqual([]);
  const [action] = (await ask(3)) ?? [];
  expect(action).toMatchObject({
    title: 'Do not redirect',
    kind: 'quickfix',
    edit: {
      changes: {
        [uri]: [{ range: { start: { line: 3, character: 20 }, end: { line: 3, character: 29 } }, newText: 'unmap(' }],
      },
    },
  });
  expect(action?.diagnostics?.map((one) => one.code)).toEqual(['redirect-not-unique']);
});

test.each([
  [
    true,
    {
      documentChanges: [
        {
          edits: [
            {
              range: { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } },
              snippet: {
                kind: 'snippet',
                value: '    // maplens-ignore-next-line redirect-not-unique -- ${1:<reason>}\n',
              },
            },
          ],
        },
      ],
    },
  ],
  [
    false,
    {
      changes: {
        'file:///driver/Swap.cpp': [{ newText: '    // maplens-ignore-next-line redirect-not-unique -- <reason>\n' }],
      },
    },
  ],
])(
  'a finding can be suppressed, with the reason selected where the client has snippets (%s)',
  async (snippets, edit) => {
    const { client } = await start({
      ...pulling,
      workspace: { ...pulling.workspace, workspaceEdit: { documentChanges: true, snippetEditSupport: snippets } },
    });
    const uri = 'file:///driver/Swap.cpp';
    await open(client, uri, swap);
    const actions = await client.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 3, character: 22 }, end: { line: 3, character: 22 } },
      context: { diagnostics: [] },
    });
    const action = actions.find(({ title }) => title === 'Suppress redirect-not-unique here');
    expect(action).toMatchObject({ kind: 'quickfix', edit });
    expect(action?.diagnostics?.map((one) => one.code)).toEqual(['redirect-not-unique']);
  },
);

test('a finding with a path is shown in the simulator, by clients that can', async () => {
  const { client } = await start(pulling, [], { showsReplays: true });
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  const actions = await client.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: { line: 3, character: 22 }, end: { line: 3, character: 22 } },
    context: { diagnostics: [] },
  });
  const action = actions.find(({ title }) => title === 'Show in the simulator');
  const place = { rule: 'redirect-not-unique', line: 4, column: 21 };
  expect(action).toMatchObject({ kind: 'quickfix', command: { command: showReplayCommand, arguments: [uri, place] } });
  const answer = await client.sendRequest<ReplayAnswer>(messages.replay, { uri, ...place });
  expect(answer).toMatchObject({ found: true, function: 'FrameGrabber::swap', verdict: 'confirmed', step: 2 });
  expect(await client.sendRequest(messages.replay, { uri, ...place, line: 3 })).toEqual({ found: false });
});

test('an incremental edit changes the next answer', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  await client.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: 2 },
    contentChanges: [
      { range: { start: { line: 3, character: 4 }, end: { line: 3, character: 47 } }, text: 'return 0;' },
    ],
  });
  const report: DocumentDiagnosticReport = await client.sendRequest('textDocument/diagnostic', {
    textDocument: { uri },
  });
  expect(report).toMatchObject({ kind: 'full', items: [] });
});

test('a client that can not pull is sent diagnostics, and an empty list when it closes the file', async () => {
  const { client } = await start({});
  const uri = 'file:///driver/Swap.cpp';
  const sent: PublishDiagnosticsParams[] = [];
  let arrived: () => void = () => undefined;
  client.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    sent.push(params);
    arrived();
  });
  const next = (): Promise<void> => new Promise((done) => (arrived = done));
  const first = next();
  await open(client, uri, swap);
  await first;
  const second = next();
  await client.sendNotification('textDocument/didClose', { textDocument: { uri } });
  await second;
  expect(sent.map((one) => [one.uri, one.diagnostics.length])).toEqual([
    [uri, 1],
    [uri, 0],
  ]);
});

test('each entry point has a lens that opens the panel on it', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  const [first, ...more] = await client.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
  expect(first).toEqual({
    range: { start: { line: 0, character: 9 }, end: { line: 0, character: 27 } },
    command: { title: 'Show mappings', command: 'maplens.showMappings', arguments: [uri, 'FrameGrabber::swap'] },
  });
  expect(more.map(({ command }) => command!.title)).toEqual(['Run', '1 finding']);
});

test('the folders on disk are read, without those of builds, and watched', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maplens-'));
  cleanup.push(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'build'));
  await writeFile(join(folder, 'src', 'Swap.cpp'), swap);
  await writeFile(join(folder, 'src', 'Swap.png'), 'no source');
  await writeFile(join(folder, '.maplens.json'), '{}');
  await writeFile(join(folder, 'src', 'Binary.cpp'), 'no\0source');
  await writeFile(join(folder, 'build', 'Old.cpp'), swap);
  const uri = URI.file(join(folder, 'src', 'Swap.cpp')).toString();
  const { client, service, changed } = await start(pulling, [URI.file(folder).toString()]);
  const loaded = changed();
  await client.sendNotification('initialized', {});
  const entries = await client.sendRequest<EntryPointItem[]>(messages.entryPoints);
  expect(entries.map((entry) => [entry.uri, entry.function])).toEqual([[uri, 'FrameGrabber::swap']]);
  const configuration = URI.file(join(folder, '.maplens.json')).toString();
  expect(service.files()).toEqual([configuration, uri]);
  await loaded;

  const removed = changed();
  await rm(join(folder, 'src', 'Swap.cpp'));
  await client.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 3 }] });
  await removed;
  expect(service.files()).toEqual([configuration]);
});

test('folders that are not on a disk are read through the client', async () => {
  const { client, service } = await start(pulling, ['vscode-vfs://github/maplens/driver']);
  const uri = 'vscode-vfs://github/maplens/driver/Swap.cpp';
  client.onRequest(messages.listFiles, () => [uri, `${uri}.gone.cpp`]);
  client.onRequest(messages.readFile, (params: { uri: string }): { text?: string; error?: string } =>
    params.uri === uri ? { text: swap } : { error: 'gone' },
  );
  await client.sendNotification('initialized', {});
  expect(await client.sendRequest<EntryPointItem[]>(messages.entryPoints)).toHaveLength(1);
  expect(service.files()).toEqual([uri]);
});

test('a simulation’s places name files by URI', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  const result = await client.sendRequest<SimulationResult>(messages.simulate, { uri, function: 'FrameGrabber::swap' });
  if (!result.ok) throw new Error(result.reason);
  expect(new Set(result.trace.steps.flatMap((step) => step.place?.file ?? []))).toEqual(new Set([uri]));
});

test('a failing service is logged and answered for, and the server lives on', async () => {
  const { client, service, log } = await start(pulling);
  const uri = 'file:///driver/Swap.cpp';
  await open(client, uri, swap);
  service.fail = true;
  const empty: DocumentDiagnosticReport = await client.sendRequest('textDocument/diagnostic', {
    textDocument: { uri },
  });
  expect(empty).toMatchObject({ kind: 'full', items: [] });
  const refused = await client.sendRequest<SimulationResult>(messages.simulate, {
    uri,
    function: 'FrameGrabber::swap',
  });
  expect(refused.ok).toBe(false);
  expect(log.join('\n')).toContain('the fake failed as told');
  service.fail = false;
  const full: DocumentDiagnosticReport = await client.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
  expect(full).toMatchObject({ kind: 'full', items: [{ code: 'redirect-not-unique' }] });
});

const scenario = `{ "title": "A ring", "steps": [
  { "buffer": "ring", "task": "kernel_task", "capacity": "2P" },
  { "map": "m", "of": "rung", "into": "kernel_task" },
  { "check": "ring", "expect": { "length": "1P" } },
  { "check": "ring", "adress": 1 },
] }
`;

test.each([
  [true, ['2:22 There is no "rung" here', '3:43 Expected length 0x4000, is 0x8000']],
  [false, ['2:22 There is no "rung" here', '4:21 "check" has no "adress"', '3:43 Expected length 0x4000, is 0x8000']],
])('a scenario is told what the schema can’t say (a client with a JSON service: %s)', async (checksJson, wanted) => {
  const { client } = await start(pulling, [], { checksJson });
  await open(client, 'file:///a.iomap', scenario);
  const report = await client.sendRequest<{ items: Diagnostic[] }>('textDocument/diagnostic', {
    textDocument: { uri: 'file:///a.iomap' },
  });
  const told = report.items.map(
    ({ range: { start }, message }) => `${String(start.line)}:${String(start.character)} ${message}`,
  );
  expect(told).toEqual(wanted);
});

test('a scenario is run live, and gone once it is closed', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///a.iomap';
  await open(client, uri, scenario);
  const first = await client.sendRequest<ScenarioSimulation>(messages.simulateScenario, { uri });
  expect(first).toMatchObject({ ok: true, title: 'A ring', runs: [{ machine: 'macos-15.4-arm64' }] });
  expect(first.ok && first.runs[0]!.trace.steps.map(({ place }) => place?.file)).toEqual([
    uri,
    uri,
    uri,
    uri,
    uri,
    undefined,
  ]);
  await client.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: 2 },
    contentChanges: [{ text: '{ "title": "Broken' }],
  });
  const broken = await client.sendRequest<ScenarioSimulation>(messages.simulateScenario, { uri });
  expect(broken).toMatchObject({ ok: true, title: 'Broken', runs: [{ trace: { steps: [{}, {}] } }] });
  expect(broken.problems.length).toBeGreaterThan(0);
  await client.sendNotification('textDocument/didClose', { textDocument: { uri } });
  const gone = await client.sendRequest<ScenarioSimulation>(messages.simulateScenario, { uri });
  expect(gone).toMatchObject({ ok: false, problems: [] });
});

test('a scenario that is not open is run from the text that comes with the request, and not kept', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///a.iomap';
  const run = (text?: string): Promise<ScenarioSimulation> =>
    client.sendRequest<ScenarioSimulation>(messages.simulateScenario, { uri, text });
  expect(await run(scenario)).toMatchObject({ ok: true, title: 'A ring' });
  expect(await run()).toMatchObject({ ok: false });
  await open(client, uri, scenario.replace('A ring', 'As typed'));
  expect(await run(scenario)).toMatchObject({ ok: true, title: 'As typed' });
});

test('a form shows an open scenario’s steps, and an action yields edits of its text', async () => {
  const { client } = await start(pulling);
  const uri = 'file:///a.iomap';
  await open(client, uri, scenario);
  const form = await client.sendRequest<ScenarioForm>(messages.scenarioForm, { uri });
  expect(form).toMatchObject({ ok: true, steps: [{ place: { file: uri } }, {}, {}, {}] });
  const words = await client.sendRequest<ScenarioFormWords>(messages.scenarioFormWords);
  expect(words.verbs.map(({ name }) => name)).toContain('map');
  const action = { kind: 'remove', step: 3 };
  const edit = await client.sendRequest<ScenarioEdit>(messages.editScenario, { uri, action });
  expect(edit).toMatchObject({ ok: true, edits: [{ text: '' }], place: { file: uri } });
  const none = await client.sendRequest<ScenarioEdit>(messages.editScenario, { uri, action: { ...action, step: 9 } });
  expect(none).toEqual({ ok: false, reason: 'there is no such step any more' });
});

test('a scenario without a file name is one by its language', async () => {
  const { client, service } = await start(pulling, [], { checksJson: true });
  const uri = 'untitled:Untitled-1';
  await client.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'iomap', version: 1, text: scenario },
  });
  const report = await client.sendRequest<{ items: Diagnostic[] }>('textDocument/diagnostic', {
    textDocument: { uri },
  });
  expect(report.items.map(({ code }) => code)).toEqual(['scenario', 'expectation']);
  expect(await client.sendRequest<unknown[]>('textDocument/codeLens', { textDocument: { uri } })).toEqual([]);
  expect(service.files()).toEqual([]);
});
