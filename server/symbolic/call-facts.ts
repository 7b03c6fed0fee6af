import { attribute, bitFamilies, has } from '../api/attributes';
import type { FunctionDeclaration, ParameterDeclaration } from '../ir/declarations';
import type { Expr, Instruction } from '../ir/types';
import type { Context } from './context';
import type { CallArgument, CallFacts, Making, OptionTerm, TaskKind } from './events';
import type { State } from './state';
import { newForeign } from './state';
import type { KnownBits, Value } from './values';
import { baseOf, knownBits } from './values';

type Call = Extract<Instruction, { op: 'call' }>;

/** Whether rules want to hear of a call. */
export function concernsMemory(api: FunctionDeclaration): boolean {
  return (
    /^IO\w*Memory/.test(api.class ?? '') ||
    api.parameters.some(
      (parameter) => bitFamilies(parameter).length > 0 || has(parameter, 'task') || has(parameter, 'map_owner'),
    )
  );
}

/** What rules are told of a call that the API declares. */
export function callFacts(
  context: Context,
  state: State,
  call: Call,
  api: FunctionDeclaration,
  args: readonly { readonly expr: Expr; readonly value: Value }[],
  receiver: Value | undefined,
  receiverClass: string | undefined,
): CallFacts {
  const given: CallArgument[] = [];
  args.forEach(({ value, expr }, index) => {
    const parameter = api.parameters[index];
    if (parameter) given.push(argument(context, state, parameter, expr, value));
  });
  return {
    declaration: api,
    receiver: receiver && state.objects.get(baseOf(receiver)),
    receiverValue: receiver && baseOf(receiver),
    receiverClass,
    receiverSpan: call.callee.kind === 'method' ? call.callee.receiver.span : undefined,
    arguments: given,
    at: call.span,
    used: call.temp !== undefined && context.usedTemps.has(call.temp),
    written: call.macro === undefined,
    runs: context.runs,
    caller: context.fn.name,
  };
}

function argument(
  context: Context,
  state: State,
  parameter: ParameterDeclaration,
  expr: Expr,
  value: Value,
): CallArgument {
  const bits = knownBits(value);
  const isOptions = bitFamilies(parameter).length > 0;
  return {
    parameter,
    span: expr.span,
    constant: value.constant,
    value,
    bits,
    constants: isOptions ? constantsIn(context, bits) : [],
    terms: isOptions ? termsOf(expr) : [],
    object: state.objects.get(baseOf(value)),
    memory: memoryOf(context, value),
    task: has(parameter, 'task') ? taskKind(context, state, value) : undefined,
    shape: shapeOf(expr),
  };
}

export function makingOf({ declaration, arguments: given }: CallFacts): Making {
  return {
    declaration,
    arguments: given.map(({ parameter, task, constant, bits, memory }) => ({
      parameter,
      task,
      constant,
      bits,
      memory,
    })),
  };
}

function memoryOf(context: Context, value: Value): CallArgument['memory'] {
  const base = baseOf(value);
  if (base.kind !== 'address') return undefined;
  let { place } = base;
  while (place.kind === 'field' || place.kind === 'index') place = place.base;
  if (place.kind === 'local') return context.fn.locals[place.local!]?.static === true ? undefined : 'stack';
  return place.kind === 'deref' && isThis(place.pointer) ? 'object' : undefined;
}

/** The OR-ed constants that the API or the workspace declares in an enumeration. */
export function constantsIn(context: Context, bits: KnownBits): CallArgument['constants'] {
  return bits.named.flatMap(({ name }) => {
    const constant = context.program.findConstant(name);
    return constant?.value !== undefined && constant.family !== undefined
      ? [{ name, value: constant.value, family: constant.family }]
      : [];
  });
}

/** An operand in parentheses, or one that a macro wrote together with others, is one term. */
function termsOf(expr: Expr): readonly OptionTerm[] {
  if (expr.op === 'cast' && !expr.explicit) return termsOf(expr.value);
  if (expr.op === 'binary' && expr.operator === '|') {
    const { left, right, span } = expr;
    const inOrder = span.start === left.span.start && left.span.end <= right.span.start && right.span.end === span.end;
    if (inOrder) return [...termsOf(left), ...termsOf(right)];
  }
  const constant = expr.op === 'int' ? expr : undefined;
  return [
    {
      span: expr.span,
      value: constant && BigInt.asUintN(64, constant.value),
      name: constant?.name ?? (expr.op === 'name' ? expr.name : undefined),
    },
  ];
}

function shapeOf(expr: Expr): CallArgument['shape'] {
  switch (expr.op) {
    case 'int':
    case 'null':
    case 'name':
      return 'constant';
    case 'load':
      return expr.place.kind === 'local' || expr.place.kind === 'global' ? 'variable' : 'other';
    case 'binary':
      return expr.operator === '|' ? 'or' : 'other';
    default:
      return 'other';
  }
}

/**
 * Which task a value is. What a user client keeps or is given at its start is its client (xnu
 * iokit/Kernel/IOUserClient.cpp, is_io_service_open_extended).
 */
function taskKind(context: Context, state: State, value: Value): TaskKind | undefined {
  if (value.constant === 0n || state.isNull(value)) return 'none';
  const base = baseOf(value);
  if (base.kind !== 'initial') return undefined;
  const { place } = base;
  if (place.kind === 'global') {
    if (place.name === 'kernel_task') return 'kernel';
    return place.name === 'current_task()' ? 'current' : undefined;
  }
  const owner = context.fn.class;
  if (owner === undefined || !context.program.isA(owner, 'IOUserClient')) return undefined;
  const own = place.kind === 'field' && place.base.kind === 'deref' && isThis(place.base.pointer);
  const first = context.fn.name === 'initWithTask' && place.kind === 'local' && place.local === 0;
  return own || first ? 'client' : undefined;
}

function isThis(value: Value): boolean {
  return value.kind === 'solid' && value.what === 'this';
}

/** How many earlier mappings of one descriptor a path remembers. */
const mostMaps = 3;

/** Remembers on the receiver what the call maps or sets. */
export function noteFacts(state: State, api: FunctionDeclaration, facts: CallFacts): void {
  const value = facts.receiverValue;
  if (value === undefined) return;
  const maps = has(api, 'maps');
  const settings: Record<string, Value> = {};
  for (const { parameter, value: setting } of facts.arguments) {
    const name = attribute(parameter, 'sets')?.args[0];
    if (name !== undefined) settings[name] = setting;
  }
  if (has(api, 'prepares')) settings['prepared'] = value;
  if (!maps && Object.keys(settings).length === 0) return;
  if (!state.objects.has(value) && value.kind === 'initial')
    state.setObject(newForeign(value, facts.receiverClass, state.depth, undefined));
  const object = state.objects.get(value);
  if (!object) return;
  state.change(value, {
    settings: { ...object.settings, ...settings },
    ...(maps && { maps: [...object.maps.slice(1 - mostMaps), { ...facts, receiver: undefined }] }),
  });
}
