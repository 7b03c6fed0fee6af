import type { Event, Report } from '../symbolic/events';
import { argumentWith } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'call') return undefined;
  const memory = argumentWith(event, 'map_owner');
  if (memory?.object?.class !== 'IOSubMemoryDescriptor') return undefined;
  return {
    at: memory.span,
    about: event.at,
    message:
      'A sub-range owns no map: the result is NULL\n' +
      "A mapping of a sub-range belongs to the parent, and the client's maps are compared by the descriptor that they " +
      'belong to. Pass the parent.',
  };
}

/** A map belongs to the whole descriptor and is not found by a sub-range of it. */
export const subRangeLookup: Rule = {
  id: 'sub-range-lookup',
  title: 'A map is looked up by a sub-range',
  severity: 'warning',
  confidence: 'high',
  semantics: ['J90'],
  check,
  explanation: `An \`IOSubMemoryDescriptor\` hands each request to map on to its parent (xnu \`IOSubMemoryDescriptor.cpp\`,
\`IOSubMemoryDescriptor::makeMapping\`), so the map's \`getMemoryDescriptor()\` is the parent.
\`removeMappingForDescriptor()\` compares with that (\`IOUserClient.cpp\`) and finds nothing.`,
  examples: {
    bad: [
      {
        title: 'The part that the client was given',
        source: `IOMemoryMap *FrameGrabber::revoke(IOUserClient *client, IOMemoryDescriptor *memory)
{
    IOSubMemoryDescriptor *part = IOSubMemoryDescriptor::withSubRange(memory, 0, 0x1000, kIODirectionInOut);
    if (part == NULL)
        return NULL;
    IOMemoryMap *map = client->removeMappingForDescriptor(part);
//                                                        ^^^^ warning: A sub-range owns no map: the result is NULL
    part->release();
    return map;
}
`,
      },
    ],
    good: [
      {
        title: 'The descriptor itself',
        source: `IOMemoryMap *FrameGrabber::revokeAll(IOUserClient *client, IOMemoryDescriptor *memory)
{
    return client->removeMappingForDescriptor(memory);
}
`,
      },
    ],
  },
};
