import { parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { globMatcher } from './glob';

/**
 * What a team says about rules and files: `.maplens.json` in the tree, and the editor's setting `maplens.rules`, which
 * has the form of the file's member `rules`.
 */

/** The file's name. The nearest one above a source counts, whole. */
export const configurationName = '.maplens.json';

export type Level = 'off' | 'hint' | 'info' | 'warning' | 'error';
export const levels: readonly Level[] = ['off', 'hint', 'info', 'warning', 'error'];

export interface ConfigurationProblem {
  /** One line. */
  readonly message: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
}

/** Paths are relative to the folder that the configuration stands in. */
export interface Configuration {
  /** The level that a rule has in a file; undefined where it has its own. */
  level(rule: string, path: string): Level | undefined;
  /** Whether findings of a file are wanted at all. */
  includes(path: string): boolean;
}

export interface ReadConfiguration {
  /** What could be read of it. */
  readonly configuration: Configuration;
  readonly problems: readonly ConfigurationProblem[];
}

/** Levels by rule, for all files or for some; of several that fit, the last counts. */
interface Entry {
  readonly rule: string;
  readonly level: Level;
  readonly matches: ((path: string) => boolean) | undefined;
}

/** Reads `.maplens.json`: JSON with comments and trailing commas. Never throws. */
export function readConfiguration(text: string, rules: readonly string[]): ReadConfiguration {
  const errors: ParseError[] = [];
  const problems: ConfigurationProblem[] = [];
  const tree = parse(text, errors);
  if (text.trim() === '') return { configuration: configurationOf([], undefined, undefined), problems: [emptyProblem] };
  for (const { error, offset, length } of errors)
    problems.push({ message: syntaxMessage(printParseErrorCode(error)), start: offset, end: offset + length });
  const entries: Entry[] = [];
  let include: Patterns | undefined;
  let exclude: Patterns | undefined;
  if (tree && tree.type !== 'object') problems.push(at(tree, 'must be an object'));
  else if (tree)
    for (const [name, key, value] of members(tree))
      switch (name) {
        case '$schema':
          break;
        case 'rules':
          entries.push(...readRules(value, rules, problems));
          break;
        case 'include':
          include = readPatterns(name, value, problems);
          break;
        case 'exclude':
          exclude = readPatterns(name, value, problems);
          break;
        default:
          problems.push(at(key, `unknown key "${name}"; there are rules, include and exclude`));
      }
  return { configuration: configurationOf(entries, include, exclude), problems };
}

/** Reads the editor's setting: the value of `rules`. */
export function readRulesSetting(
  value: unknown,
  rules: readonly string[],
): { readonly configuration: Configuration; readonly problems: readonly string[] } {
  const problems: ConfigurationProblem[] = [];
  const text = JSON.stringify(value);
  const tree = parse(text, []);
  const entries = tree ? readRules(tree, rules, problems) : [];
  return {
    configuration: configurationOf(entries, undefined, undefined),
    problems: problems.map((each) => each.message),
  };
}

const emptyProblem: ConfigurationProblem = { message: 'is empty; {} says nothing', start: 0, end: 0 };

type Patterns = readonly ((path: string) => boolean)[];

function configurationOf(
  entries: readonly Entry[],
  include: Patterns | undefined,
  exclude: Patterns | undefined,
): Configuration {
  return {
    level: (rule, path) =>
      entries.findLast((entry) => entry.rule === rule && (entry.matches === undefined || entry.matches(path)))?.level,
    includes: (path) =>
      (include === undefined || include.some((matches) => matches(path))) &&
      !(exclude?.some((matches) => matches(path)) ?? false),
  };
}

function readRules(node: Node, rules: readonly string[], problems: ConfigurationProblem[]): readonly Entry[] {
  if (node.type !== 'object') {
    problems.push(at(node, '"rules" is an object: rule → level, or glob → such an object'));
    return [];
  }
  const entries: Entry[] = [];
  for (const [name, key, value] of members(node)) {
    if (value.type !== 'object') {
      entries.push(...readLevel(name, key, value, undefined, rules, problems));
      continue;
    }
    if (rules.includes(name)) {
      problems.push(at(value, `"${name}" is a rule: its value is ${oneOf(levels)}`));
      continue;
    }
    const matches = globMatcher(name);
    for (const [rule, ruleKey, level] of members(value))
      entries.push(...readLevel(rule, ruleKey, level, matches, rules, problems));
  }
  return entries;
}

function readLevel(
  rule: string,
  key: Node,
  value: Node,
  matches: Entry['matches'],
  rules: readonly string[],
  problems: ConfigurationProblem[],
): readonly Entry[] {
  const level = levels.find((each) => each === value.value);
  if (!rules.includes(rule)) {
    problems.push(at(key, `unknown rule "${rule}"${suggestion(rule, rules)}`));
    return [];
  }
  if (level === undefined) {
    problems.push(at(value, `"${rule}" is ${oneOf(levels)}`));
    return [];
  }
  return [{ rule, level, matches }];
}

function readPatterns(name: string, node: Node, problems: ConfigurationProblem[]): Patterns | undefined {
  if (node.type !== 'array') {
    problems.push(at(node, `"${name}" is a list of globs`));
    return undefined;
  }
  return (node.children ?? []).flatMap((each) => {
    if (typeof each.value === 'string' && each.value !== '') return [globMatcher(each.value)];
    problems.push(at(each, `"${name}" is a list of globs`));
    return [];
  });
}

/** The members of an object that have a value. */
function members(node: Node): readonly (readonly [name: string, key: Node, value: Node])[] {
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key && value ? [[String(key.value), key, value] as const] : [];
  });
}

function parse(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    errors.length = 0;
    errors.push({ error: 1, offset: 0, length: 1 });
    return undefined;
  }
}

function at(node: Node, message: string): ConfigurationProblem {
  return { message, start: node.offset, end: node.offset + node.length };
}

/** "ValueExpected" as "value expected". */
function syntaxMessage(code: string): string {
  return code.replace(/(?!^)([A-Z])/g, (letter) => ` ${letter}`).toLowerCase();
}

function oneOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}

/** The rule that was probably meant: one whose words have most in common. */
export function suggestion(rule: string, rules: readonly string[]): string {
  const words = new Set(rule.toLowerCase().split(/[^a-z0-9]+/));
  let best: string | undefined;
  let most = 0;
  for (const each of rules) {
    const common = each.split('-').filter((word) => words.has(word)).length;
    if (common > most) {
      most = common;
      best = each;
    }
  }
  return best === undefined ? '' : `; "${best}"?`;
}
