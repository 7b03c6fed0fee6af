import type { RuleDescription } from './rule';

export const missingReason =
  'The suppression gives no reason, so it suppresses nothing\n' +
  'Write after two dashes why the code is right as it is: // maplens-ignore-next-line RULE -- reason';

/** A comment that should suppress a finding and does not say why. */
export const suppressionWithoutReason: RuleDescription = {
  id: 'suppression-without-reason',
  title: 'A suppression gives no reason',
  severity: 'warning',
  confidence: 'certain',
  semantics: [],
  explanation: `A suppression says that somebody looked at a finding and knows better. Who reads the code later must be able to
tell why, so a suppression without a reason suppresses nothing.

Write the reason after two dashes: \`// maplens-ignore-next-line leaked-reference -- freed with the pool\`.`,
  examples: {
    bad: [
      {
        title: 'No reason, so the finding is reported as well',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    // maplens-ignore-next-line no-address
    // ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: The suppression gives no reason, so it suppresses nothing
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
//                                              ^^^^^^^^^^^^^^ error(no-address): The mapping is asked for at address 0: kIOMapAnywhere is missing
}
`,
      },
      {
        title: 'The place for a reason is still empty',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    // maplens-ignore-next-line no-address -- <reason>
    // ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: The suppression gives no reason, so it suppresses nothing
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
//                                              ^^^^^^^^^^^^^^ error(no-address): The mapping is asked for at address 0: kIOMapAnywhere is missing
}
`,
      },
    ],
    good: [
      {
        title: 'A reason',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    // maplens-ignore-next-line no-address -- this call is meant to fail: it tests the error path
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}
`,
      },
    ],
  },
};
