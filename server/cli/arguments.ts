import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { machineLayout, unknownMachine } from '../../sim/profiles';
import { isScenario } from '../features/scenarios';
import type { Severity } from '../features/service';
import { isSource } from '../files';
import type { helpTexts } from './help';

export type FailOn = Severity | 'never';

/** How findings are reported. */
export interface ReportOptions {
  readonly format: 'text' | 'json' | 'sarif';
  readonly failOn: FailOn;
  /** Show also what comments in the sources suppress. */
  readonly showSuppressed: boolean;
  /** A file of findings that are known. */
  readonly baseline: string | undefined;
  /** Write such a file. */
  readonly writeBaseline: string | undefined;
}

export interface CheckCommand extends ReportOptions {
  readonly command: 'check';
  readonly paths: readonly string[];
  /** Empty for all rules. */
  readonly rules: readonly string[];
  readonly stats: boolean;
  readonly readAll: boolean;
  /** Run each finding's function along its path. */
  readonly replay: boolean;
  /** How many threads; undefined for as many as pay. */
  readonly jobs: number | undefined;
  /** Only one of several parts, from 1 on, for `merge`. */
  readonly shard: { readonly part: number; readonly of: number } | undefined;
}

/** `maplens merge`: reports what the parts of a check found. */
export interface MergeCommand extends ReportOptions {
  readonly command: 'merge';
  readonly files: readonly string[];
}

export interface SimulateCommand {
  readonly command: 'simulate';
  readonly file: string;
  readonly function: string;
  readonly format: 'text' | 'json' | 'svg';
  readonly values: Readonly<Record<string, string>>;
  readonly machine: string | undefined;
  /** The step whose picture or table is shown; undefined for the one that tells most. */
  readonly step: number | undefined;
  /** How many instructions the run may take; undefined for the usual number. */
  readonly budget: number | undefined;
  /** Macros by name, as a compiler's -D gives them. */
  readonly definitions: ReadonlyMap<string, string>;
  /** Further files and folders whose declarations the run may use. */
  readonly include: readonly string[];
  readonly failOn: FailOn;
}

/** `maplens simulate` on scenario files. */
export interface ScenariosCommand {
  readonly command: 'scenarios';
  readonly paths: readonly string[];
  readonly format: 'text' | 'json';
}

export type Command =
  | CheckCommand
  | MergeCommand
  | ScenariosCommand
  | SimulateCommand
  | { readonly command: 'rules'; readonly format: 'text' | 'json' }
  | { readonly command: 'explain'; readonly rule: string }
  | { readonly command: 'help'; readonly topic: keyof typeof helpTexts }
  | { readonly command: 'version' };

export type ParsedArguments =
  | { readonly ok: true; readonly command: Command }
  /** `message`: one line that says what is wrong. */
  | { readonly ok: false; readonly message: string };

const severities: readonly FailOn[] = ['error', 'warning', 'info', 'hint', 'never'];

/** Reads the arguments after the program's name. */
export function parseArguments(argv: readonly string[]): ParsedArguments {
  const [first, ...rest] = argv;
  switch (first) {
    case undefined:
      return wrong('no command; try "maplens --help"');
    case '--help':
    case '-h':
    case 'help': {
      const topic = rest[0];
      return right({
        command: 'help',
        topic: topic === 'check' || topic === 'merge' || topic === 'simulate' ? topic : 'all',
      });
    }
    case '--version':
    case '-v':
      return right({ command: 'version' });
    case 'check':
      return parseCheck(rest);
    case 'merge':
      return parseMerge(rest);
    case 'simulate':
      return parseSimulate(rest);
    case 'rules':
      return parseRules(rest);
    case 'explain':
      return parseExplain(rest);
    default:
      return wrong(`unknown command "${first}"; there are check, merge, simulate, rules and explain`);
  }
}

const reportOptions = {
  format: { type: 'string' },
  'fail-on': { type: 'string' },
  'show-suppressed': { type: 'boolean', default: false },
  baseline: { type: 'string' },
  'write-baseline': { type: 'string' },
} as const;

