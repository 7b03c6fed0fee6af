import { availability, bitFamilies, has, parameterEffect, parameterWith, returnContract } from '../api/attributes';
import { sourceOf } from '../api/sources';
import type { ConstantDeclaration, FunctionDeclaration } from '../ir/declarations';
import type { CallFacts } from '../symbolic/events';
import type { KnownBits } from '../symbolic/values';
import type { Workspace } from '../workspace/workspace';
import { callAt, factsOf, functionAt, parameterOf } from './code-at';
import type { CallAt } from './code-at';
import { nullReasons, ruledOut } from './null-reasons';
import { optionExpressionAt } from './option-expressions';
import { agreedBits, readOptions } from './option-words';
import type { OptionsRead } from './option-words';
import { upper } from '../rules/wording';
import { rangeOf } from './positions';
import { signatureOf } from './signature';
import type { Hover } from './service';
import { variableHover } from './variable-state';

const isWordPart = /[A-Za-z0-9_]/;

/** What is known of the code at a 1-based place: a call of the API, an options word, a constant. */
export function hoverAt(workspace: Workspace, path: string, line: number, column: number): Hover | undefined {
  const file = workspace.file(path);
  if (!file) return undefined;
  const offset = file.lines.offset(line, column);
  let start = offset;
  let end = offset;
  while (start > 0 && isWordPart.test(file.text[start - 1]!)) start--;
  while (end < file.text.length && isWordPart.test(file.text[end]!)) end++;
  const word = file.text.slice(start, end);
  const within = functionAt(workspace, path, offset);
  const call = within && callAt(workspace, within, offset);
  if (call) {
    const options = optionsHover(workspace, call, word);
    if (options) return options;
    if (call.argument === undefined && call.declaration?.name === word)
      return { ...rangeOf(file, 0, { start, end }), markdown: ofCall(workspace, call, call.declaration) };
  }
  const variable = within && variableHover(workspace, within, offset, word);
  if (variable) return { ...rangeOf(file, 0, { start, end }), markdown: variable.markdown };
  const written = optionExpressionAt(workspace, path, offset);
  if (written)
    return {
      ...rangeOf(file, 0, written.span),
      markdown: optionsText(workspace, written.families, written.bits, word),
    };
  const constant = workspace.api.model.constant(word);
  return constant && { ...rangeOf(file, 0, { start, end }), markdown: describeConstant(constant) };
}

/** A constant of the API: its value, what it does, since when. */
export function describeConstant(constant: ConstantDeclaration): string {
  const value = constant.value === undefined ? '' : ` = ${hex(constant.value)}`;
  return [code(`${constant.name}${value}`), constant.doc, versions(constant)].filter(Boolean).join('\n\n');
}

/** The bits of the options word that a place stands in: every option with what it does. */
function optionsHover(workspace: Workspace, call: CallAt, word: string): Hover | undefined {
  const parameter = parameterOf(call.declaration, call.argument);
  const families = parameter ? bitFamilies(parameter) : [];
  if (families.length === 0 || call.argument === undefined) return undefined;
  const argument = call.call.args[call.argument]!;
  const bits = bitsOf(workspace, call, call.argument);
  if (!bits) return undefined;
  const { within } = call;
  return {
    ...rangeOf(within.file, within.start, argument.span),
    markdown: optionsText(workspace, families, bits, word),
  };
}

/** The constant that the word at the place is, then the whole options. */
function optionsText(workspace: Workspace, families: readonly string[], bits: KnownBits, word: string): string {
  const { model } = workspace.api;
  const read = readOptions(model, families, bits);
  const own = model.constant(word);
  const parts = [
    ...(own ? [describeConstant(own)] : []),
    ...(own && read.words.length < 2 && read.open.length === 0 ? [] : [optionsTable(read, bits)]),
  ];
  return parts.join('\n\n---\n\n');
}

/** What every path that reaches a call agrees on of one argument's bits. */
function bitsOf(workspace: Workspace, call: CallAt, index: number): KnownBits | undefined {
  const name = parameterOf(call.declaration, index)?.name;
  const given = factsOf(workspace, call).flatMap((path) => path.arguments);
  return agreedBits(given.filter(({ parameter }) => parameter.name === name).map(({ bits }) => bits));
}

function optionsTable({ words, strange, open }: OptionsRead, bits: KnownBits): string {
  const title = words.length > 0 ? words.map(({ name }) => name).join(' | ') : strange === 0n ? '0: no option' : '';
  const rows = words.map(({ name, bits: value, doc }) => `| \`${hex(value)}\` | \`${name}\` | ${oneLine(doc)} |`);
  if (strange !== 0n) rows.push(`| \`${hex(strange)}\` | | **no option has these bits** |`);
  const whole = `${open.length === 0 ? '' : 'at least '}\`${hex(bits.ones)}\``;
  const parts = [title === '' ? whole : `${whole} is \`${title}\``];
  if (rows.length > 0) parts.push(['| bits | option | |', '| --- | --- | --- |', ...rows].join('\n'));
  if (open.length > 0) parts.push(`${upper(openText(open))}.`);
  return parts.join('\n\n');
}

