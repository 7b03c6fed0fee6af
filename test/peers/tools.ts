import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { Warning } from './warnings';

/** An analyzer that is run as a program. */
export interface Tool {
  readonly name: string;
  /** What it says of one file, on lines of that file. */
  warnings(file: string): readonly Warning[];
}

/** Clang's analyzer with the checkers of its OSObject test; undefined where the program isn't there. */
export function clang(program: string): Tool | undefined {
  const version = /version (\d+\.\d+\.\d+)/.exec(run(program, ['--version']) ?? '')?.[1];
  if (version === undefined) return undefined;
  const options = ['--analyze', '-std=c++17', '-fblocks', '-Xclang', '-analyzer-checker=core,osx'];
  return {
    name: `clang ${version}`,
    // What the driver adds by itself, such as dead stores, is another subject.
    warnings: (file) =>
      parse(run(program, [...options, '-o', '/dev/null', file], dirname(file)), file, /\[(?:osx|core)\./),
  };
}

/** cppcheck with its warnings; undefined where it isn't there. */
export function cppcheck(program: string): Tool | undefined {
  const version = /Cppcheck (\S+)/.exec(run(program, ['--version']) ?? '')?.[1];
  if (version === undefined) return undefined;
  const options = [
    '--enable=warning',
    '--std=c++17',
    '--quiet',
    '--template={file}:{line}:{column}: warning: {message}',
  ];
  return {
    name: `cppcheck ${version}`,
    warnings: (file) => parse(run(program, [...options, file], dirname(file)), file, /(?:)/),
  };
}

function run(program: string, options: readonly string[], directory?: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8', cwd: directory });
  return error ? undefined : stdout + stderr;
}

function parse(output: string | undefined, file: string, wanted: RegExp): readonly Warning[] {
  return (output ?? '').split('\n').flatMap((line) => {
    const [, path, at, message] = /^(.*?):(\d+):\d+: (?:warning|error): (.*)$/.exec(line) ?? [];
    if (path === undefined || basename(path) !== basename(file) || !wanted.test(message!)) return [];
    return [{ line: Number(at), message: message! }];
  });
}
