import * as f from '../fields';
import { codeStep, failed } from '../results';
import { makingVerb, verb, type StepResult, type Verb } from '../verb';
import type { Task } from '../../../sim/task';
import type { TaskResult } from '../../../sim/task-lifetime';

/** Steps about tasks: their ends, fork(), and the wiring of what is mapped in them. */

const task = f.task('A task.');

function ended(subject: Task, result: TaskResult): StepResult {
  return result.kind === 'panic'
    ? failed(result)
    : { outcome: 'done', why: result.why, about: { kind: 'task', task: subject } };
}

export const taskVerbs: readonly Verb[] = [
  verb(task, {
    family: 'lifetime',
    outcomes: ['done'],
    name: 'taskDies',
    description:
      'The task ends: its ports go, then its address space is emptied. Who holds the task can use it still, unless it is "freed" too.',
    fields: { freed: f.flag('Nobody holds it: what points to it dangles.') },
    run: ({ subject, freed }, { scope }) =>
      ended(subject, freed ? scope.machine.freeTask(subject) : scope.machine.terminateTask(subject)),
  }),
  makingVerb({
    family: 'making',
    outcomes: ['made'],
    name: 'fork',
    description: 'fork(): a child task with what the parent’s entries let it inherit.',
    fields: { task: f.required(f.task('The parent.')) },
    run: ({ task: parent }, { scope, name }) => {
      const child = scope.machine.fork(parent, name);
      scope.define(name, { kind: 'task', task: child });
      return { outcome: 'made', about: { kind: 'task', task: child } };
    },
  }),
  verb(f.map('A map.'), {
    family: 'lifetime',
    outcomes: ['code'],
    name: 'wireRange',
    description: 'IOMemoryMap::wireRange(): wires pages for an access, or unwires them.',
    fields: {
      direction: f.direction('kIODirectionIn, Out or InOut wires; kIODirectionNone (default) unwires.'),
      offset: f.number('Where in the map (default 0).'),
      length: f.number('How many bytes (default: the map’s length).'),
    },
    run: ({ subject, direction, offset, length }, { scope }) =>
      codeStep(subject, scope.machine.wireRange(subject, direction ?? 0, offset ?? 0n, length ?? subject.length)),
  }),
];
