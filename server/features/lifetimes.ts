import type { Function } from '../ir/types';
import type { PointFacts } from '../symbolic/holdings';
import type { Span } from '../symbolic/span';
import type { ObjectState } from '../symbolic/state';
import type { SourceFile } from '../workspace/source-file';
import type { Workspace } from '../workspace/workspace';
import type { Insight } from './insight';
import { insightOf } from './insight';
import { rangeOf } from './positions';
import type { Lifetimes, LifetimeTrack, ReleasedVariable } from './service';
import { SymbolicProgram } from './symbolic-program';
import { occurrencesIn } from './variable-at';
import { factsBefore, lifeOf } from './variable-state';

/** How maps live in the functions that some lines (1-based, both inclusive) touch, and which variables dangle there. */
export function lifetimesOf(workspace: Workspace, path: string, firstLine: number, lastLine: number): Lifetimes {
  const tracks: LifetimeTrack[] = [];
  const released = new Map<string, ReleasedVariable>();
  const file = workspace.file(path);
  if (!file || file.mentions === 'nothing') return { tracks, released: [] };
  const program = new SymbolicProgram(workspace, path);
  for (const { entry, variants } of workspace.mappingFunctions(path)) {
    const { start, end } = entry.chunk;
    const [fn] = variants;
    if (!fn || file.lines.position(end).line < firstLine || file.lines.position(start).line > lastLine) continue;
    const insight = insightOf(workspace, path, fn);
    if (!insight.complete) continue;
    const isMap = (object: ObjectState): boolean =>
      object.class !== undefined && program.isA(object.class, 'IOMemoryMap');
    for (const one of withClosures(fn)) tracks.push(...tracksIn(file, start, one, insight, isMap));
    for (const one of danglingIn(file, start, fn, insight, program)) {
      const key = `${one.line} ${one.column}`;
      if (!released.has(key)) released.set(key, one);
    }
  }
  return {
    tracks: tracks.toSorted((a, b) => a.line - b.line),
    released: [...released.values()].toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}

function* withClosures(fn: Function): Iterable<Function> {
  yield fn;
  for (const closure of fn.closures) yield* withClosures(closure);
}

type TrackLife = LifetimeTrack['segments'][number]['life'];

/** What the paths say of one object on one line. */
interface LineLives {
  readonly lives: Set<TrackLife>;
  /** On some paths there is none. */
  absent: boolean;
}

function tracksIn(
  file: SourceFile,
  start: number,
  fn: Function,
  insight: Insight,
  isMap: (object: ObjectState) => boolean,
): readonly LifetimeTrack[] {
  const lineOf = (span: Span): number => file.lines.position(start + span.start).line;
  const codeLines = new Set<number>();
  const objects = new Map<string, { readonly object: ObjectState; readonly lines: Map<number, LineLives> }>();
  for (const [line, facts] of linesOf(fn, insight, lineOf)) {
    codeLines.add(line);
    for (const [key, { states, seen }] of facts?.objects ?? []) {
      const maps = states.filter(isMap);
      const [first] = maps;
      if (!first) continue;
      const track = objects.get(key) ?? { object: first, lines: new Map<number, LineLives>() };
      objects.set(key, track);
      const here = track.lines.get(line) ?? { lives: new Set<TrackLife>(), absent: false };
      track.lines.set(line, here);
      for (const each of maps) {
        const life = lifeOf(each);
        if (life !== 'unknown') here.lives.add(life);
      }
      here.absent ||= seen < facts!.states;
    }
  }
  return [...objects].flatMap(([key, { object, lines }]) => {
    const segments = segmentsOf(lines, codeLines);
    const [first] = segments;
    if (!first || !object.creation) return [];
    const ends = insight.releases.filter((each) => keyOf(each.object) === key).map(({ at }) => lineOf(at));
    const name = object.variable ?? object.creation.call;
    return [{ name, line: lineOf(object.creation.span), segments, ends: [...new Set(ends)].sort((a, b) => a - b) }];
  });
}

function keyOf({ creation }: ObjectState): string | undefined {
  return creation && `${creation.span.start} ${creation.span.end}`;
}

/** For each line of each block, what is known after its last instruction there. */
function* linesOf(
  fn: Function,
  insight: Insight,
  lineOf: (span: Span) => number,
): Iterable<readonly [line: number, facts: PointFacts | undefined]> {
  const recorder = insight.holdings.get(fn);
  for (const [id, { instructions, terminator }] of fn.blocks.entries()) {
    const after = new Map<number, number>();
    for (const [index, { op, span }] of instructions.entries())
      if (op !== 'begin' && op !== 'end') after.set(lineOf(span), index + 1);
    if (terminator.op === 'return' || terminator.op === 'branch' || terminator.op === 'switch')
      after.set(lineOf(terminator.op === 'branch' ? terminator.condition.span : terminator.span), instructions.length);
    for (const [line, index] of after) yield [line, recorder?.at(id, index) ?? recorder?.at(id, index - 1)];
  }
}

/** Lines without code go on as the line before. */
function segmentsOf(
  lines: ReadonlyMap<number, LineLives>,
  codeLines: ReadonlySet<number>,
): readonly LifetimeTrack['segments'][number][] {
  const numbers = [...lines.keys()];
  const segments: { line: number; endLine: number; life: TrackLife }[] = [];
  let open: (typeof segments)[number] | undefined;
  for (let line = Math.min(...numbers); line <= Math.max(...numbers); line++) {
    const here = lines.get(line);
    const life = here ? lifeOn(here) : codeLines.has(line) ? undefined : open?.life;
    if (life !== undefined && open?.life === life) open.endLine = line;
    else {
      open = life === undefined ? undefined : { line, endLine: line, life };
      if (open) segments.push(open);
    }
  }
  return segments;
}

function lifeOn({ lives, absent }: LineLives): TrackLife | undefined {
  if (lives.size === 0) return undefined;
  if (lives.size === 1 && lives.has('released')) return 'released';
  return lives.size === 1 && lives.has('live') && !absent ? 'live' : 'maybe';
}

/** The places where a function reads a variable whose object was released: on all paths, or on some. */
function* danglingIn(
  file: SourceFile,
  start: number,
  fn: Function,
  insight: Insight,
  program: SymbolicProgram,
): Iterable<ReleasedVariable> {
  for (const one of occurrencesIn(fn, program)) {
    if (one.written) continue;
    const held = factsBefore(insight, one)?.held.get(one.variable.key) ?? [];
    const dead = held.flatMap(({ object }) => (object && lifeOf(object) === 'released' ? object : []));
    const [first] = dead;
    if (!first?.releasedAt) continue;
    const range = rangeOf(file, start, one.span);
    const text = file.text.slice(start + one.span.start, start + one.span.end);
    if (!text.endsWith(one.variable.name)) continue;
    yield {
      ...range,
      name: one.variable.name,
      always: dead.length === held.length,
      releasedLine: file.lines.position(start + first.releasedAt.start).line,
    };
  }
}
