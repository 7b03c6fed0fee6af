import type { RuleDescription } from './rule';

/** The message about a suppression of `rule` that nothing needs. */
export function needlessSuppression(rule: string, kind: 'line' | 'next-line' | 'function'): string {
  return (
    `The suppression of ${rule} is not needed: ${place(kind)}\n` +
    'It may have stayed behind when the code changed, and would hide the next mistake. Remove it, or put it where the ' +
    'finding is.'
  );
}

function place(kind: 'line' | 'next-line' | 'function'): string {
  switch (kind) {
    case 'line':
      return 'its line has no such finding';
    case 'next-line':
      return 'the next line has no such finding';
    case 'function':
      return 'it stands before no function with such a finding';
    default:
      return kind satisfies never;
  }
}

/** A comment that suppresses what is not found there. */
export const unusedSuppression: RuleDescription = {
  id: 'unused-suppression',
  title: 'A suppression is not needed',
  severity: 'warning',
  confidence: 'certain',
  semantics: [],
  fix: 'takes the comment out, or the rule out of it',
  explanation: `A suppression that matches no finding hides the next mistake of its kind in that place. It stays behind when the code
is mended, or it stands in the wrong place: \`maplens-ignore\` is for its own line, \`maplens-ignore-next-line\` for the next
line with code, \`maplens-ignore-function\` for the function that it stands before or in whose head it stands.

Remove it, or put it where the finding is. In code that an \`#if\` may leave out nothing is said.`,
  examples: {
    bad: [
      {
        title: 'The mistake is mended, the suppression stayed',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    // maplens-ignore-next-line no-address -- this call is meant to fail: it tests the error path
    //                          ^^^^^^^^^^ warning: The suppression of no-address is not needed: the next line has no such finding
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);
}
`,
      },
      {
        title: 'One of two rules is not needed',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    /* maplens-ignore-next-line no-address, leaked-reference -- this call is meant to fail */
    //                                      ^^^^^^^^^^^^^^^^ warning: The suppression of leaked-reference is not needed: the next line has no such finding
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}
`,
      },
      {
        title: 'In a function, but not before it',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    // maplens-ignore-function no-address -- this call is meant to fail
    //                         ^^^^^^^^^^ warning: The suppression of no-address is not needed: it stands before no function with such a finding
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
//                                              ^^^^^^^^^^^^^^ error(no-address): The mapping is asked for at address 0: kIOMapAnywhere is missing
}
`,
      },
    ],
    good: [
      {
        title: 'At the end of the line, and for a whole function',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapReadOnly); // maplens-ignore no-address -- meant to fail
}

// maplens-ignore-function no-address -- tests of the error path
IOMemoryMap *FrameGrabber::exposeAgain(IOMemoryDescriptor *memory, task_t task)
{
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}

IOMemoryMap *FrameGrabber::exposeOnce(IOMemoryDescriptor *memory, task_t task) // maplens-ignore-function no-address -- as above
{
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}
`,
      },
      {
        title: 'Code that some builds leave out',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
#if OLD_SYSTEM
    // maplens-ignore-next-line no-address -- 10.6 places it itself
    return memory->createMappingInTask(task, 0, kIOMapAnywhere);
#else
    return memory->createMappingInTask(task, 0, kIOMapAnywhere | kIOMapReadOnly);
#endif
}
`,
      },
    ],
  },
};
