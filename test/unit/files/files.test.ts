import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { displayPath, listSources, maximumBytes, readSource } from '../../../server/files';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'maplens-files-'))));
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}
const list = async (): Promise<readonly string[]> =>
  (await listSources(root)).paths.map((path) => displayPath(path, root));

describe('listSources', () => {
  it('finds C, C++ and DriverKit files and leaves the rest', async () => {
    for (const name of ['b.cpp', 'a.iig', 'sub/c.h', 'sub/d.mm', 'README.md', 'e.CPP', 'x.py']) put(name, '.');
    expect(await list()).toEqual(['a.iig', 'b.cpp', 'e.CPP', 'sub/c.h', 'sub/d.mm']);
  });

  it('leaves out hidden folders, dependencies and build results', async () => {
    for (const name of ['.git/a.c', 'node_modules/x/a.c', 'build/a.c', 'cmake-build-debug/a.c', 'src/a.c'])
      put(name, '.');
    expect(await list()).toEqual(['src/a.c']);
  });

  it('ends on cycles of links and lists each file once, by its real place', async () => {
    put('src/a.c', '.');
    symlinkSync(root, join(root, 'src', 'again'));
    symlinkSync(join(root, 'src'), join(root, 'alias'));
    symlinkSync(join(root, 'loop'), join(root, 'loop'));
    expect(await list()).toEqual(['src/a.c']);
  });

  it('looks at one folder only, or enters no more folders, where that is asked', async () => {
    for (const name of ['a.c', 'b.c', 'sub/c.c', 'sub/d.c']) put(name, '.');
    expect((await listSources(root, { deep: false })).paths.map((path) => displayPath(path, root))).toEqual([
      'a.c',
      'b.c',
    ]);
    expect((await listSources(root, { entryLimit: 2 })).paths).toHaveLength(2);
  });

  it('reports a folder that is not there', async () => {
    const { paths, problems } = await listSources(join(root, 'none'));
    expect(paths).toEqual([]);
    expect(problems.map((problem) => problem.kind)).toEqual(['missing']);
  });
});

describe('readSource', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode('// é'), '// é'],
    ['UTF-8 with a mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), 'a'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), 'a'],
    ['Latin-1', new Uint8Array([0x61, 0xe9]), 'aé'],
  ])('decodes %s', async (_name, bytes, text) => {
    expect(await readSource(put('a.cpp', bytes))).toMatchObject({ ok: true, text });
  });

  it.each([
    ['empty', new Uint8Array()],
    ['binary', new Uint8Array([0x7f, 0x45, 0, 0])],
    ['too-large', new Uint8Array(maximumBytes + 1).fill(0x7b)],
  ])('says that a file is %s', async (kind, bytes) => {
    expect(await readSource(put('a.cpp', bytes))).toMatchObject({ ok: false, problem: { kind } });
  });

  it('says that a file is missing or a folder', async () => {
    expect(await readSource(join(root, 'gone.cpp'))).toMatchObject({ ok: false, problem: { kind: 'missing' } });
    expect(await readSource(root)).toMatchObject({ ok: false, problem: { kind: 'unreadable' } });
  });
});
