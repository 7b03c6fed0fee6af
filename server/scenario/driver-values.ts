import type { Node } from 'jsonc-parser';
import type { Driver, DriverType, DriverValue } from './driver';
import { kindOf, membersOf, stringOf } from './json';
import { thingText, type Thing } from './names';
import type { Scope } from './scope';

/** Values that a scenario hands to a driver's code: names of the scenario, numbers, and what the source itself calls. */

/** A value for a parameter or field; undefined where it can't be one, which was told. */
export function readDriverValue(
  node: Node,
  type: DriverType,
  what: string,
  scope: Scope,
  driver: Driver,
): DriverValue | undefined {
  const value = node.type === 'object' ? readOut(node, scope) : readPlain(node, type, scope, driver);
  if (!value) return undefined;
  const wrong = driver.mismatch(value, type);
  return wrong === undefined ? value : scope.problem(node, `${what}: ${wrong}`);
}

/** { "out": NAME } */
function readOut(node: Node, scope: Scope): DriverValue | undefined {
  const [only, ...more] = membersOf(node);
  const name = only?.key === 'out' ? stringOf(only.value) : undefined;
  if (name === undefined || more.length)
    return scope.problem(node, 'what a function stores through a pointer is { "out": "new name" }', true);
  return scope.mayName(name, only!.value) ? { kind: 'out', name } : undefined;
}

function readPlain(node: Node, type: DriverType, scope: Scope, driver: Driver): DriverValue | undefined {
  if (node.type === 'null') return { kind: 'null' };
  if (node.type === 'boolean') return { kind: 'number', value: node.value === true ? 1n : 0n };
  const text = stringOf(node);
  if (text === undefined) {
    const value = scope.number(node);
    return value === undefined ? undefined : { kind: 'number', value };
  }
  if (scope.isSpoiled(text)) return undefined;
  const thing = scope.find(text);
  if (thing) return type.takes === 'number' ? numberOf(node, text, thing, scope) : valueOf(node, text, thing, scope);
  const constant = driver.constant(text);
  if (constant !== undefined) return { kind: 'number', value: constant };
  const number = scope.number(node);
  return number === undefined ? undefined : { kind: 'number', value: number };
}

/** A name where a number is wanted: its address. A task has none, which the type's mismatch tells. */
function numberOf(node: Node, name: string, thing: Thing, scope: Scope): DriverValue | undefined {
  if (thing.kind === 'task' || thing.kind === 'device' || thing.kind === 'instance')
    return valueOf(node, name, thing, scope);
  const value = scope.number(node);
  return value === undefined ? undefined : { kind: 'number', value };
}

function valueOf(node: Node, name: string, thing: Thing, scope: Scope): DriverValue | undefined {
  switch (thing.kind) {
    case 'object':
    case 'task':
    case 'device':
    case 'instance':
      return thing;
    case 'nothing':
      return { kind: 'null' };
    case 'memory':
    case 'queue':
    case 'number': {
      const value = scope.number(node);
      return value === undefined ? undefined : { kind: 'number', value };
    }
    case 'client':
    case 'call':
      return scope.problem(node, `"${name}" is ${thingText(thing)}, which the driver’s code knows nothing of`);
    default:
      return thing satisfies never;
  }
}

/** The text of a member of "values": a C literal. */
export function literalText(node: Node, scope: Scope): string | undefined {
  if (node.type === 'null') return 'NULL';
  if (node.type === 'boolean' || node.type === 'number') return scope.textOf(node);
  return stringOf(node) ?? scope.problem(node, `a C literal is wanted here, not ${kindOf(node)}`, true);
}
