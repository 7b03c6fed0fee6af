import { successors } from '../ir/build';
import type { BlockId, Expr, Function, Place, Temp } from '../ir/types';
import { collectExpr } from './liveness';
import type { Span } from './span';

/** What decides whether a place in a function is reached, once the function runs. */
export interface Deciders {
  /** Fields and globals, by name. */
  readonly names: ReadonlySet<string>;
  /** Something else too: a parameter, or what a call answers. */
  readonly others: boolean;
}

/** Of the call at a span: what the branches ask of which one side only leads there. */
export function decidersOf(fn: Function, at: Span): Deciders {
  const names = new Set<string>();
  let others = false;
  const seen = new Set<string>();
  const look = (expr: Expr): void => {
    const uses = { locals: new Set<number>(), temps: new Set<Temp>(), names: new Set<string>() };
    collectExpr(expr, uses);
    for (const name of uses.names) if (name !== '') names.add(name);
    for (const temp of uses.temps) once(`t${temp}`, () => ofTemp(temp));
    for (const local of uses.locals) once(`l${local}`, () => ofLocal(local));
  };
  const once = (key: string, run: () => void): void => {
    if (seen.has(key)) return;
    seen.add(key);
    run();
  };
  const ofTemp = (temp: Temp): void => {
    for (const { instructions } of fn.blocks)
      for (const each of instructions) {
        if (each.op === 'set' && each.temp === temp) look(each.value);
        if ((each.op === 'call' || each.op === 'new') && each.temp === temp) others = true;
      }
  };
  const ofLocal = (local: number): void => {
    if (local < fn.parameters) others = true;
    for (const { instructions } of fn.blocks)
      for (const each of instructions) if (each.op === 'store' && isLocal(each.place, local)) look(each.value);
  };
  for (const target of blocksOf(fn, at))
    fn.blocks.forEach(({ terminator }, id) => {
      const ways = successors(terminator);
      if (ways.length < 2) return;
      const leading = ways.filter((way) => reaches(fn, way, target, id));
      if (leading.length === 0 || leading.length === ways.length) return;
      if (terminator.op === 'branch') look(terminator.condition);
      else if (terminator.op === 'switch') look(terminator.value);
    });
  return { names, others };
}

/** Whether one place in a function comes before another on every path that has both. */
export function precedes(fn: Function, first: Span, second: Span): boolean {
  const [from, to] = [placesOf(fn, first), placesOf(fn, second)];
  const leads = (a: PlaceInCode, b: PlaceInCode): boolean =>
    (a.block === b.block && a.index < b.index) ||
    successors(fn.blocks[a.block]!.terminator).some((next) => reaches(fn, next, b.block, -1));
  return from.some((a) => to.some((b) => leads(a, b))) && !from.some((a) => to.some((b) => leads(b, a)));
}

interface PlaceInCode {
  readonly block: BlockId;
  readonly index: number;
}

function placesOf(fn: Function, { start, end }: Span): readonly PlaceInCode[] {
  return fn.blocks.flatMap(({ instructions }, block) =>
    instructions.flatMap(({ span }, index) => (span.start === start && span.end === end ? [{ block, index }] : [])),
  );
}

function isLocal(place: Place, local: number): boolean {
  return place.kind === 'local' && place.local === local;
}

function blocksOf(fn: Function, at: Span): readonly BlockId[] {
  return fn.blocks.flatMap(({ instructions }, id) =>
    instructions.some(({ span }) => span.start === at.start && span.end === at.end) ? [id] : [],
  );
}

/** Whether a block leads to another without another round through `without`. */
function reaches(fn: Function, from: BlockId, to: BlockId, without: BlockId): boolean {
  const seen = new Set([without]);
  const pending = [from];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    const block = fn.blocks[next];
    if (block) pending.push(...successors(block.terminator));
  }
  return false;
}