/** Options that hang on the path, or on what is passed in; all by name where they are few. */
function openText(open: readonly string[]): string {
  return open.length <= 3
    ? `depending on the path: ${open.map((name) => `\`${name}\``).join(', ')}`
    : 'what else is set depends on the path, or on the caller';
}

function ofCall(workspace: Workspace, call: CallAt, declaration: FunctionDeclaration): string {
  const facts = call.known ? factsOf(workspace, call) : [];
  return [
    code(signatureOf(declaration).label),
    declaration.doc,
    ...list(ownership(declaration)),
    ...effect(workspace, facts),
    ...whyNull(facts),
    [versions(declaration), source(declaration)].filter(Boolean).join(' '),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Who has which reference after a call. */
export function ownership(declaration: FunctionDeclaration): string[] {
  const { ownership: owner, nullable } = returnContract(declaration);
  const said: string[] = [];
  const maybe = nullable === true ? ' or NULL' : nullable === false ? ', never NULL' : '';
  if (owner === 'retained') said.push(`Answers **+1**${maybe}: the reference is yours to release`);
  else if (owner === 'borrowed') said.push(`Answers **+0**${maybe}: not yours to release`);
  else if (nullable === true) said.push('May answer NULL');
  if (has(declaration, 'releases')) said.push('Gives up one reference');
  if (has(declaration, 'retains')) said.push('Takes one more reference, which wants a `release()`');
  if (has(declaration, 'frees_mapping'))
    said.push('Ends the mapping for everybody who shares the map; references stay');
  if (has(declaration, 'address')) said.push('The address is valid as long as the mapping');
  if (has(declaration, 'needs_prepare')) said.push('The memory must be prepared, unless it is physical');
  for (const parameter of declaration.parameters) {
    const name = `\`${parameter.name}\``;
    switch (parameterEffect(parameter)) {
      case 'keeps':
        said.push(`Retains ${name}: your own reference stays yours`);
        break;
      case 'keeps-elements':
        said.push(`Retains the elements of ${name}`);
        break;
      case 'consumes':
        said.push(`Takes your reference to ${name} over`);
        break;
      case 'out-retained':
        said.push(`On success stores **+1** in ${name}: yours to release`);
        break;
      case 'out-borrowed':
        said.push(`On success stores **+0** in ${name}: not yours to release`);
        break;
      case 'moves':
      case 'escapes':
      case 'borrows':
        break;
    }
  }
  const ignored = declaration.parameters.filter((parameter) => has(parameter, 'ignored'));
  for (const { name } of ignored) said.push(`\`${name}\` has no effect`);
  return said;
}

/** What the options of a mapping call do here. */
function effect(workspace: Workspace, facts: readonly CallFacts[]): string[] {
  const [first] = facts;
  const at = first && optionsParameter(first.declaration);
  if (!first || !at) return [];
  const given = facts.flatMap((path) => path.arguments.filter(({ parameter }) => parameter === at));
  const bits = agreedBits(given.map((argument) => argument.bits));
  if (!bits) return [];
  const read = readOptions(workspace.api.model, bitFamilies(at), bits);
  const rows = read.words.map(({ name, doc }) => `\`${name}\`${doc === '' ? '' : ` – ${oneLine(doc)}`}`);
  if (read.open.length > 0) rows.push(openText(read.open));
  return rows.length > 0 ? [`**Here**\n\n${rows.map((row) => `- ${row}`).join('\n')}`] : [];
}

function optionsParameter(declaration: FunctionDeclaration): FunctionDeclaration['parameters'][number] | undefined {
  return parameterWith(declaration, 'bits')?.parameter;
}

function whyNull(facts: readonly CallFacts[]): string[] {
  const reasons = nullReasons(facts);
  if (reasons.length === 0) return [];
  const rows = (verdict: string, mark: string): string[] =>
    reasons.filter((one) => one.verdict === verdict).map(({ why }) => `- ${mark}${why}`);
  const excluded = ruledOut(reasons);
  return [
    ['**Why NULL?**', '', ...rows('certain', '**Always here:** '), ...rows('open', '')].join('\n'),
    ...(excluded.length > 0 ? [`Ruled out: ${excluded.join('; ')}.`] : []),
  ];
}

/** The kernel's own code, for who wants to read it. */
function source(declaration: FunctionDeclaration): string {
  const file = sourceOf(declaration);
  return file === undefined ? '' : `XNU: \`${declaration.qualifiedName}\` in \`${file}\`.`;
}

function versions(of: Parameters<typeof availability>[0]): string {
  const since = availability(of, 'since');
  const deprecated = availability(of, 'deprecated');
  const named = (one: { platform: string; version: string }): string =>
    `${one.platform === 'macos' ? 'macOS' : 'DriverKit'} ${one.version}`;
  return [since && `Since ${named(since)}.`, deprecated && `Deprecated since ${named(deprecated)}.`]
    .filter(Boolean)
    .join(' ');
}

function code(text: string): string {
  return `\`\`\`cpp\n${text}\n\`\`\``;
}

function list(lines: readonly string[]): string[] {
  return lines.length > 0 ? [lines.map((line) => `- ${line}`).join('\n')] : [];
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
