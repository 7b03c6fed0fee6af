import { bitFamilies, mapsContract } from '../api/attributes';
import { typeName } from '../concrete/values';
import type { Type } from '../ir/types';
import type { CallFacts } from '../symbolic/events';
import { argumentWith, optionsOf } from '../rules/calls';
import type { Holding, PointFacts } from '../symbolic/holdings';
import { creationKey } from '../symbolic/holdings';
import type { Span } from '../symbolic/span';
import type { ObjectState } from '../symbolic/state';
import { allocation, handedOver, isDead, isOwned } from '../symbolic/state';
import { knownBits } from '../symbolic/values';
import type { Workspace } from '../workspace/workspace';
import type { FunctionAt } from './code-at';
import { fieldPlaces } from './field-places';
import type { Insight } from './insight';
import { insightOf } from './insight';
import { readOptions } from './option-words';
import { SymbolicProgram } from './symbolic-program';
import type { Occurrence } from './variable-at';
import { occurrenceAt } from './variable-at';

/** What is known of an object on a path, as far as it can be told. */
export type Life = 'live' | 'maybe' | 'released' | 'unknown';

/** Whether the object is there. 'maybe': this function gave its reference up, and others may have one. */
export function lifeOf(object: ObjectState): Life {
  if (object.doubtful || object.escaped) return 'unknown';
  if (isDead(object)) return 'released';
  if (object.releasedAt !== undefined) return object.kept ? 'maybe' : 'unknown';
  if (object.origin === 'created') return object.owed > 0 || object.managed ? 'live' : 'unknown';
  return object.origin === 'foreign' && object.owed > 0 && object.retained ? 'live' : 'unknown';
}

/** A variable's hover: what it holds here, where that was made and is given up. Undefined where nothing is known. */
export function variableHover(
  workspace: Workspace,
  within: FunctionAt,
  offset: number,
  word: string,
): { readonly span: Span; readonly markdown: string } | undefined {
  const program = new SymbolicProgram(workspace, within.file.path);
  const found = occurrenceAt(within.variants, program, offset - within.start, word);
  if (!found) return undefined;
  const { root, first, last } = found;
  const insight = insightOf(workspace, within.file.path, root);
  const teller = new Teller(workspace, within, insight);
  const parts = [...teller.states(first, last), ...teller.origin(first, last)];
  if (first.variable.place.kind === 'field') parts.push(...teller.field(first));
  if (parts.length === 0) return undefined;
  const declared = `\`\`\`cpp\n${declaration(first.variable.place.type, word)}\n\`\`\``;
  return { span: first.span, markdown: [declared, ...parts].join('\n\n') };
}

/** What is known after an instruction; before it where no path goes on. */
export function factsAfter(insight: Insight, { fn, block, index }: Occurrence): PointFacts | undefined {
  const recorder = insight.holdings.get(fn);
  return insight.complete ? recorder?.at(block, index + 1) : undefined;
}

export function factsBefore(insight: Insight, { fn, block, index }: Occurrence): PointFacts | undefined {
  return insight.complete ? insight.holdings.get(fn)?.at(block, index) : undefined;
}

class Teller {
  constructor(
    private readonly workspace: Workspace,
    private readonly within: FunctionAt,
    private readonly insight: Insight,
  ) {}

  /** What the variable holds, and after a call or a macro what it holds then. */
  states(first: Occurrence, last: Occurrence): readonly string[] {
    const isMacro = first !== last;
    const before = first.written ? [] : this.#words(factsBefore(this.insight, first), first);
    const changes = first.written || last.written || last.call;
    const after = changes ? this.#words(factsAfter(this.insight, last), last) : [];
    if (before.length === 0) return list(first.written && !isMacro ? 'Here' : 'After this', after);
    if (after.length === 0 || after.join() === before.join()) return list('Here', before);
    return [...list('Here', before), ...list('After this', after)];
  }

