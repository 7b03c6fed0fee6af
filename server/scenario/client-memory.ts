import type { Node } from 'jsonc-parser';
import type { ClientMemory } from '../../sim/user-client';
import { code, descriptorOrNull, flag, number, oneOf, options, type Field } from './fields';
import { kindOf, membersOf } from './json';
import type { JsonSchema } from './json-schema';
import type { Scope } from './scope';

/** What a driver's clientMemoryForType() answers for a type: members that several steps have. */
export const clientMemoryFields = {
  descriptor: descriptorOrNull('What it stores into *memory; null for nothing.'),
  options: options(
    '*options: kIOMapReadOnly and others above the low 12 bits; of a DriverKit driver kIOUserClientMemoryReadOnly.',
  ),
  code: code('What it returns (default kIOReturnSuccess).'),
  retains: flag('Whether it retains the descriptor for the kernel to release (default true).'),
  each: oneOf(
    ['same', 'new', 'sub'],
    'Each call: the same descriptor (the default), a new one of the same memory, or a new sub-descriptor.',
  ),
  offset: number('Of a sub-descriptor: where it begins.'),
  length: number('Of a sub-descriptor: how many bytes (default: up to the end).'),
};

interface Values {
  readonly descriptor?: ClientMemory['descriptor'] | null;
  readonly options?: number | undefined;
  readonly code?: number | undefined;
  readonly retains?: boolean | undefined;
  readonly each?: 'same' | 'new' | 'sub' | undefined;
  readonly offset?: bigint | undefined;
  readonly length?: bigint | undefined;
}

export function clientMemoryOf(values: Values): ClientMemory {
  const { descriptor, each = 'same', offset = 0n } = values;
  return {
    descriptor: descriptor ?? undefined,
    options: values.options ?? 0,
    code: values.code ?? 0,
    retains: values.retains ?? true,
    each: each === 'sub' ? { offset, length: values.length ?? (descriptor?.length ?? offset) - offset } : each,
  };
}

/** Types and their memory: { "0": { "descriptor": "ring" } }. */
export const clientMemory: Field<ReadonlyMap<number, ClientMemory>> = {
  required: false,
  schema: {
    type: 'object',
    description: 'What clientMemoryForType() answers, by type.',
    patternProperties: {
      '^(0|[1-9][0-9]{0,9})$': {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(clientMemoryFields).map(([name, { schema }]): [string, JsonSchema] => [name, schema]),
        ),
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  read: (node, scope) => {
    if (node.type !== 'object')
      return scope.problem(node, `an object of types and their memory is wanted here, not ${kindOf(node)}`, true);
    const found = new Map<number, ClientMemory>();
    let good = true;
    for (const { key, keyNode, value } of membersOf(node)) {
      const memory = readMemory(value, scope);
      if (!/^(0|[1-9]\d{0,9})$/.test(key)) scope.problem(keyNode, `"${key}" is no type: a number is wanted`, true);
      else if (memory) found.set(Number(key), memory);
      else good = false;
    }
    return good ? found : undefined;
  },
};

function readMemory(node: Node, scope: Scope): ClientMemory | undefined {
  if (node.type !== 'object')
    return scope.problem(node, `what clientMemoryForType() answers is an object, not ${kindOf(node)}`, true);
  const fields: Readonly<Record<string, Field<unknown>>> = clientMemoryFields;
  const values: Record<string, unknown> = {};
  let good = true;
  for (const { key, keyNode, value } of membersOf(node)) {
    const field = fields[key];
    values[key] = field ? field.read(value, scope) : scope.problem(keyNode, `client memory has no "${key}"`, true);
    good &&= values[key] !== undefined;
  }
  return good ? clientMemoryOf(values as Values) : undefined;
}
