import { expect, test } from 'vitest';
import { readPageMessage } from '../../../client/panel-messages';

test.each([
  { type: 'ready' },
  { type: 'ready', function: 'A::b' },
  { type: 'step', index: 3, reveal: 'scroll' },
  { type: 'choose', choice: 'A::b' },
  { type: 'value', name: 'length', value: '' },
  { type: 'copy', text: '' },
  { type: 'save', format: 'svg', name: 'A-b-step-3', data: '<svg/>' },
  { type: 'edit', id: 1, version: 3, action: { kind: 'add', step: 0, verb: 'map' } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'remove', step: 0 } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'move', step: 1, by: -1 } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'set', step: 0, member: 'length', value: '' } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'option', step: 0, member: 'options', drop: ['a'], add: 'b' } },
  { type: 'text' },
  { type: 'again' },
  { type: 'reason' },
  { type: 'runs' },
  { type: 'failed', reason: 'why' },
])('%o is a message', (message) => {
  expect(readPageMessage(message)).toEqual(message);
});

test.each([
  null,
  'ready',
  {},
  { type: 'delete' },
  { type: 'ready', function: 1 },
  { type: 'step', index: '3', reveal: 'scroll' },
  { type: 'choose' },
  { type: 'choose', choice: 1 },
  { type: 'value', name: 'length' },
  { type: 'copy', text: 7 },
  { type: 'save', format: 'exe', name: 'a', data: '' },
  { type: 'save', format: 'png', name: 'a' },
  { type: 'edit', id: 1, version: 3 },
  { type: 'edit', version: 3, action: { kind: 'remove', step: 0 } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'remove', step: 0.5 } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'move', step: 1, by: 2 } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'set', step: 0, member: 'length', value: 1 } },
  { type: 'edit', id: 1, version: 3, action: { kind: 'format', step: 0 } },
])('%o is none', (value) => {
  expect(readPageMessage(value)).toBeUndefined();
});
