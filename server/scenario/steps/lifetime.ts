import * as f from '../fields';
import { codeStep, doneStep, failed, made, nothing, releaseStep } from '../results';
import { makingVerb, verb, type Verb } from '../verb';

/** Steps about references, and about the mapping of a map. */

const counted = f.object('A map or descriptor.');
const map = f.map('A map.');

export const lifetimeVerbs: readonly Verb[] = [
  verb(counted, {
    family: 'lifetime',
    outcomes: ['retained'],
    name: 'retain',
    description: 'OSObject::retain().',
    fields: {},
    run: ({ subject }, { scope, name }) => {
      const result = scope.machine.retain(subject);
      if (result.kind === 'use-after-free') return failed(result);
      scope.holdAgain(subject, name);
      return { outcome: 'retained', why: result.why, about: { kind: 'object', object: subject } };
    },
  }),
  verb(counted, {
    family: 'lifetime',
    outcomes: ['released', 'freed', 'over-release'],
    name: 'release',
    description: 'OSObject::release(). The name still points to the object, freed or not.',
    fields: {},
    run: ({ subject }, { scope, name }) => {
      const result = scope.machine.release(subject);
      scope.letGo(subject, name);
      return releaseStep(subject, result);
    },
  }),
  verb(f.descriptor('A descriptor.'), {
    family: 'lifetime',
    outcomes: ['done'],
    name: 'setContext',
    description: 'IOMemoryDescriptor::setContext(): the descriptor retains an object, and releases the one before it.',
    fields: { to: f.required(f.objectOrNull('A map or descriptor, or null.')) },
    run: ({ subject, to }, { scope }) => doneStep(subject, scope.machine.setContext(subject, to ?? undefined)),
  }),
  makingVerb({
    family: 'lifetime',
    outcomes: ['copied', 'NULL'],
    name: 'copyContext',
    description:
      'IOMemoryDescriptor::copyContext(): the object that setContext() left, with a reference for the caller.',
    fields: { of: f.required(f.descriptor('The descriptor.')) },
    run: ({ of }, call) => {
      const result = call.scope.machine.copyContext(of);
      if (result.kind !== 'object') return failed(result);
      return result.object ? made(call, result.object, 'copied', '') : nothing(call, 'The descriptor has no context.');
    },
  }),
  verb(map, {
    family: 'lifetime',
    outcomes: ['code'],
    name: 'unmap',
    description: 'IOMemoryMap::unmap().',
    fields: {},
    run: ({ subject }, { scope }) => codeStep(subject, scope.machine.unmap(subject)),
  }),
  verb(map, {
    family: 'lifetime',
    outcomes: ['code'],
    name: 'redirect',
    description: 'IOMemoryMap::redirect(): the map shows another descriptor’s memory, or, with null, blocks accesses.',
    fields: {
      to: f.required(f.descriptorOrNull('The descriptor that it shows from now on.')),
      offset: f.number('Where in the descriptor (default 0).'),
    },
    run: ({ subject, to, offset }, { scope }) =>
      codeStep(subject, scope.machine.redirect(subject, to ?? undefined, offset ?? 0n)),
  }),
];
