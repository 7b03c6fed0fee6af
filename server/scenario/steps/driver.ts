import type { Node } from 'jsonc-parser';
import { returnName } from '../../../sim/returns';
import type { Outcome } from '../../../sim/trace';
import type { Driver, DriverFunction, DriverInstance, DriverResult, DriverValue } from '../driver';
import { literalText, readDriverValue } from '../driver-values';
import * as f from '../fields';
import { stringOf, type Member } from '../json';
import type { JsonSchema } from '../json-schema';
import { thingText } from '../names';
import { verb, type About, type Call, type StepResult, type Verb } from '../verb';

/** The step that runs code of the scenario's sources. */

const value: JsonSchema = {
  anyOf: [
    { type: ['string', 'integer', 'boolean', 'null'] },
    {
      type: 'object',
      properties: { out: { $ref: '#/definitions/name', description: 'The new name of what is stored there.' } },
      required: ['out'],
      additionalProperties: false,
    },
  ],
};
const values = f.members({ type: 'object', additionalProperties: value }, 'an object of names and values');

export const driverVerbs: readonly Verb[] = [
  verb(f.text('A function of "sources", with or without its class.'), {
    family: 'driver',
    outcomes: ['returned', 'undefined', 'budget', 'code'],
    name: 'run',
    description:
      'Runs a function of the driver’s sources on the scenario’s machine; its steps are in the trace. What leaks when it returns is told, unless "defect" expects it. A run that does not return ends the scenario.',
    fields: {
      source: f.text('The member of "sources" that has it, where several do.'),
      this: f.text(
        'The instance that a method runs on, which lasts: made at its first use, zeroed as operator new leaves it. Without it, one whose fields hold what the run assumes.',
      ),
      arguments: f.members(
        {
          anyOf: [
            { type: 'object', additionalProperties: value },
            { type: 'array', items: value },
          ],
        },
        'an object of parameters, or a list of arguments,',
      )(
        'Its arguments, by the parameters’ names or in their order: names of the scenario, numbers, constants of the source, null, or { "out": NAME } for what it stores there. A device is its provider. Others are assumed.',
      ),
      fields: values('Stored in fields of "this" first.'),
      values: f.members(
        { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } },
        'an object of names and C literals',
      )('C literals for what the run would assume: a parameter, field, global or call by its name.'),
      by: f.task('The task whose call the driver serves: current_task().'),
      as: f.text('The new name of what it returns.'),
      makes: f.members(
        { type: 'object', additionalProperties: { type: 'string', pattern: '^(return|this(\\.[A-Za-z_]\\w*)+)$' } },
        'an object of new names',
      )('New names and what they stand for afterwards: "return", or a field, "this.fRing".'),
    },
    run: ({ subject, source, this: self, arguments: given, fields, values: literals, by, as, makes }, call) => {
      const { scope, step } = call;
      const { driver } = scope;
      if (!driver)
        return scope.document.sources.length
          ? undefined
          : scope.problem(call.nameNode, '"run" needs a driver: name its sources in "sources"');
      if (source !== undefined && !scope.document.sources.some(({ path }) => path === source))
        return scope.problem(valueNode(step, 'source'), `"${source}" is none of "sources"`);
      const target = driver.find(subject, source);
      if (typeof target === 'string') return scope.problem(call.nameNode, target);
      const names = newNames(as, makes ?? [], target, call);
      const passed = readArguments(given ?? [], target, call, driver);
      const plain = readLiterals(literals ?? [], call);
      if (!names || !passed || !plain) return spoilAll(names, call);
      const instance = self === undefined ? undefined : receiver(self, target, call, driver);
      if (self !== undefined && !instance) return spoilAll(names, call);
      if (!storeFields(fields ?? [], instance, call, driver)) return spoilAll(names, call);
      scope.driverRan = true;
      const result = scope.recorder.aside(
        `Runs ${target.name}().`,
        () => driver.run(target, { instance, passed, values: plain, caller: by }),
        ({ end: { label, place } }) => ({ label, ...(place ? { place } : {}) }),
      );
      if (result.outcome.kind !== 'returned') {
        spoilAll(names, call);
        return endedStep(result.outcome, result);
      }
      for (const [name, out] of result.outs) scope.adopt(name, out, `${target.name}() stored nothing there`);
      for (const { name, node, path } of names) {
        if (path === 'return') scope.adopt(name, result.returned, `${target.name}() returned NULL`);
        else {
          const field = instance && driver.field(instance, path);
          if (field) scope.adopt(name, driver.value(field), `${path} is NULL`);
          else {
            scope.spoil(name);
            scope.problem(node, noField(self, instance, path));
          }
        }
      }
      scope.keepReturned(result.returned, target.name);
      return returnedStep(result, target);
    },
  }),
];

interface NewName {
  readonly name: string;
  readonly node: Node;
  /** "return", or a field's path. */
  readonly path: string;
}

function valueNode(step: Node, key: string): Node {
  return step.children?.find(({ children }) => children?.[0]?.value === key)?.children?.[1] ?? step;
}

