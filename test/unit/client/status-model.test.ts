import { expect, test } from 'vitest';
import { slowAnswer, statusWords } from '../../../client/status-model';
import type { Health, StatusWords } from '../../../client/status-model';

const well: Health = { server: 'running', waiting: false, took: 20 };
const reading = { functions: 30, part: 0, gaps: [], budgetEnded: [] };

test.each<[string, Health, StatusWords['state'], string, string]>([
  ['all is well', well, 'idle', 'information', ''],
  ['it starts', { ...well, server: 'starting' }, 'starting', 'information', 'reads the sources'],
  ['it waits', { ...well, waiting: true }, 'checking', 'information', ''],
  ['an answer took long', { ...well, took: 3456 }, 'slow', 'warning', 'an answer took 3.5 s'],
  ['it waits long', { ...well, waiting: true, took: slowAnswer }, 'slow', 'warning', 'waits for 2.0 s already'],
  ['it stopped', { ...well, server: 'stopped', waiting: true }, 'error', 'error', 'no findings, no runs'],
  ['it did not start', { ...well, server: 'failed' }, 'error', 'error', 'no findings, no runs'],
  [
    'a question failed',
    { ...well, failed: 'hover' },
    'error',
    'error',
    'hover failed inside MapLens; the log says why',
  ],
  [
    'some could not be read',
    { ...well, reading: { ...reading, part: 2, gaps: ['try', 'asm', 'goto', 'lambda'] } },
    'partial',
    'warning',
    '2 of 30 functions could be read in part only: try, asm, goto',
  ],
  [
    'a budget ended',
    { ...well, reading: { ...reading, budgetEnded: ['A::go', 'A::come'] } },
    'partial',
    'warning',
    'too many paths in A::go and 1 more: not all were followed',
  ],
  [
    'the check was stopped',
    { ...well, reading, stopped: { checked: 16, total: 900 } },
    'partial',
    'warning',
    'the check of the workspace was stopped: 16 of 900 files',
  ],
])('%s', (_, health, state, severity, detail) => {
  expect(statusWords(health)).toMatchObject({ state, severity, detail });
});

test('each state has other words, a command, and is busy only while something goes on', () => {
  const all = [
    well,
    { ...well, server: 'starting' },
    { ...well, waiting: true },
    { ...well, took: 3000 },
    { ...well, failed: 'hover' },
    { ...well, stopped: { checked: 1, total: 2 } },
    { ...well, server: 'stopped' },
  ] as const;
  const words = all.map(statusWords);
  expect(new Set(words.map(({ text }) => text)).size).toBe(words.length);
  expect(words.map(({ busy }) => busy)).toEqual([false, true, true, false, false, false, false]);
  expect(words.at(-1)!.command.command).toBe('maplens.restart');
  expect(new Set(words.slice(0, -1).map(({ command }) => command.command))).toEqual(new Set(['maplens.showLog']));
});
