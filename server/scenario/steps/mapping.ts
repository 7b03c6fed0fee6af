import * as f from '../fields';
import { mapStep } from '../results';
import { makingVerb, type Verb } from '../verb';

/** Steps that map. */

const mapping = {
  family: 'mapping',
  outcomes: ['new', 'shared', 'sub-map', 'static', 'same-task', 'remote', 'NULL'],
} as const;

const of = f.required(f.descriptor('The descriptor that is mapped.'));

export const mappingVerbs: readonly Verb[] = [
  makingVerb({
    ...mapping,
    name: 'map',
    description: 'IOMemoryDescriptor::createMappingInTask().',
    fields: {
      of,
      into: f.required(f.taskOrNull('The task that it is mapped into.')),
      at: f.number('The address (atAddress, default 0).'),
      options: f.mapOptions('kIOMap… options (default 0: at a fixed address).'),
      offset: f.number('Where in the descriptor the mapping begins (default 0).'),
      length: f.number('How many bytes; 0, the default, is the descriptor’s whole length.'),
    },
    run: ({ of: from, into, at, options, offset, length }, call) =>
      mapStep(
        call,
        call.scope.machine.createMappingInTask(
          from,
          into ?? undefined,
          at ?? 0n,
          options ?? 0,
          offset ?? 0n,
          length ?? 0n,
        ),
      ),
  }),
  makingVerb({
    ...mapping,
    name: 'mapKernel',
    description: 'IOMemoryDescriptor::map(): all of it, into the kernel, anywhere.',
    fields: { of, options: f.mapOptions('kIOMap… options (default 0).') },
    run: ({ of: from, options }, call) => mapStep(call, call.scope.machine.map(from, options ?? 0)),
  }),
  makingVerb({
    ...mapping,
    name: 'setMapping',
    description: 'IOMemoryDescriptor::setMapping(): a record of a mapping that somebody else made.',
    fields: {
      of,
      into: f.required(f.taskOrNull('The task that has the mapping.')),
      at: f.required(f.number('Where it is.')),
      options: f.mapOptions('kIOMap… options (default 0).'),
    },
    run: ({ of: from, into, at, options }, call) =>
      mapStep(call, call.scope.machine.setMapping(from, into ?? undefined, at, options ?? 0)),
  }),
];
