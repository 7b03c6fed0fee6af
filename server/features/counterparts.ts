import type { Function } from '../ir/types';
import { creationKey } from '../symbolic/holdings';
import type { Span } from '../symbolic/span';
import type { Workspace } from '../workspace/workspace';
import { absolute, callAt, functionAt } from './code-at';
import type { FunctionAt } from './code-at';
import { fieldPlaces } from './field-places';
import type { Insight } from './insight';
import { insightOf, spanKey } from './insight';
import { rangeOf } from './positions';
import type { CodePlace, Counterparts } from './service';
import { SymbolicProgram } from './symbolic-program';
import type { Occurrence } from './variable-at';
import { occurrenceAt, occurrencesIn } from './variable-at';
import { factsAfter, factsBefore } from './variable-state';

const none: Counterparts = { creations: [], releases: [] };
const isWordPart = /[A-Za-z0-9_]/;

/**
 * Where the object is made that a variable at a place holds, or that a call there makes or gives up, and where it is
 * given up: in the function, and of what a field holds in the whole class.
 */
export function counterpartsAt(workspace: Workspace, path: string, line: number, column: number): Counterparts {
  const file = workspace.file(path);
  if (!file) return none;
  const offset = file.lines.offset(line, column);
  const within = functionAt(workspace, path, offset);
  if (!within) return none;
  const found = new Finder(workspace, within);
  return found.ofVariable(offset) ?? found.ofCall(offset) ?? none;
}

class Finder {
  readonly #program: SymbolicProgram;
  readonly #path: string;

  constructor(
    private readonly workspace: Workspace,
    private readonly within: FunctionAt,
  ) {
    this.#path = within.file.path;
    this.#program = new SymbolicProgram(workspace, this.#path);
  }

  ofVariable(offset: number): Counterparts | undefined {
    const { text } = this.within.file;
    let start = offset;
    let end = offset;
    while (start > 0 && isWordPart.test(text[start - 1]!)) start--;
    while (end < text.length && isWordPart.test(text[end]!)) end++;
    const at = offset - this.within.start;
    const found = occurrenceAt(this.within.variants, this.#program, at, text.slice(start, end));
    if (!found) return undefined;
    const { root, first, last } = found;
    return this.#ofOccurrence(root, first, last);
  }

  #ofOccurrence(root: Function, first: Occurrence, last: Occurrence): Counterparts | undefined {
    const insight = insightOf(this.workspace, this.#path, root);
    const points = [
      first.written ? undefined : factsBefore(insight, first),
      last.written ? factsAfter(insight, last) : undefined,
    ];
    const keys = new Set(
      points.flatMap((facts) =>
        (facts?.held.get(first.variable.key) ?? []).flatMap(({ object }) => (object && creationKey(object)) ?? []),
      ),
    );
    return this.#places(root, insight, keys, [first]);
  }

  /** Of a call that makes an object, that one; else the one that it is called on. */
  ofCall(offset: number): Counterparts | undefined {
    const call = callAt(this.workspace, this.within, offset);
    if (!call) return undefined;
    const insight = insightOf(this.workspace, this.#path, call.fn);
    const key = spanKey(call.call.span);
    const makes = [...insight.holdings.values()].some((recorder) => recorder.makes(key));
    if (makes) return this.#places(call.fn, insight, new Set([key]), []);
    const receiver = call.call.callee.kind === 'method' ? call.call.callee.receiver.span : undefined;
    const through =
      receiver && [...occurrencesIn(call.fn, this.#program)].find(({ span }) => spanKey(span) === spanKey(receiver));
    return through && this.#ofOccurrence(call.fn, through, through);
  }

  #places(
    fn: Function,
    insight: Insight,
    keys: ReadonlySet<string>,
    variables: readonly Occurrence[],
  ): Counterparts | undefined {
    const made: Span[] = [];
    const given: Span[] = [];
    for (const { object, at } of insight.releases) if (keys.has(creationKey(object) ?? '')) given.push(at);
    for (const key of keys) {
      const [start, end] = key.split(' ').map(Number);
      made.push({ start: start!, end: end! });
    }
    const fields = [...variables, ...this.#holding(fn, insight, keys)].filter(
      ({ variable }) => variable.place.kind === 'field',
    );
    const names = new Set<string>();
    const ofFields = fields.flatMap((each) => {
      if (names.has(each.variable.key)) return [];
      names.add(each.variable.key);
      return fieldPlaces(this.workspace, this.#path, each.fn, each.variable);
    });
    const creations = made.map((span) => this.#place(fn, span));
    const releases = given.map((span) => this.#place(fn, span));
    for (const { kind, ...place } of ofFields) (kind === 'set' ? creations : releases).push(this.#withText(place));
    const known = [creations, releases].some(({ length }) => length > 0);
    return known ? { creations: distinct(creations), releases: distinct(releases) } : undefined;
  }

  /** The fields that take one of these objects. */
  #holding(fn: Function, insight: Insight, keys: ReadonlySet<string>): readonly Occurrence[] {
    return [...occurrencesIn(fn, this.#program)].filter(
      (one) =>
        one.written &&
        factsAfter(insight, one)
          ?.held.get(one.variable.key)
          ?.some(({ object }) => object !== undefined && keys.has(creationKey(object) ?? '')),
    );
  }

  #place(fn: Function, span: Span): CodePlace {
    const { file } = this.within;
    return this.#withText({ file: file.path, ...rangeOf(file, 0, absolute(this.within, span)), name: fn.name });
  }

  #withText(place: Omit<CodePlace, 'text'>): CodePlace {
    const text = this.workspace.file(place.file)?.text.split('\n')[place.line - 1] ?? '';
    return { ...place, text: text.trim() };
  }
}

/** One a line, the first; in the order of files and lines. */
function distinct(places: readonly CodePlace[]): readonly CodePlace[] {
  const seen = new Set<string>();
  return places
    .filter(({ file, line }) => {
      const key = `${file} ${line}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
