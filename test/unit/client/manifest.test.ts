import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultMachine, knownMachines } from '../../../sim/profiles';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json'));
const sources = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|tsx|css)$/.test(name))
  .map((name) => read(join('client', name)));
const code = sources.join('\n');
const matches = (pattern: RegExp): string[] =>
  [...new Set([...code.matchAll(pattern)].map((match) => match[1]!))].sort();

test('every declared command is registered, and every registered one declared', () => {
  const declared = manifest.contributes.commands.map((one: { command: string }) => one.command).sort();
  const registered = matches(/(?:registerCommand\(|^\s+)'(maplens\.[a-zA-Z]+)'(?=,|:)/gm);
  expect(registered).toEqual(declared);
});

test('every command is in the category MapLens', () => {
  for (const command of manifest.contributes.commands) expect(command).toMatchObject({ category: 'MapLens' });
});

test('the icon is a PNG of 128 by 128 pixels, drawn from an SVG', () => {
  const png = readFileSync(join(root, manifest.icon));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 128]);
  expect(read('scripts/icon.svg')).toContain('viewBox="0 0 256 256"');
});

test('titles begin with a capital, none stands twice, and no title repeats the category', () => {
  const titles: string[] = manifest.contributes.commands.map((one: { title: string }) => one.title);
  for (const title of titles) expect(title).toMatch(/^[A-Z](?!.*MapLens)/);
  expect(new Set(titles).size).toBe(titles.length);
});

test('every view says something where it is empty, in each of its states', () => {
  const { views, viewsWelcome } = manifest.contributes;
  const trees: { id: string }[] = views.maplens.filter((view: { type?: string }) => view.type !== 'webview');
  const states: Readonly<Record<string, readonly string[]>> = {
    'maplens.runs': ['starting', 'empty', 'failed'],
    'maplens.findings': ['starting', 'checking', 'ready', 'partial', 'failed', 'filtered'],
  };
  expect(trees.map(({ id }) => id).sort()).toEqual(Object.keys(states).sort());
  for (const { id } of trees) {
    const texts: { when: string; contents: string }[] = viewsWelcome.filter((one: { view: string }) => one.view === id);
    for (const state of states[id]!)
      expect(
        texts.filter(({ when }) => when.includes(state) || /workspaceFolderCount == 0/.test(when)).length,
      ).toBeGreaterThan(0);
    for (const { contents } of texts.filter(({ when }) => !/starting|checking/.test(when)))
      expect(contents).toContain('](command:');
  }
  // The page of the third view says itself why it is empty.
  expect(views.maplens.filter((view: { type?: string }) => view.type === 'webview')).toHaveLength(1);
});

test('every setting is explained, has a default, and is read by the client or the server', () => {
  const { properties } = manifest.contributes.configuration;
  const all = [code, read('server/lsp-server.ts')].join('\n');
  for (const [name, setting] of Object.entries<Record<string, unknown>>(properties)) {
    expect(setting['markdownDescription']).toMatch(/\.$/);
    expect(setting).toHaveProperty('default');
    expect(setting).toHaveProperty('scope');
    // What vscode-languageclient reads by itself.
    if (name !== 'maplens.trace.server')
      expect(all).toMatch(new RegExp(`'(maplens\\.)?${name.replace('maplens.', '')}'`));
  }
});

test('the walkthrough’s pages are in the package, its links are commands, and each step can be completed', () => {
  const [walkthrough] = manifest.contributes.walkthroughs;
  const declared = new Set(manifest.contributes.commands.map((one: { command: string }) => one.command));
  expect(walkthrough.steps.length).toBeGreaterThanOrEqual(4);
  for (const step of walkthrough.steps) {
    expect(read(step.media.markdown).length).toBeGreaterThan(100);
    expect(step.completionEvents.length).toBeGreaterThan(0);
    for (const [, command] of step.description.matchAll(/\(command:(maplens\.\w+)\)/g))
      expect(declared).toContain(command);
  }
  expect(code).toContain(`#${walkthrough.id}`);
  expect(read('.vscodeignore')).toContain('!samples/FrameGrabber/**');
});

test('every menu, key and welcome text names a declared command', () => {
  const declared = new Set(manifest.contributes.commands.map((one: { command: string }) => one.command));
  const menus = Object.values(manifest.contributes.menus).flat() as { command: string }[];
  for (const { command } of [...menus, ...manifest.contributes.keybindings]) expect(declared).toContain(command);
  const links = [...JSON.stringify(manifest.contributes.viewsWelcome).matchAll(/\(command:(maplens\.\w+)\)/g)];
  expect(links.length).toBeGreaterThan(0);
  for (const [, command] of links) expect(declared).toContain(command);
});

test('every colour in use is declared for all four kinds of theme, and every declared one used', () => {
  const declared: { id: string; defaults: object }[] = manifest.contributes.colors;
  const used = [
    ...matches(/ThemeColor\('(maplens\.\w+)'\)/g),
    ...matches(/--vscode-maplens-(\w+)/g).map((id) => `maplens.${id}`),
  ];
  expect([...new Set(used)].sort()).toEqual(declared.map((color) => color.id).sort());
  for (const { defaults } of declared)
    expect(Object.keys(defaults).sort()).toEqual(['dark', 'highContrast', 'highContrastLight', 'light']);
});

test('the page has no colour of its own', () => {
  expect(read('client/webview/style.css').match(/#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/gi)).toBeNull();
});

test('the package is an allow-list, and what it allows is what the manifest names', () => {
  const lines = read('.vscodeignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toBe('**');
  for (const line of lines.slice(1)) expect(line).toMatch(/^!/);
  expect(lines).toContain(`!${manifest.main.replace('./', '')}`);
  expect(lines).toContain('!resources/**');
  expect(manifest.icon).toMatch(/^resources\//);
});

test('it starts with C and C++ documents and scenarios only, works untrusted and virtual, and says nothing to anybody', () => {
  expect(manifest.activationEvents).toEqual(
    ['c', 'cpp', 'objective-c', 'objective-cpp', 'iomap'].map((id) => `onLanguage:${id}`),
  );
  expect(manifest.capabilities).toEqual({ untrustedWorkspaces: { supported: true }, virtualWorkspaces: true });
  // The namespace of SVG is a name, not an address.
  expect(code.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/createTelemetryLogger|fetch\(|https?:/);
});

test('the page’s policy allows nothing inline and nothing from elsewhere', () => {
  const page = read('client/panel-page.ts');
  expect(page).toContain("default-src 'none'");
  expect(code).not.toMatch(/unsafe-inline|unsafe-eval|retainContextWhenHidden/);
  expect(page).not.toMatch(/<style|\son\w+=|style="/);
});

test('docs/vscode.md names every setting, its values, every colour and every key', () => {
  const page = read('docs/vscode.md');
  const { configuration, colors, keybindings } = manifest.contributes;
  for (const [name, setting] of Object.entries<{ enum?: string[] }>(configuration.properties))
    for (const word of [name, ...(setting.enum ?? [])]) expect(page).toContain(`\`${word}\``);
  for (const { id } of colors) expect(page).toContain(`\`${id}\``);
  const spoken = (key: string): string =>
    key.replace(/(^|\+)([a-z])/g, (_, plus: string, letter: string) => plus + letter.toUpperCase());
  for (const { key } of keybindings) expect(page).toContain(`\`${spoken(key)}\``);
});

test('the machines of the setting are those of the simulator', () => {
  const { properties } = manifest.contributes.configuration;
  expect(properties['maplens.machine'].enum).toEqual(knownMachines);
  expect(properties['maplens.machine'].default).toBe(defaultMachine);
});
