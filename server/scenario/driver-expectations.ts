import { returnCodes, returnName } from '../../sim/returns';
import type { DriverValue } from './driver';
import type { Expectation } from './expectations';
import { elementsOf, kindOf, stringOf } from './json';
import type { Scope } from './scope';

/** What can be expected of a run of the driver's code. */

export const returnsMember: Expectation = {
  name: 'returns',
  schema: {
    description: 'What the driver’s function returned: a return code, a number, true or false, a name, or null.',
    type: ['string', 'integer', 'boolean', 'null'],
  },
  check: (node, { result, scope }) => {
    const { returned } = result;
    const is = returned ? valueText(returned, result.code, scope) : 'nothing';
    const text = `returns ${scope.textOf(node)}`;
    const expected = expectedValue(node, scope);
    if (expected === undefined) return undefined;
    const ok = returned !== undefined && same(expected, returned);
    return { node, text, ok, message: ok ? '' : `expected ${text}, is ${is}` };
  },
};

/** Numbers as 64 bits; other things as what they are. */
function expectedValue(node: Parameters<Expectation['check']>[0], scope: Scope): DriverValue | undefined {
  if (node.type === 'null') return { kind: 'null' };
  if (node.type === 'boolean') return { kind: 'number', value: node.value === true ? 1n : 0n };
  const name = stringOf(node);
  if (name === 'NULL') return { kind: 'null' };
  const thing = name === undefined ? undefined : scope.find(name);
  if (thing?.kind === 'object' || thing?.kind === 'task' || thing?.kind === 'instance') return thing;
  if (thing?.kind === 'nothing') return { kind: 'null' };
  const code = name === undefined ? undefined : (returnCodes.get(name) ?? scope.driver?.constant(name));
  if (code !== undefined) return { kind: 'number', value: BigInt(code) };
  const value = scope.number(node);
  return value === undefined ? undefined : { kind: 'number', value };
}

function same(expected: DriverValue, is: DriverValue): boolean {
  switch (is.kind) {
    case 'number':
      // A code is signed in C, and written unsigned.
      return (
        expected.kind === 'number' &&
        (BigInt.asUintN(64, expected.value) === BigInt.asUintN(64, is.value) ||
          BigInt.asIntN(32, expected.value) === is.value)
      );
    case 'null':
      return expected.kind === 'null' || (expected.kind === 'number' && expected.value === 0n);
    case 'object':
      return expected.kind === 'object' && expected.object === is.object;
    case 'task':
      return expected.kind === 'task' && expected.task === is.task;
    case 'instance':
      return expected.kind === 'instance' && expected.instance.name === is.instance.name;
    case 'device':
    case 'out':
      return false;
    default:
      return is satisfies never;
  }
}

function valueText(value: DriverValue, code: number | undefined, scope: Scope): string {
  switch (value.kind) {
    case 'number':
      return code === undefined ? String(value.value) : returnName(code);
    case 'null':
    case 'out':
      return 'NULL';
    case 'object':
      return scope.nameOf(value.object);
    case 'task':
      return value.task.name;
    case 'device':
      return value.device.name;
    case 'instance':
      return value.instance.name;
    default:
      return value satisfies never;
  }
}

export const assumesMember: Expectation = {
  name: 'assumes',
  schema: {
    description: 'What the driver’s code had to assume, as the trace lists it: names of values, or "nothing".',
    anyOf: [{ const: 'nothing' }, { type: 'array', items: { type: 'string' } }],
  },
  check: (node, { result, scope }) => {
    const is = new Set((result.assumed ?? []).map(({ what }) => what));
    const listed = elementsOf(node).map((element) => stringOf(element));
    if (node.value !== 'nothing' && (node.type !== 'array' || listed.includes(undefined)))
      return scope.problem(node, `"assumes" is "nothing" or a list of names, not ${kindOf(node)}`, true);
    const expected = new Set(listed);
    const ok = expected.size === is.size && [...is].every((what) => expected.has(what));
    const text = `assumes ${[...expected].join(', ') || 'nothing'}`;
    return { node, text, ok, message: ok ? '' : `expected ${text}, is ${[...is].join(', ') || 'nothing'}` };
  },
};
