import type { About } from '../verb';
import * as f from '../fields';
import { verb, type Verb } from '../verb';

/** Steps that change nothing. */

export const otherVerbs: readonly Verb[] = [
  verb(f.checked('A map, descriptor, task or allocated memory, or "machine".'), {
    family: 'other',
    outcomes: ['there', 'freed', 'NULL'],
    name: 'check',
    description: 'Nothing happens; what the name stands for is as "expect" says.',
    fields: {},
    run: ({ subject }) => {
      if (subject.kind === 'nothing') return { outcome: 'NULL', why: subject.why };
      if (subject.kind === 'number') return { outcome: 'there', value: subject.value };
      const about: About | undefined = subject.kind === 'machine' ? undefined : subject;
      const freed = subject.kind === 'object' && subject.object.freed;
      return { outcome: freed ? 'freed' : 'there', ...(about ? { about } : {}) };
    },
  }),
  verb(f.text('What is to be said.'), {
    family: 'other',
    outcomes: ['done'],
    name: 'note',
    description: 'A sentence for the reader of the trace.',
    fields: {},
    run: ({ subject }) => ({ outcome: 'done', why: subject }),
  }),
];
