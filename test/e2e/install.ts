import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The npm package with VS Code's own server and workbench in it; this one runs on Node 20. */
const packaged = 'code-server@4.99.4';
export const root = process.cwd();
export const cache = join(root, '.cache');
export const chromium = '/usr/bin/chromium';
const home = join(cache, 'workbench');
export const serverMain = join(home, 'node_modules/code-server/lib/vscode/out/server-main.js');

/** Runs a command to its end. Throws with what it printed where it fails. */
export function run(command: string, args: readonly string[], cwd = root): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', env: quietEnvironment(), maxBuffer: 1 << 26 });
  if (result.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')}\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`,
    );
  return result.stdout;
}

/** This process's environment without what would make VS Code or Node behave otherwise than for a user. */
export function quietEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|CODE_SERVER|ELECTRON|NODE_OPTIONS)/.test(name),
  );
  return Object.fromEntries(entries);
}

/** Brings the browser and the workbench, where they are not there yet. */
export function install(): void {
  if (!existsSync(chromium)) {
    run('apt-get', ['update']);
    run('apt-get', [
      '-o',
      'DPkg::Lock::Timeout=300',
      'install',
      '-y',
      '--no-install-recommends',
      'chromium',
      'fonts-dejavu-core',
    ]);
  }
  const stamp = join(home, 'installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === packaged) return;
  console.log(`installing ${packaged} into .cache/workbench`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', packaged, ...quiet], home);
  const code = join(home, 'node_modules/code-server/lib/vscode');
  run('npm', ['install', '--omit=dev', ...quiet], code);
  run('npm', ['install', '--omit=dev', ...quiet], join(code, 'extensions'));
  run('npm', ['rebuild', '@vscode/spdlog', 'native-watchdog'], code);
  writeFileSync(stamp, packaged);
}
