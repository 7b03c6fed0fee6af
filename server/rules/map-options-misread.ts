import type { Event, Report } from '../symbolic/events';
import { eachPart } from '../symbolic/values';
import { answerOf } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'condition') return undefined;
  let found = false;
  eachPart(event.value, (part) => {
    if (part.kind !== 'binary' || part.operator !== '==') return;
    const one = answerOf(part.left, 'getMapOptions') ? part.right : part.left;
    const asked = answerOf(part.left, 'getMapOptions') ?? answerOf(part.right, 'getMapOptions');
    if (asked && one.constant !== 0n) found = true;
  });
  if (!found) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      'getMapOptions() is more than what was passed\n' +
      'The kernel adds kIOMapStatic where it made no mapping, puts bits of the cache mode of device memory in, and a ' +
      "shared map has the options of whoever asked first. Test the one bit that matters, and not the cache mode's.",
  };
}

/** A comparison of getMapOptions() as a whole. */
export const mapOptionsMisread: Rule = {
  id: 'map-options-misread',
  title: 'getMapOptions() is not what was asked for',
  severity: 'info',
  confidence: 'high',
  semantics: ['J60'],
  check,
  explanation: `A map keeps the options of the call that made it, which may be another's where the map is shared. \`kIOMapStatic\` is added where
the memory is in that task already, and for device memory the number of the cache mode is OR-ed into the lowest bits (xnu
\`IOMemoryDescriptor.cpp\`, \`IOGeneralMemoryDescriptor::doMap\`). A comparison of the whole word fails though all is well.`,
  examples: {
    bad: [
      {
        title: 'Compared with what was passed',
        source: `bool FrameGrabber::isPlain(IOMemoryMap *map)
{
    bool plain = false;
    if (map->getMapOptions() == kIOMapAnywhere)
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: getMapOptions() is more than what was passed
        plain = true;
    return plain;
}
`,
      },
    ],
    good: [
      {
        title: 'One bit',
        source: `bool FrameGrabber::isReadOnly(IOMemoryMap *map)
{
    if (map->getMapOptions() & kIOMapReadOnly)
        return true;
    return false;
}
`,
      },
      {
        title: 'Nothing at all',
        source: `bool FrameGrabber::isDefault(IOMemoryMap *map)
{
    if (map->getMapOptions() == 0)
        return true;
    return false;
}
`,
      },
    ],
  },
};
