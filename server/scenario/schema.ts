import { acceptedMachines } from '../../sim/profiles';
import { returnNames } from '../../sim/returns';
import { namePattern } from './document';
import { expectations } from './expectations';
import { fieldDefinitions } from './fields';
import type { JsonSchema } from './json-schema';
import { verbs } from './steps/index';
import { commonOutcomes, subjectSchema, type Verb } from './verb';

/** The JSON Schema of scenarios, made from the verbs: resources/iomap.schema.json. Editors complete and check by it. */
export function scenarioSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'MapLens scenario',
    description: 'Steps on a simulated XNU kernel, and what is expected of each.',
    allowComments: true,
    allowTrailingCommas: true,
    type: 'object',
    properties: {
      title: { type: 'string', description: 'What the scenario shows, in a few words.' },
      fact: { type: 'string', description: 'The number of the fact that it shows, in a conformance suite.' },
      also: { type: 'array', items: { type: 'string' }, description: 'Numbers of further facts.' },
      about: { type: 'string', description: 'One or two sentences for the reader.' },
      machine: {
        description: 'The machine that it runs on, or several: it then runs on each.',
        anyOf: [{ enum: acceptedMachines }, { type: 'array', items: { enum: acceptedMachines }, minItems: 1 }],
      },
      tasks: {
        description: 'User tasks. kernel_task is always there.',
        anyOf: [
          { type: 'array', items: { type: 'string', pattern: namePattern } },
          {
            type: 'object',
            propertyNames: { pattern: namePattern },
            additionalProperties: {
              type: 'object',
              properties: {
                program: { $ref: '#/definitions/number', description: 'How much of its space its program takes.' },
                limit: { $ref: '#/definitions/number', description: 'RLIMIT_AS: how much may be mapped in it at all.' },
                rosetta: { type: 'boolean', description: 'An x86_64 program on Apple silicon: pages of 4 KB.' },
              },
              additionalProperties: false,
            },
          },
        ],
      },
      devices: {
        type: 'object',
        description: 'Devices with ranges of memory: the descriptors NAME.0, NAME.1 …',
        propertyNames: { pattern: namePattern },
        additionalProperties: {
          type: 'object',
          properties: {
            bars: {
              type: 'array',
              description: 'Its ranges of physical memory.',
              items: {
                type: 'object',
                properties: {
                  address: { $ref: '#/definitions/number', description: 'The physical address.' },
                  length: { $ref: '#/definitions/number', description: 'How many bytes.' },
                },
                required: ['address', 'length'],
                additionalProperties: false,
              },
            },
          },
          required: ['bars'],
          additionalProperties: false,
        },
      },
      sources: {
        type: 'array',
        description: 'The driver’s sources, relative to the scenario; a folder with a slash at its end.',
        items: { type: 'string' },
      },
      steps: {
        type: 'array',
        description: 'What happens, one call after the other.',
        items: { $ref: '#/definitions/step' },
      },
    },
    required: ['title', 'steps'],
    additionalProperties: false,
    defaultSnippets: [
      {
        label: 'A scenario',
        body: { title: '${1:What it shows}', tasks: ['A'], steps: ['^$0'] },
      },
    ],
    definitions: {
      ...fieldDefinitions(),
      expectation: {
        type: 'object',
        description: 'What is so after the step; all of it must hold.',
        properties: Object.fromEntries(expectations.map(({ name, schema }) => [name, schema])),
        additionalProperties: false,
      },
      code: {
        description: 'A return code’s name.',
        anyOf: [{ enum: returnNames }, { type: 'string', pattern: '^0x[0-9a-fA-F]{1,8}$' }],
      },
      label: { type: 'string', description: 'What the trace calls the step.' },
      on: {
        description: 'Only on these machines: names, architectures ("arm64") or releases ("15.4").',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      },
      step: stepSchema(),
      ...Object.fromEntries(verbs.map((verb) => [`step ${verb.name}`, verbSchema(verb)])),
    },
  };
}

/** One verb: chosen by its key, so that problems are told in its own terms. */
function stepSchema(): JsonSchema {
  const hasVerb = { anyOf: verbs.map(({ name }) => ({ required: [name] })) };
  return {
    type: 'object',
    minProperties: 1,
    if: hasVerb,
    then: {
      allOf: verbs.map((verb) => ({ if: isVerb(verb), then: { $ref: `#/definitions/step ${verb.name}` } })),
    },
    else: {
      properties: {
        ...Object.fromEntries(verbs.map((verb) => [verb.name, { description: verb.description }])),
        ...commonProperties({}),
      },
      additionalProperties: false,
    },
    defaultSnippets: verbs.map((verb) => ({
      label: verb.name,
      description: verb.description,
      body: snippetBody(verb),
    })),
  };
}

/** A verb's key is there, and not as the member of another verb. */
function isVerb({ name }: Verb): JsonSchema {
  const others = verbs.filter((verb) => name in verb.fields);
  if (!others.length) return { required: [name] };
  return { required: [name], not: { anyOf: others.map((other) => ({ required: [other.name] })) } };
}

function commonProperties(expect: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return {
    expect: { description: 'The outcome, or what is so after the step.', ...expect },
    label: { $ref: '#/definitions/label' },
    on: { $ref: '#/definitions/on' },
  };
}

function verbSchema(verb: Verb): JsonSchema {
  const words = [...verb.outcomes.filter((word) => word !== 'code'), ...commonOutcomes];
  return {
    type: 'object',
    description: verb.description,
    properties: {
      [verb.name]: { ...subjectSchema(verb) },
      ...Object.fromEntries(Object.entries(verb.fields).map(([name, { schema }]) => [name, schema])),
      ...commonProperties({
        anyOf: [
          { enum: words },
          ...(verb.outcomes.includes('code') ? [{ $ref: '#/definitions/code' }] : []),
          { $ref: '#/definitions/expectation' },
        ],
      }),
    },
    required: Object.entries(verb.fields).flatMap(([name, field]) => (field.required ? [name] : [])),
    additionalProperties: false,
  };
}

/** The verb with all that it needs, to be filled in. */
function snippetBody(verb: Verb): Readonly<Record<string, unknown>> {
  const needed = Object.entries(verb.fields).filter(([, field]) => field.required);
  return Object.fromEntries(
    [verb.name, ...needed.map(([name]) => name)].map((name, at) => [name, `$${String(at + 1)}`]),
  );
}

/** The schema's text, as it is shipped. */
export function schemaText(): string {
  return `${JSON.stringify(scenarioSchema(), null, 2)}\n`;
}
