import * as assert from 'node:assert/strict';
import type {} from 'mocha';
import * as vscode from 'vscode';

const file = 'FrameGrabber.cpp';

async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`not: ${what}`);
}

function sample(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('the suite runs in the folder of the sample driver');
  return vscode.Uri.joinPath(folder.uri, file);
}

function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((one) => one.source === 'MapLens');
}

suite('MapLens', () => {
  suiteSetup(async () => {
    await vscode.window.showTextDocument(sample());
    const extension = vscode.extensions.getExtension('maplens.maplens');
    assert.ok(extension, 'the extension is there');
    const api: { ready: Promise<void> } = await extension.activate();
    await api.ready;
  });

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('findings carry a rule, its page, and their path as numbered steps', async () => {
    await vscode.window.showTextDocument(sample());
    const found = await until('findings in the sample', () => {
      const all = findings(sample());
      return all.length > 0 ? all : undefined;
    });
    for (const one of found) {
      const code = one.code as { value: string; target: vscode.Uri };
      assert.match(code.value, /^[a-z0-9-]+$/);
      assert.ok(code.target.path.endsWith(`/docs/rules/${code.value}.md`));
      const steps = one.relatedInformation ?? [];
      assert.deepEqual(
        steps.map((step) => Number.parseInt(step.message, 10)),
        steps.map((_, index) => index + 1),
      );
    }
  });

  test('each function that maps memory has a lens that opens the panel', async () => {
    await vscode.window.showTextDocument(sample());
    const lenses = await until('lenses', async () => {
      const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        sample(),
        50,
      );
      const ours = all.filter((lens) => lens.command?.command === 'maplens.showMappings');
      return ours.length > 0 ? ours : undefined;
    });
    const functions = lenses.map((lens) => lens.command?.arguments?.[1]);
    assert.ok(functions.includes('FrameGrabberClient::showHeader'), String(functions));
    assert.equal(new Set(functions).size, functions.length);
  });

  test('a hover over a mapping call says why it may be NULL, one over options decodes them', async () => {
    const editor = await vscode.window.showTextDocument(sample());
    const text = editor.document.getText();
    const said = async (part: string, into: number): Promise<string> => {
      const at = editor.document.positionAt(text.indexOf(part) + into);
      return until(`a hover over ${part}`, async () => {
        const all = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', sample(), at);
        const words = all
          .flatMap((hover) => hover.contents)
          .map((each) => (typeof each === 'string' ? each : each.value));
        return words.find((each) => each.includes('kIOMap') || each.includes('NULL'));
      });
    };
    assert.match(await said('createMappingInTask(fTask', 3), /Why NULL\?[^]*Ruled out: /);
    assert.match(await said('kIOMapAnywhere | kIOMapReadOnly)', 16), /`0x1001` is `kIOMapAnywhere \| kIOMapReadOnly`/);
  });

  test('options are completed where they are typed, and a mapping shows its protection', async () => {
    const editor = await vscode.window.showTextDocument(sample());
    const { document } = editor;
    const at = document.positionAt(document.getText().indexOf('kIOMapAnywhere | kIOMapReadOnly)'));
    const offered = await until('completions', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        sample(),
        at,
      );
      const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      return labels.includes('kIOMapInhibitCache') ? labels : undefined;
    });
    assert.ok(!offered.includes('kIODirectionIn'));
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      sample(),
      new vscode.Range(0, 0, document.lineCount, 0),
    );
    assert.ok(hints.some(({ label }) => label === 'r--'));
    await vscode.workspace.getConfiguration('maplens').update('inlayHints', false);
    try {
      const off = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        sample(),
        new vscode.Range(0, 0, document.lineCount, 0),
      );
      assert.deepEqual(off, []);
    } finally {
      await vscode.workspace.getConfiguration('maplens').update('inlayHints', undefined);
    }
  });

  test('the command opens the panel beside the code, once', async () => {
    await vscode.window.showTextDocument(sample());
    const show = (): Thenable<unknown> =>
      vscode.commands.executeCommand('maplens.showMappings', sample().toString(), 'FrameGrabberClient::showHeader');
    const panels = (): vscode.Tab[] =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter((tab) => tab.input instanceof vscode.TabInputCustom && tab.input.viewType === 'maplens.panel');
    await show();
    await until('a panel', () => (panels().length === 1 ? true : undefined));
    await show();
    assert.equal(panels().length, 1);
    assert.equal(vscode.window.tabGroups.all.length, 2);
  });

  test('an edit in memory changes the findings, and undoing it brings them back', async () => {
    const editor = await vscode.window.showTextDocument(sample());
    const before = await until('findings in the sample', () => findings(sample()).length || undefined);
    const document = editor.document;
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    await editor.edit((edit) => edit.replace(all, '// nothing\n'));
    await until('no findings in an empty file', () => (findings(sample()).length === 0 ? true : undefined));
    await vscode.commands.executeCommand('undo');
    await until('the findings again', () => (findings(sample()).length === before ? true : undefined));
  });

  test('every command of the manifest exists', async () => {
    const there = new Set(await vscode.commands.getCommands(true));
    const manifest: { contributes: { commands: { command: string }[] } } =
      vscode.extensions.getExtension('maplens.maplens')?.packageJSON;
    for (const { command } of manifest.contributes.commands) assert.ok(there.has(command), command);
  });
});
