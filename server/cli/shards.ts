import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addStats } from '../features/stats';
import { problemOf } from '../files';
import type { MergeCommand } from './arguments';
import { report, tellProblems } from './report';
import type { Inputs, Outcome, Reporter } from './report';

/** One part of a check, as `check --shard` prints it. */
export interface Shard {
  /** Of MapLens. */
  readonly version: string;
  /** The same for all parts of one check: made of the texts and of what is asked. */
  readonly run: string;
  /** From 1 on. */
  readonly part: number;
  readonly of: number;
  readonly inputs: Inputs;
  readonly outcome: Outcome;
}

/** A shard's file: JSON with a sum over it, so that what is read is what was written. */
export function shardText(shard: Shard): string {
  return `${JSON.stringify({ maplensShard: shard, sum: sumOf(shard) })}\n`;
}

/** Runs `maplens merge`: reports what the parts found as the whole check would have; yields the exit code. */
export async function runMerge({ files, ...options }: MergeCommand, reporter: Reporter): Promise<number> {
  const shards = new Map<string, Shard>();
  const wrong = (message: string): number => {
    reporter.terminal.error(message);
    return 2;
  };
  for (const file of new Set(files)) {
    const shard = await readShard(resolve(reporter.from, file));
    if (typeof shard === 'string') return wrong(`${file}: ${shard}`);
    const problem = unfit(shard, shards, reporter.version);
    if (problem !== undefined) return wrong(`${file}: ${problem}`);
    shards.set(file, shard);
  }
  const parts = [...shards.values()].sort((a, b) => a.part - b.part);
  const { of, inputs } = parts[0]!;
  for (let part = 1; part <= of; part++)
    if (parts[part - 1]?.part !== part) return wrong(`shard ${String(part)}/${String(of)} is missing`);
  tellProblems(inputs, reporter.terminal);
  const outcome: Outcome = {
    found: parts
      .flatMap(({ outcome }) => outcome.found)
      .toSorted(({ finding: a }, { finding: b }) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
    stats: parts.map(({ outcome }) => outcome.stats).reduce((sum, each) => sum && each && addStats(sum, each)),
  };
  return report(inputs, outcome, options, reporter);
}

/** Why a shard doesn't go with those that were read before it, in one line. */
function unfit(shard: Shard, others: ReadonlyMap<string, Shard>, version: string): string | undefined {
  if (shard.version !== version) return `is of MapLens ${shard.version}, and this is ${version}`;
  for (const [name, other] of others) {
    if (other.of !== shard.of) return `is shard ${nameOf(shard)}, and ${name} is ${nameOf(other)}`;
    if (other.run !== shard.run) return `is of another check than ${name}: its sources or options differ`;
    if (other.part === shard.part) return `is shard ${nameOf(shard)}, as is ${name}`;
  }
  return undefined;
}

function nameOf({ part, of }: Shard): string {
  return `${String(part)}/${String(of)}`;
}

/** A shard, or why the file is none in one line. */
async function readShard(path: string): Promise<Shard | string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return problemOf(path, error).message;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isWhole(value)) return value.maplensShard;
  } catch {
    // Told below, like JSON that is no shard.
  }
  return 'is no whole shard; "maplens check --shard" writes one';
}

function isWhole(value: unknown): value is { readonly maplensShard: Shard } {
  if (typeof value !== 'object' || value === null || !('maplensShard' in value) || !('sum' in value)) return false;
  return value.sum === sumOf(value.maplensShard);
}

function sumOf(shard: unknown): string {
  return createHash('sha256').update(JSON.stringify(shard)).digest('hex');
}
