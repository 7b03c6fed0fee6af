import type { EntryPointItem } from '../server/protocol';

/** The function that maps memory around a line, which counts from 1. */
export function entryAround(entries: readonly EntryPointItem[], uri: string, line: number): EntryPointItem | undefined {
  return entries.findLast((entry) => entry.uri === uri && entry.line <= line && line <= entry.lastLine);
}

/** What the table of mappings at the cursor says where there is nothing to run. */
export function whyNothing(
  document: { readonly name: string; readonly readable: boolean } | undefined,
  entriesOfFile: readonly EntryPointItem[],
): { readonly title: string; readonly hint: string } {
  if (!document?.readable)
    return {
      title: 'No driver source in front',
      hint: 'Open a C or C++ source or a scenario (*.iomap), and put the cursor into a function that maps memory.',
    };
  if (entriesOfFile.length === 0)
    return {
      title: `No function of ${document.name} maps memory`,
      hint: 'The table follows the cursor in functions that call createMappingInTask(), map() or one of their relatives.',
    };
  const names = entriesOfFile.slice(0, 3).map((entry) => entry.function.slice(entry.function.lastIndexOf(':') + 1));
  const more = entriesOfFile.length > 3 ? ` and ${entriesOfFile.length - 3} more` : '';
  return {
    title: 'The cursor is in no function that maps memory',
    hint: `Put it into one of those that do: ${names.join(', ')}${more}.`,
  };
}
