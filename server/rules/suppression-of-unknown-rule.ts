import type { RuleDescription } from './rule';

/** The message about a name that is no rule's; '' where none is given. */
export function unknownRule(id: string): string {
  const what = id === '' ? 'The suppression names no rule' : `There is no rule '${id}' to suppress`;
  return `${what}\nA suppression names the rules that it is for, as findings show them in brackets, and suppresses nothing else.`;
}

/** The message about a comment such as `maplens-ignore-file`. */
export function unknownSuppression(word: string): string {
  return (
    `There is no '${word}'\n` +
    'There are maplens-ignore at the end of a line, maplens-ignore-next-line above one, and maplens-ignore-function ' +
    'before a function.'
  );
}

/** A comment that should suppress something, but names nothing that there is. */
export const suppressionOfUnknownRule: RuleDescription = {
  id: 'suppression-of-unknown-rule',
  title: 'A suppression names no rule that there is',
  severity: 'warning',
  confidence: 'certain',
  semantics: [],
  explanation: `A comment such as \`// maplens-ignore-next-line leaked-reference -- reason\` names the rules that it suppresses.
A name that is misspelt, or that no rule has any more, suppresses nothing.

Write the rule's name as the finding shows it in brackets; \`maplens rules\` lists them all.`,
  examples: {
    bad: [
      {
        title: 'A misspelt rule',
        source: `UInt64 FrameGrabber::lengthOf(IOMemoryDescriptor *memory)
{
    // maplens-ignore-next-line leaked-referense -- the caller holds it
    //                          ^^^^^^^^^^^^^^^^ warning: There is no rule 'leaked-referense' to suppress
    return memory->getLength();
}
`,
      },
      {
        title: 'No rule at all',
        source: `UInt64 FrameGrabber::lengthOf(IOMemoryDescriptor *memory)
{
    return memory->getLength(); // maplens-ignore -- fine
    //                             ^^^^^^^^^^^^^^^^^^^^^^ warning: The suppression names no rule
}
`,
      },
      {
        title: 'A kind of suppression that there is not',
        source: `// maplens-ignore-file leaked-reference -- all of this is old
// ^^^^^^^^^^^^^^^^^^^ warning: There is no 'maplens-ignore-file'
UInt64 FrameGrabber::lengthOf(IOMemoryDescriptor *memory)
{
    return memory->getLength();
}
`,
      },
    ],
    good: [
      {
        title: 'A rule’s own name',
        source: `IOMemoryMap *FrameGrabber::expose(IOMemoryDescriptor *memory, task_t task)
{
    // maplens-ignore-next-line no-address -- this call is meant to fail: it tests the error path
    return memory->createMappingInTask(task, 0, kIOMapReadOnly);
}
`,
      },
      {
        title: 'A comment or a string that only speaks of suppressions',
        source: `// Never write maplens-ignore-next-line nothing here.
const char *FrameGrabber::text()
{
    return "// maplens-ignore-next-line nothing";
}
`,
      },
    ],
  },
};