  #words(facts: PointFacts | undefined, { fn, variable }: Occurrence): readonly string[] {
    const held = facts?.held.get(variable.key) ?? [];
    const recorder = this.insight.holdings.get(fn);
    return words(held, {
      line: (span) => this.#line(span),
      holders: (object) => recorder?.holders(object) ?? [],
    });
  }

  /** Where what it holds was made, and where the function gives it up. */
  origin(first: Occurrence, last: Occurrence): readonly string[] {
    const points = [factsBefore(this.insight, first), factsAfter(this.insight, last)];
    const objects = points.flatMap((facts) =>
      (facts?.held.get(first.variable.key) ?? []).flatMap(({ object }) => object ?? []),
    );
    const made = new Map<string, ObjectState>();
    for (const object of objects) {
      const key = creationKey(object);
      if (key !== undefined && lifeOf(object) !== 'unknown') made.set(key, object);
    }
    const lines = [...made].flatMap(([key, object]) => this.#madeBy(key, object));
    return lines.length > 0 ? [lines.map((line) => `- ${line}`).join('\n')] : [];
  }

  #madeBy(key: string, object: ObjectState): readonly string[] {
    const { creation } = object;
    if (!creation) return [];
    const { call, span, made } = creation;
    const at = this.#line(span);
    const by =
      call === allocation ? 'Made by `new`' : call === handedOver ? 'Given by the caller' : `Made by \`${call}()\``;
    const lines = [call === handedOver ? by : `${by} at ${at}`];
    const mapping = made && this.#mapping(made);
    if (mapping !== undefined) lines.push(mapping);
    const released = this.insight.releases.filter((each) => creationKey(each.object) === key).map(({ at }) => at);
    if (released.length > 0) lines.push(`Given up at ${this.#lines(released)}`);
    return lines;
  }

  /** "Mapped in kernel_task from `fRing`, `kIOMapAnywhere`". */
  #mapping(made: CallFacts): string | undefined {
    const maps = mapsContract(made.declaration);
    if (!maps) return undefined;
    const { text } = this.within.file;
    const cut = ({ start, end }: Span): string => text.slice(this.within.start + start, this.within.start + end);
    const given = argumentWith(made, 'task');
    const into = maps.task ?? (given && oneLine(cut(given.span)));
    const of = made.receiverSpan && oneLine(cut(made.receiverSpan));
    const options = optionsOf(made, 'kernel_map_options') ?? optionsOf(made, 'driverkit_map_options');
    const bits = options && knownBits(options.value);
    const names = bits
      ? readOptions(this.workspace.api.model, bitFamilies(options.parameter), bits).words.map(({ name }) => name)
      : [];
    const parts = [
      maps.static ? 'Records an address' : into === undefined ? 'A mapping' : `Mapped in \`${into}\``,
      ...(of === undefined || of === '' ? [] : [`from \`${of}\``]),
    ].join(' ');
    return names.length > 0 ? `${parts}: \`${names.join(' | ')}\`` : parts;
  }

  /** What the class does with a field: where it is set, and where it is given up. */
  field({ variable, fn }: Occurrence): readonly string[] {
    const places = fieldPlaces(this.workspace, this.within.file.path, fn, variable);
    const row = (title: string, kind: (typeof places)[number]['kind']): readonly string[] => {
      const found = places.filter((place) => place.kind === kind);
      if (found.length === 0) return [];
      const shown = found.slice(0, 5).map(({ file, line, name }) => `\`${name}\` (${lineLink(file, line)})`);
      return [`- ${title} in ${shown.join(', ')}${found.length > 5 ? ` and ${found.length - 5} more places` : ''}`];
    };
    const rows = [...row('Set', 'set'), ...row('Given up', 'released')];
    return rows.length > 0 ? [['**In the class**', '', ...rows].join('\n')] : [];
  }

  #line(span: Span): string {
    return lineLink(this.within.file.path, this.#number(span));
  }

  #lines(spans: readonly Span[]): string {
    const [first = 0, ...rest] = [...new Set(spans.map((span) => this.#number(span)))].sort((a, b) => a - b);
    const { path } = this.within.file;
    return rest.length === 0
      ? lineLink(path, first)
      : `lines ${[first, ...rest].map((line) => lineLink(path, line, String(line))).join(', ')}`;
  }

  #number({ start }: Span): number {
    return this.within.file.lines.position(this.within.start + start).line;
  }
}

interface Telling {
  line(span: Span): string;
  holders(object: ObjectState): readonly string[];
}

/** What a variable holds over all paths, in words; nothing where a path knows nothing. Equal ones once. */
export function words(held: readonly Holding[], tell: Telling): readonly string[] {
  const told = new Set<string>();
  let silent = false;
  for (const holding of held) {
    const text = wordOf(holding, tell);
    if (text === undefined) silent = true;
    else for (const each of text) told.add(each);
  }
  const all = [...told];
  if (all.length === 0 || (silent && all.join() === 'NULL')) return [];
  return silent ? all.map((text) => `on some paths ${text}`) : all;
}

function wordOf({ object, isNull }: Holding, tell: Telling): readonly string[] | undefined {
  if (isNull === 'yes') return ['NULL'];
  const text = object && stateWords(object, tell);
  if (text === undefined) return undefined;
  return isNull === 'maybe' ? [text, 'NULL'] : [text];
}

function stateWords(object: ObjectState, tell: Telling): string | undefined {
  const { releasedAt, unmappedAt, blockedAt, owed, stored } = object;
  const life = lifeOf(object);
  switch (life) {
    case 'unknown':
      return undefined;
    case 'released':
      return `released at ${tell.line(releasedAt!)}: the pointer dangles`;
    case 'maybe':
      return `its reference given up at ${tell.line(releasedAt!)}; what retains it keeps it`;
    case 'live': {
      const state = unmappedAt
        ? `unmapped at ${tell.line(unmappedAt)}, its address is invalid; the object is live`
        : blockedAt
          ? `live, and redirected to nothing at ${tell.line(blockedAt)}`
          : 'live';
      return `${state}: ${holderWords(object, owed - stored.length, tell.holders(object))}`;
    }
    default: {
      const impossible: never = life;
      return impossible;
    }
  }
}

function holderWords(object: ObjectState, mine: number, holders: readonly string[]): string {
  if (object.managed) return 'a smart pointer gives its reference up';
  if (object.origin === 'foreign' || isOwned(object))
    return `this function has ${mine === 1 ? '1 reference' : `${mine} references`} to give up`;
  const names = holders.filter((name) => name !== '');
  return names.length > 0
    ? `${names.map((name) => `\`${name}\``).join(' and ')} ${names.length === 1 ? 'holds' : 'hold'} its reference`
    : 'its reference is with what it was stored in';
}

function list(title: string, found: readonly string[]): readonly string[] {
  if (found.length === 0) return [];
  if (found.length === 1) return [`**${title}:** ${found[0]!}`];
  return [`**${title}, depending on the path:**\n\n${found.map((each) => `- ${each}`).join('\n')}`];
}

/** A place that VS Code's Markdown goes to, where the file is named by a URI. */
export function lineLink(file: string, line: number, text = `line ${line}`): string {
  return /^[a-z][\w+.-]+:\/\//i.test(file) ? `[${text}](${file}#L${line})` : text;
}

function declaration(type: Type, name: string): string {
  const text = typeName(type);
  return `${text}${/[*&]$/.test(text) ? '' : ' '}${name}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
