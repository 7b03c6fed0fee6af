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
])('%o is none', (value) => {
  expect(readPageMessage(value)).toBeUndefined();
});
