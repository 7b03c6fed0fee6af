import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  DidChangeConfigurationNotification,
  DocumentDiagnosticReportKind,
  FileChangeType,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import type {
  CancellationToken,
  CodeAction,
  Connection,
  Diagnostic,
  DocumentDiagnosticReport,
  FileEvent,
  InitializeParams,
  InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Attempt } from './code-help';
import { codeHelp, serveCodeHelp } from './code-help';
import { codePlaces, serveCodePlaces } from './code-places';
import { isConfiguration } from './features/configurations';
import { isScenario } from './features/scenarios';
import type { Finding, LanguageService, ScenarioSimulation, SimulationResult } from './features/service';
import {
  configurationDiagnostics,
  fixActions,
  replayActions,
  scenarioDiagnostics,
  suppressActions,
  toDiagnostic,
} from './findings';
import { messages } from './protocol';
import { serveScenarioForms } from './scenario-forms';
import type {
  EntryPointItem,
  InitializationOptions,
  ReplayAnswer,
  ReplayParams,
  SimulateParams,
  SimulateScenarioParams,
} from './protocol';
import { serveFindings } from './workspace-findings';
import { isSource } from './workspace-files';
import type { WorkspaceFiles } from './workspace-files';

/** The language of scenarios, which ones without a file's name have, too. */
const scenarioLanguage = 'iomap';

/** The client's setting of levels of rules; a client that can't be asked sends it when it changes. */
const rulesSetting = 'maplens.rules';
type Settings = { readonly maplens?: { readonly rules?: unknown } } | null;

/** Quiet time after an edit until clients are told that results of other files may differ, in milliseconds. */
const settleTime = 250;

/**
 * Serves the language service over one LSP connection: translates, and nothing else. The service names files by their
 * URI. `files` reads `file:` folders; those of other schemes are asked from the client. No handler lets an exception
 * out: it is logged, and the client gets an empty answer.
 */
