import type { Event, Report } from '../symbolic/events';
import { eachPart } from '../symbolic/values';
import type { Value } from '../symbolic/values';
import { answerOf } from './calls';
import type { Rule } from './rule';

function check(event: Event): Report | undefined {
  if (event.kind !== 'condition') return undefined;
  let asked: Value | undefined;
  eachPart(event.value, (part) => {
    asked ??= answerOf(part, 'getRetainCount');
  });
  if (!asked || !/Memory/.test(event.classOf(asked) ?? '')) return undefined;
  return {
    at: event.at,
    about: event.at,
    message:
      'A retain count says nothing about who uses the object\n' +
      'The descriptor holds its maps, so a map that one caller has counts 2; and others may retain or release at any ' +
      'time. Release your own reference, and keep count of your own users if you have to.',
  };
}

/** A branch that hangs on the retain count of a map or descriptor. */
export const retainCountLogic: Rule = {
  id: 'retain-count-logic',
  title: 'A decision by getRetainCount()',
  severity: 'info',
  confidence: 'certain',
  semantics: ['J16'],
  check,
  explanation: `A memory descriptor keeps its maps in a set, with a reference (xnu \`IOMemoryDescriptor.cpp\`,
\`IOMemoryDescriptor::addMapping\`, \`IOMemoryMap::taggedRelease\`): the count of a map with one owner is 2. Maps are shared, and
the kernel retains objects for its own purposes. A comparison with any number is right by accident.`,
  examples: {
    bad: [
      {
        title: 'Am I the last one?',
        source: `void FrameGrabber::dropMap(IOMemoryMap *map)
{
    if (map->getRetainCount() == 1)
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^ info: A retain count says nothing about who uses the object
        fCount = 0;
    map->release();
}
`,
      },
    ],
    good: [
      {
        title: 'For the log',
        source: `void FrameGrabber::logMap(IOMemoryMap *map)
{
    IOLog("%d references", map->getRetainCount());
    map->release();
}
`,
      },
      {
        title: 'Of something else than memory',
        source: `void FrameGrabber::logArray(OSArray *maps, IOMemoryMap *map)
{
    if (maps->getRetainCount() > 1)
        fLength = map->getLength();
}
`,
      },
    ],
  },
};
