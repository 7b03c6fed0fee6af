import { createService } from '../../server/features/create-service';
import type { Finding } from '../../server/features/service';
import { Workspace } from '../../server/workspace/workspace';

/** What analyzers say of a text, and what a text says that they should. */

export interface Warning {
  readonly line: number;
  readonly message: string;
}

/** Sources by name. */
export type Sources = ReadonlyMap<string, string>;

/** What MapLens finds in all of some sources. */
export function findingsIn(sources: Sources): readonly Finding[] {
  const service = createService();
  for (const [name, text] of sources) service.setFile(name, text);
  return [...sources.keys()].flatMap((name) => service.diagnose(name));
}

/** The warnings that a text in the manner of clang's -verify expects; those of debugging checkers are left out. */
export function expectedWarnings(text: string): readonly Warning[] {
  return marked(text, 'warning').filter(({ message }) => message !== 'TRUE' && message !== 'FALSE');
}

function marked(text: string, kind: string): readonly Warning[] {
  const mark = new RegExp(String.raw`expected-${kind}(?:-re)?\s*(?:@([+-]\d+))?\s*\{\{(.*?)\}\}`, 'g');
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(mark)].map((match) => ({ line: index + 1 + Number(match[1] ?? 0), message: match[2]! })),
    );
}

export const kinds = {
  leak: 'leak',
  release: 'release of a reference that is not owned',
  use: 'use after the release',
  free: 'free() of an object that others may hold',
  answer: 'a name that promises a reference, which is not there',
} as const;

export type Kind = keyof typeof kinds;

/** The kind of clang's retain-count warning that a message is. */
export function kindOf(message: string): Kind | undefined {
  if (message.startsWith('Potential leak')) return 'leak';
  if (message.startsWith('Incorrect decrement')) return 'release';
  if (message.startsWith('Reference-counted object is used after')) return 'use';
  if (message.startsWith("'free' called")) return 'free';
  return message.startsWith('Object with a +0 retain count returned') ? 'answer' : undefined;
}

export interface Comparison {
  readonly found: readonly Warning[];
  readonly missed: readonly Warning[];
  readonly extra: readonly Warning[];
}

/**
 * Pairs what is expected with what was found. A warning is found on its line; a leak, which clang's test expects where
 * the last pointer ends, also where the reference was taken or the path ends in the same function, or in a function
 * that the expected path leads through ("Calling 'f'").
 */
export function compare(text: string, found: readonly Warning[]): Comparison {
  const expected = expectedWarnings(text);
  const left = [...found];
  const take = (fits: (warning: Warning) => boolean): boolean => {
    const index = left.findIndex(fits);
    if (index < 0) return false;
    left.splice(index, 1);
    return true;
  };
  const exact = new Set(expected.filter((wanted) => take(({ line }) => line === wanted.line)));
  const places = functionsOf(text);
  const notes = marked(text, 'note');
  const loose = expected.filter((wanted) => {
    if (exact.has(wanted) || kindOf(wanted.message) !== 'leak') return false;
    const own = places.find((place) => place.first <= wanted.line && wanted.line <= place.last);
    if (!own) return false;
    const called = notes
      .filter(({ line }) => own.first <= line && line <= wanted.line)
      .flatMap(({ message }) => /^Calling '(.*)'$/.exec(message)?.[1] ?? []);
    return [own, ...places.filter(({ name }) => called.includes(name))].some(({ first, last }) =>
      take(({ line }) => first <= line && line <= last),
    );
  });
  const all = new Set([...exact, ...loose]);
  return {
    found: expected.filter((wanted) => all.has(wanted)),
    missed: expected.filter((wanted) => !all.has(wanted)),
    extra: left,
  };
}

function functionsOf(text: string): readonly { name: string; first: number; last: number }[] {
  const workspace = new Workspace();
  workspace.setFile('test.cpp', text);
  workspace.readAll();
  const { lines } = workspace.readFiles()[0]!;
  return workspace.functions('test.cpp').map(({ qualifiedName, entry: { chunk } }) => ({
    name: qualifiedName,
    first: lines.position(chunk.start).line,
    last: lines.position(chunk.end).line,
  }));
}