export function serve(connection: Connection, service: LanguageService, files: WorkspaceFiles): void {
  const documents = new TextDocuments(TextDocument);
  const folders = new Map<string, readonly string[]>();
  let pull = false;
  let canRefreshDiagnostics = false;
  let canRefreshLenses = false;
  let canReportProgress = false;
  let canEditBySnippet = false;
  let watchesFolders = false;
  let answersSettings = false;
  let tellsSettings = false;
  /** The configurations that the client was told problems of. */
  let toldConfigurations: ReadonlySet<string> = new Set();
  /** The client checks scenarios and configurations by their JSON Schemas itself. */
  let checksJson = false;
  let showsReplays = false;
  let loaded: Promise<void> = Promise.resolve();
  let settling: NodeJS.Timeout | undefined;

  const attempt = async <T>(what: string, fallback: T, work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      connection.console.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      void connection.sendNotification(messages.failed, { what });
      return fallback;
    }
  };

  /** Waits until the workspace was read and newer messages were seen, so that an overtaken request costs nothing. */
  const turn = async (token: CancellationToken): Promise<void> => {
    await loaded;
    await nextTurn();
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'overtaken by an edit');
  };

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const { workspace, textDocument, window } = params.capabilities;
    pull = textDocument?.diagnostic !== undefined;
    canRefreshDiagnostics = workspace?.diagnostics?.refreshSupport === true;
    canRefreshLenses = workspace?.codeLens?.refreshSupport === true;
    canReportProgress = window?.workDoneProgress === true;
    const edits = workspace?.workspaceEdit;
    canEditBySnippet = edits?.documentChanges === true && edits.snippetEditSupport === true;
    watchesFolders = workspace?.workspaceFolders === true;
    answersSettings = workspace?.configuration === true;
    tellsSettings = workspace?.didChangeConfiguration?.dynamicRegistration === true;
    const options = params.initializationOptions as InitializationOptions | undefined;
    checksJson = options?.checksJson === true;
    showsReplays = options?.showsReplays === true;
    for (const folder of params.workspaceFolders ?? []) folders.set(folder.uri, []);
    return {
      serverInfo: { name: 'MapLens' },
      capabilities: {
        positionEncoding: 'utf-16',
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...codeHelp,
        ...codePlaces,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
        ...(pull && {
          diagnosticProvider: { identifier: 'maplens', interFileDependencies: true, workspaceDiagnostics: false },
        }),
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(() => {
    load([...folders.keys()]);
    if (tellsSettings)
      void attempt('asking for changes of settings', undefined, () =>
        connection.client.register(DidChangeConfigurationNotification.type, { section: rulesSetting }).then(),
      );
    if (!watchesFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      for (const folder of removed) {
        for (const uri of folders.get(folder.uri) ?? []) if (!documents.get(uri)) service.removeFile(uri);
        folders.delete(folder.uri);
        service.setRules(folder.uri, undefined);
      }
      load(added.map((folder) => folder.uri));
    });
  });

  function load(uris: readonly string[]): void {
    const before = loaded;
    loaded = attempt('reading the workspace', undefined, async () => {
      await before;
      await readRules();
      for (const folder of uris) await loadFolder(folder);
    });
    void loaded.then(changed);
  }

  /** What the client's setting says of rules, for each folder and for files outside of them. */
  async function readRules(): Promise<void> {
    if (!answersSettings) return;
    const scopes = ['', ...folders.keys()];
    const values: unknown[] = await connection.workspace.getConfiguration(
      scopes.map((scope) => ({ section: rulesSetting, ...(scope !== '' && { scopeUri: scope }) })),
    );
    scopes.forEach((scope, index) => setRules(scope, values[index]));
  }

  function setRules(scope: string, value: unknown): void {
    for (const problem of service.setRules(scope, value)) connection.console.warn(`${rulesSetting}: ${problem}`);
  }

  connection.onDidChangeConfiguration(({ settings }: { readonly settings: Settings }) => {
    if (!answersSettings && settings?.maplens) setRules('', settings.maplens.rules);
    load([]);
  });

  async function loadFolder(folder: string): Promise<void> {
    const list = await listFolder(folder);
    folders.set(folder, list);
    const progress =
      canReportProgress && list.length > 200 ? await connection.window.createWorkDoneProgress() : undefined;
    progress?.begin('MapLens: reading sources', 0, `${list.length} files`);
    try {
      for (const [index, uri] of list.entries()) {
        if (!documents.get(uri)) {
          const text = await readText(uri);
          if (text !== undefined && !documents.get(uri)) service.setFile(uri, text);
        }
        if (index % 32 === 0) {
          progress?.report(Math.round((100 * index) / list.length));
          await nextTurn();
        }
      }
    } finally {
      progress?.done();
    }
  }

  async function listFolder(folder: string): Promise<readonly string[]> {
    return folder.startsWith('file:')
      ? files.list(folder)
      : connection.sendRequest<string[]>(messages.listFiles, { folder });
  }

  async function readText(uri: string): Promise<string | undefined> {
    if (uri.startsWith('file:')) return files.read(uri);
    const answer = await connection.sendRequest<{ text?: string; error?: string }>(messages.readFile, { uri });
    if (answer.error) connection.console.warn(`${uri}: ${answer.error}`);
    return answer.text;
  }

  /** Results may differ anywhere: once no more changes come, the client is told to ask again. */
  function changed(): void {
    clearTimeout(settling);
    settling = setTimeout(() => void attempt('announcing a change', undefined, announce), settleTime);
  }

  async function announce(): Promise<void> {
    await loaded;
    await tellConfigurations();
    if (!pull) for (const document of documents.all()) await push(document.uri);
    else if (canRefreshDiagnostics) connection.languages.diagnostics.refresh();
    if (canRefreshLenses) await connection.sendRequest(CodeLensRefreshRequest.type);
    await connection.sendNotification(messages.workspaceChanged);
  }

  /** Configurations need not be open to be wrong; of open ones the client's own JSON service tells. */
  async function tellConfigurations(): Promise<void> {
    const byFile = configurationDiagnostics(service.configurationProblems());
    if (checksJson) for (const { uri } of documents.all()) byFile.delete(uri);
    for (const uri of new Set([...toldConfigurations, ...byFile.keys()]))
      await connection.sendDiagnostics({ uri, diagnostics: byFile.get(uri) ?? [] });
    toldConfigurations = new Set(byFile.keys());
  }

  /** Reads those sources of a scenario's driver that no folder of the workspace has. */
  async function readDriver({ uri: scenario, text }: SimulateScenarioParams): Promise<void> {
    const missing: string[] = [];
    for (const source of service.scenarioSources(scenario, documents.get(scenario)?.getText() ?? text)) {
      if (!source.endsWith('/')) missing.push(source);
      else if (![...folders.keys()].some((folder) => source.startsWith(`${folder}/`)))
        missing.push(...(await listFolder(source.slice(0, -1))));
    }
    const known = new Set(missing.length ? service.files().map(decoded) : []);
    for (const uri of missing) {
      if (known.has(decoded(uri))) continue;
      const found = await attempt(`reading ${uri}`, undefined, () => readText(uri));
      if (found !== undefined && !documents.get(uri)) service.setFile(uri, found);
    }
  }

  /** A scenario that was never saved has a name that does not tell. */
  function isOpenScenario(uri: string): boolean {
    return isScenario(uri) || documents.get(uri)?.languageId === scenarioLanguage;
  }

  async function diagnose(uri: string): Promise<Diagnostic[]> {
    if (isOpenScenario(uri)) {
      await readDriver({ uri });
      return scenarioDiagnostics(simulateScenario({ uri }), !checksJson);
    }
    return reported(uri).map(toDiagnostic);
  }

  function reported(uri: string): readonly Finding[] {
    return service.diagnose(uri).filter((finding) => !finding.suppressed);
  }

  function simulateScenario({ uri, text }: SimulateScenarioParams): ScenarioSimulation {
    return service.simulateScenario(uri, documents.get(uri)?.getText() ?? text);
  }

  async function push(uri: string): Promise<void> {
    if (isConfiguration(uri)) return;
    await nextTurn();
    const diagnostics = await diagnose(uri);
    await connection.sendDiagnostics({ uri, diagnostics, version: documents.get(uri)?.version });
  }

  documents.onDidChangeContent(({ document }) => {
    void attempt(`reading ${document.uri}`, undefined, () => {
      if (isScenario(document.uri) || !isOpenScenario(document.uri)) service.setFile(document.uri, document.getText());
      changed();
    });
  });

  documents.onDidClose(({ document: { uri, languageId } }) => {
    void attempt(`closing ${uri}`, undefined, async () => {
      if (isScenario(uri) || languageId !== scenarioLanguage) await reload(uri);
      if (!pull && !isConfiguration(uri)) await connection.sendDiagnostics({ uri, diagnostics: [] });
      changed();
    });
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    void attempt('watching files', undefined, async () => {
      await loaded;
      for (const change of changes) await take(change);
      changed();
    });
  });

  async function take({ uri, type }: FileEvent): Promise<void> {
    if (documents.get(uri)) return;
    if (type === FileChangeType.Deleted) service.removeFile(uri);
    else if (isSource(uri)) await reload(uri);
  }

  async function reload(uri: string): Promise<void> {
    if (isScenario(uri)) return service.removeFile(uri);
    const text = await attempt(`reading ${uri}`, undefined, () => readText(uri));
    if (documents.get(uri)) return;
    if (text === undefined) service.removeFile(uri);
    else service.setFile(uri, text);
  }

  connection.languages.diagnostics.on(async (params, token): Promise<DocumentDiagnosticReport> => {
    const nothing: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };
    return attempt<DocumentDiagnosticReport>('diagnostics', nothing, async () => {
      await turn(token);
      const items = await diagnose(params.textDocument.uri);
      const resultId = createHash('sha1').update(JSON.stringify(items)).digest('base64');
      return resultId === params.previousResultId
        ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
        : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    });
  });

  connection.onCodeAction((params, token) =>
    attempt<CodeAction[]>('quick fixes', [], async () => {
      await turn(token);
      const { uri } = params.textDocument;
      if (isScenario(uri)) return [];
      const findings = reported(uri);
      const { start, end } = params.range;
      const suggestions = service.suggestions(uri, start.line + 1, end.line + 1);
      return [
        ...fixActions(uri, findings, params.range),
        ...(showsReplays ? replayActions(uri, findings, params.range) : []),
        ...suppressActions(uri, findings, suggestions, canEditBySnippet),
      ];
    }),
  );

  const answer: Attempt = (what, fallback, token, work) =>
    attempt(what, fallback, async () => {
      await turn(token);
      return work();
    });
  serveCodeHelp(connection, service, answer);
  serveCodePlaces(connection, service, answer, (uri) => documents.get(uri)?.getText(), isOpenScenario);
  serveScenarioForms(connection, service, answer, ({ uri, text }) => documents.get(uri)?.getText() ?? text);
  serveFindings(connection, service, answer);

  connection.onRequest(messages.entryPoints, (token: CancellationToken) =>
    attempt<EntryPointItem[]>('entry points', [], async () => {
      await turn(token);
      return service
        .entryPoints()
        .map(({ file, ...rest }) => ({ ...rest, uri: file }))
        .sort((a, b) => (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.line - b.line));
    }),
  );

  connection.onRequest(messages.simulate, (params: SimulateParams, token: CancellationToken) =>
    attempt<SimulationResult>(
      'simulation',
      { ok: false, reason: 'The simulation failed inside MapLens; its log in the Output view says more.' },
      async () => {
        await turn(token);
        const { uri, ...plan } = params;
        return service.simulate({ ...plan, file: uri });
      },
    ),
  );

  connection.onRequest(messages.replay, (params: ReplayParams, token: CancellationToken) =>
    attempt<ReplayAnswer>('replay', { found: false }, async () => {
      await turn(token);
      const finding = service
        .diagnose(params.uri)
        .find(({ rule, line, column }) => rule === params.rule && line === params.line && column === params.column);
      return finding ? { found: true, function: finding.function, ...service.replay(finding) } : { found: false };
    }),
  );

  connection.onRequest(messages.simulateScenario, (params: SimulateScenarioParams, token: CancellationToken) =>
    attempt<ScenarioSimulation>(
      'scenario',
      { ok: false, reason: 'The scenario failed inside MapLens; its log in the Output view says more.', problems: [] },
      async () => {
        await turn(token);
        await readDriver(params);
        return simulateScenario(params);
      },
    ),
  );

  documents.listen(connection);
  connection.listen();
}

/** A URI without the ways in which the same one can be written. */
function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
