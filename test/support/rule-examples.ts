import type { Fix } from '../../server/features/service';

/** What surrounds every example: the class that its functions belong to. */
export const surroundings = `#include <IOKit/IOMemoryDescriptor.h>
class FrameGrabber : public IOService {
    IOMemoryMap *fMap;
    IOMemoryDescriptor *fMemory;
    OSArray *fMaps;
    IOVirtualAddress fRegisters;
    UInt64 fLength;
    UInt32 fCount;
    void free() override { OSSafeReleaseNULL(fMap); OSSafeReleaseNULL(fMemory); IOService::free(); }
};
`;

/** The text with all edits of a fix made. */
export function applyFix(text: string, { edits }: Fix): string {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = (line: number, column: number): number => starts[line - 1]! + column - 1;
  return edits
    .toSorted((a, b) => b.line - a.line || b.column - a.column)
    .reduce(
      (result, edit) =>
        result.slice(0, offset(edit.line, edit.column)) +
        edit.text +
        result.slice(offset(edit.endLine, edit.endColumn)),
      text,
    );
}