/** The names that the step gives; undefined where one can't be given, which was told. */
function newNames(
  as: string | undefined,
  makes: readonly Member[],
  target: DriverFunction,
  { scope, step }: Call,
): readonly NewName[] | undefined {
  const wanted: NewName[] = as === undefined ? [] : [{ name: as, node: valueNode(step, 'as'), path: 'return' }];
  let good = true;
  for (const { key, keyNode, value: node } of makes) {
    const path = /^(?:(return)|this\.(\w+(?:\.\w+)*))$/.exec(stringOf(node) ?? '');
    if (!path) {
      scope.problem(node, `"return" or a field, "this.fRing", is wanted here, not ${scope.textOf(node)}`, true);
      good = false;
    } else wanted.push({ name: key, node: keyNode, path: path[1] ?? path[2]! });
    if (path?.[2] !== undefined && !target.method) {
      scope.problem(node, `${target.name} is no method: it has no "this"`);
      good = false;
    }
  }
  const seen = new Set<string>();
  for (const { name, node } of wanted) {
    if (seen.has(name)) {
      scope.problem(node, `"${name}" is taken already`);
      good = false;
    } else if (!scope.mayName(name, node)) good = false;
    seen.add(name);
  }
  return good ? wanted : undefined;
}

function spoilAll(names: readonly NewName[] | undefined, { scope }: Call): undefined {
  for (const { name } of names ?? []) scope.spoil(name);
  return undefined;
}

function readArguments(
  members: readonly Member[],
  target: DriverFunction,
  { scope }: Call,
  driver: Driver,
): ReadonlyMap<number, DriverValue> | undefined {
  const passed = new Map<number, DriverValue>();
  let good = true;
  for (const { key, keyNode, value: node } of members) {
    const index = keyNode === node ? Number(key) : target.parameters.findIndex(({ name }) => name === key);
    const parameter = target.parameters[index];
    if (!parameter) {
      const all = target.parameters.map(({ name }) => name || '(no name)').join(', ');
      const has = all === '' ? 'it takes none' : `it takes ${all}`;
      scope.problem(keyNode, `${target.name}() has no ${keyNode === node ? 'such argument' : `"${key}"`}: ${has}`);
      good = false;
      continue;
    }
    const name = parameter.name || `argument ${String(index + 1)}`;
    const read = readDriverValue(node, parameter.type, name, scope, driver);
    if (read) passed.set(index, read);
    else good = false;
  }
  return good ? passed : undefined;
}

function readLiterals(members: readonly Member[], { scope }: Call): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  let good = true;
  for (const { key, value: node } of members) {
    const text = literalText(node, scope);
    if (text === undefined) good = false;
    else if (scope.driver?.constant(text) === undefined && !/^-?[\d.]+(e[-+]?\d+)?f?$/i.test(text)) {
      scope.problem(node, `"${text}" is no C literal, and no constant of the sources`);
      good = false;
    } else found[key] = text;
  }
  return good ? found : undefined;
}

/** The instance by its name, made where the name is new. */
function receiver(
  name: string,
  target: DriverFunction,
  { scope, step }: Call,
  driver: Driver,
): DriverInstance | undefined {
  const node = valueNode(step, 'this');
  if (!target.method) return scope.problem(node, `${target.name} is no method: it has no "this"`);
  const known = scope.find(name);
  if (known && known.kind !== 'instance')
    return scope.problem(node, `"${name}" is ${thingText(known)}, not an instance of the driver`);
  if (!known && !scope.mayName(name, node)) return undefined;
  const instance = driver.receiver(name, target);
  if (typeof instance === 'string') return scope.problem(node, instance);
  scope.define(name, { kind: 'instance', instance });
  return instance;
}

function storeFields(
  members: readonly Member[],
  instance: DriverInstance | undefined,
  { scope, step }: Call,
  driver: Driver,
): boolean {
  if (!members.length) return true;
  if (!instance) {
    scope.problem(valueNode(step, 'fields'), '"fields" needs a "this" whose fields they are');
    return false;
  }
  let good = true;
  for (const { key, keyNode, value: node } of members) {
    const field = driver.field(instance, key);
    const read = field
      ? readDriverValue(node, field.type, key, scope, driver)
      : scope.problem(keyNode, noField(instance.name, instance, key));
    if (field && read?.kind === 'out') scope.problem(node, 'only an argument can be { "out": NAME }');
    if (field && read && read.kind !== 'out') driver.setField(field, read);
    else good = false;
  }
  return good;
}

function noField(name: string | undefined, instance: DriverInstance | undefined, path: string): string {
  return instance
    ? `"${name ?? ''}" is an instance of ${instance.class}, which has no field "${path}"`
    : `without "this" there is no field "${path}" to look at`;
}

function returnedStep({ outcome, returned, isCode, assumptions }: DriverResult, target: DriverFunction): StepResult {
  const text = outcome.kind === 'returned' ? outcome.value : '';
  const number = returned?.kind === 'number' ? returned.value : undefined;
  const code = isCode && number !== undefined ? Number(BigInt.asUintN(32, number)) : undefined;
  const about: About | undefined = returned?.kind === 'object' || returned?.kind === 'task' ? returned : undefined;
  return {
    outcome: code === undefined ? 'returned' : code === 0 ? 'kIOReturnSuccess' : returnName(code),
    why: text === '' ? `${target.name}() returns.` : `${target.name}() returns ${text}.`,
    ...(code === undefined ? {} : { code }),
    ...(number === undefined ? {} : { value: number }),
    ...(about ? { about } : {}),
    ...(returned ? { returned } : {}),
    assumed: assumptions,
  };
}

function endedStep(outcome: Exclude<Outcome, { kind: 'returned' }>, { assumptions }: DriverResult): StepResult {
  const reason = outcome.kind === 'not-modelled' ? outcome.what : outcome.reason;
  const why = outcome.kind === 'not-modelled' ? `not modelled: ${reason}` : reason;
  return { outcome: outcome.kind, reason, why, ends: outcome, assumed: assumptions };
}