function parseCheck(argv: readonly string[]): ParsedArguments {
  const parsed = read(argv, {
    ...reportOptions,
    rule: { type: 'string', multiple: true, default: [] },
    stats: { type: 'boolean', default: false },
    'read-all': { type: 'boolean', default: false },
    replay: { type: 'boolean', default: false },
    jobs: { type: 'string', short: 'j' },
    shard: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (typeof parsed === 'string') return wrong(parsed);
  if (parsed.flag('help')) return right({ command: 'help', topic: 'check' });
  const reported = readReport(parsed);
  if (!reported.ok) return reported;
  const jobs = parsed.text('jobs');
  if (jobs !== undefined && !/^[1-9]\d{0,2}$/.test(jobs))
    return wrong(`--jobs wants a number from 1 on, not "${jobs}"`);
  const shard = readShard(parsed);
  if (typeof shard === 'string') return wrong(shard);
  if (parsed.positionals.length === 0) return wrong('check needs a file or folder');
  return right({
    command: 'check',
    paths: parsed.positionals,
    rules: parsed.list('rule').flatMap((ids) => ids.split(',').filter((id) => id !== '')),
    stats: parsed.flag('stats'),
    readAll: parsed.flag('read-all'),
    replay: parsed.flag('replay'),
    jobs: jobs === undefined ? undefined : Number(jobs),
    shard,
    ...reported.value,
  });
}

function parseMerge(argv: readonly string[]): ParsedArguments {
  const parsed = read(argv, { ...reportOptions, help: { type: 'boolean', short: 'h', default: false } });
  if (typeof parsed === 'string') return wrong(parsed);
  if (parsed.flag('help')) return right({ command: 'help', topic: 'merge' });
  const reported = readReport(parsed);
  if (!reported.ok) return reported;
  if (parsed.positionals.length === 0) return wrong('merge needs what "maplens check --shard" printed');
  return right({ command: 'merge', files: parsed.positionals, ...reported.value });
}

function readReport(parsed: ReadArguments): Checked<ReportOptions> {
  const format = oneOf('--format', parsed.text('format') ?? 'text', ['text', 'json', 'sarif']);
  if (!format.ok) return format;
  const failOn = oneOf('--fail-on', parsed.text('fail-on') ?? 'warning', severities);
  if (!failOn.ok) return failOn;
  return {
    ok: true,
    value: {
      format: format.value,
      failOn: failOn.value,
      showSuppressed: parsed.flag('show-suppressed'),
      baseline: parsed.text('baseline'),
      writeBaseline: parsed.text('write-baseline'),
    },
  };
}

/** The part that `--shard i/n` names, or what is wrong with it in one line. */
function readShard(parsed: ReadArguments): CheckCommand['shard'] | string {
  const text = parsed.text('shard');
  if (text === undefined) return undefined;
  const [, part, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  if (part === undefined || of === undefined) return `--shard wants i/n, as 1/3, not "${text}"`;
  if (Number(part) < 1 || Number(part) > Number(of)) return `--shard ${text}: shards are 1/n to n/n`;
  const other = Object.keys(reportOptions).find((name) => parsed.flag(name) || parsed.text(name) !== undefined);
  return other === undefined
    ? { part: Number(part), of: Number(of) }
    : `--${other} is for "maplens merge", not for a shard`;
}

function parseRules(argv: readonly string[]): ParsedArguments {
  const parsed = read(argv, {
    format: { type: 'string', default: 'text' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (typeof parsed === 'string') return wrong(parsed);
  if (parsed.flag('help')) return right({ command: 'help', topic: 'all' });
  const format = oneOf('--format', parsed.text('format'), ['text', 'json']);
  if (!format.ok) return format;
  if (parsed.positionals.length > 0) return wrong('rules takes no names; "maplens explain RULE" tells of one');
  return right({ command: 'rules', format: format.value });
}

function parseExplain(argv: readonly string[]): ParsedArguments {
  const parsed = read(argv, { help: { type: 'boolean', short: 'h', default: false } });
  if (typeof parsed === 'string') return wrong(parsed);
  if (parsed.flag('help')) return right({ command: 'help', topic: 'all' });
  const [rule, ...more] = parsed.positionals;
  return rule === undefined || more.length > 0
    ? wrong('explain needs one rule; "maplens rules" lists them')
    : right({ command: 'explain', rule });
}

function parseSimulate(argv: readonly string[]): ParsedArguments {
  const parsed = read(argv, {
    function: { type: 'string' },
    format: { type: 'string', default: 'text' },
    value: { type: 'string', multiple: true, default: [] },
    machine: { type: 'string' },
    step: { type: 'string' },
    budget: { type: 'string' },
    include: { type: 'string', multiple: true, default: [] },
    define: { type: 'string', short: 'D', multiple: true, default: [] },
    'fail-on': { type: 'string', default: 'warning' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (typeof parsed === 'string') return wrong(parsed);
  if (parsed.flag('help')) return right({ command: 'help', topic: 'simulate' });
  const format = oneOf('--format', parsed.text('format'), ['text', 'json', 'svg']);
  if (!format.ok) return format;
  const failOn = oneOf('--fail-on', parsed.text('fail-on'), severities);
  if (!failOn.ok) return failOn;
  const [file, ...more] = parsed.positionals;
  if (file === undefined) return wrong('simulate needs a file');
  if (isScenario(file) || (!parsed.text('function') && !isSource(file))) return parseScenarios(parsed);
  if (more.length > 0) return wrong(`simulate takes one file, not "${more[0]}" as well`);
  const name = parsed.text('function');
  if (!name) return wrong('simulate needs --function NAME');
  const machine = parsed.text('machine');
  if (machine !== undefined && !machineLayout(machine)) return wrong(`--machine: ${unknownMachine(machine)}`);
  const values: Record<string, string> = {};
  for (const pair of parsed.list('value')) {
    const at = pair.indexOf('=');
    if (at < 1 || at === pair.length - 1) return wrong(`--value wants name=literal, not "${pair}"`);
    values[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const definitions = new Map<string, string>();
  for (const each of parsed.list('define')) {
    const [, macro, , body = '1'] = /^([A-Za-z_]\w*)(=(.*))?$/s.exec(each) ?? [];
    if (macro === undefined) return wrong(`-D wants NAME or NAME=VALUE, not "${each}"`);
    definitions.set(macro, body);
  }
  const step = parsed.text('step');
  if (step !== undefined && !/^\d{1,9}$/.test(step)) return wrong(`--step wants a number, not "${step}"`);
  const budget = parsed.text('budget');
  if (budget !== undefined && !/^[1-9]\d{0,11}$/.test(budget)) return wrong(`--budget wants a number, not "${budget}"`);
  return right({
    command: 'simulate',
    file,
    function: name,
    format: format.value,
    values,
    machine,
    step: step === undefined ? undefined : Number(step),
    budget: budget === undefined ? undefined : Number(budget),
    definitions,
    include: parsed.list('include'),
    failOn: failOn.value,
  });
}

/** Scenarios, and folders of them: a path without an ending is taken for a folder. */
function parseScenarios(parsed: ReadArguments): ParsedArguments {
  const paths = parsed.positionals;
  const source = paths.find(isSource);
  if (source !== undefined) return wrong(`simulate takes scenarios (*.iomap) or one source, not "${source}" as well`);
  const format = oneOf('--format', parsed.text('format'), ['text', 'json']);
  if (!format.ok) return format;
  for (const name of ['function', 'machine', 'step', 'budget'])
    if (parsed.text(name) !== undefined) return wrong(`--${name} is for sources; a scenario says it itself`);
  return right({ command: 'scenarios', paths, format: format.value });
}

interface ReadArguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** The values of options by name, or what is wrong in one line. */
function read(argv: readonly string[], options: NonNullable<ParseArgsConfig['options']>): ReadArguments | string {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return {
      positionals,
      text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
      flag: (name) => values[name] === true,
      list: (name) => {
        const value = values[name];
        return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
      },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.split('\n')[0]!.replace(/\. .*$/, '');
  }
}

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

function oneOf<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): Checked<T> {
  const found = allowed.find((candidate) => candidate === value);
  return found === undefined
    ? { ok: false, message: `${option} is one of ${allowed.join(', ')}, not "${value ?? ''}"` }
    : { ok: true, value: found };
}

function right(command: Command): ParsedArguments {
  return { ok: true, command };
}

function wrong(message: string): ParsedArguments {
  return { ok: false, message };
}
