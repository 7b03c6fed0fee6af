import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiHeaders, macroHeaders } from '../../../server/api/headers';

const folder = new URL('../../../server/api/', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');
const macros = Object.values(macroHeaders);

describe('API headers', () => {
  it('are all listed, each once', () => {
    const listed = [...apiHeaders, ...macros].map((header) => header.name).sort();
    const present = readdirSync(folder).filter((name) => name.endsWith('.h'));
    expect(listed).toEqual(present.sort());
  });

  it.each(apiHeaders.map((header) => [header.name, header.text]))('%s balances its brackets', (_name, text) => {
    const code = text.replace(/\/\/.*$/gm, '');
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => [...pair] as [string, string]))
      expect(code.split(open).length, open).toBe(code.split(close).length);
  });

  it('use only attributes that README.md explains, and all of them', () => {
    const used = new Set(
      apiHeaders.flatMap(({ text }) => [...text.matchAll(/\[\[maplens::(\w+)/g)].map((match) => match[1]!)),
    );
    const explained = new Set(
      readme
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .flatMap((line) => [...line.split('|')[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!))
        .filter((code) => !code.endsWith('.h'))
        .map((code) => /maplens::(\w+)/.exec(code)?.[1] ?? /^\w+/.exec(code)?.[0] ?? code),
    );
    expect([...used].filter((name) => !explained.has(name))).toEqual([]);
    expect([...explained].filter((name) => !used.has(name))).toEqual([]);
  });

  it('name only families that an enumeration has', () => {
    const text = apiHeaders.map((header) => header.text).join('\n');
    const families = new Set([...text.matchAll(/maplens::family\((\w+)\)/g)].map((match) => match[1]));
    const wanted = [...text.matchAll(/maplens::bits\(([^)]*)\)/g)].flatMap((match) => match[1]!.split(/,\s*/));
    expect(wanted.filter((name) => !families.has(name))).toEqual([]);
  });
});

describe('macro headers', () => {
  it.each(macros.map((header) => [header.name, header.text]))('%s defines each name once', (_name, text) => {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('//'));
    expect(lines.filter((line) => !/^#define [A-Za-z_]\w*(\([\w, .]*\))?( \S.*)?$/.test(line))).toEqual([]);
    const names = lines.map((line) => /^#define (\w+)/.exec(line)?.[1]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
