import { levels } from './configuration';

interface RuleName {
  readonly id: string;
  readonly title: string;
}

const level = { enum: levels, description: 'off: not reported. The others are severities.' };
/** What VS Code says of a name that is no rule's and has a level. */
const errorMessage = 'There is no such rule. A glob has an object: rule → level.';

/** The JSON Schema of `.maplens.json`: resources/maplens.schema.json is made from it. */
export function configurationSchema(rules: readonly RuleName[]): object {
  const byRule = Object.fromEntries(
    rules.map(({ id, title }) => [id, { description: title, $ref: '#/definitions/level' }]),
  );
  const globs = { type: 'array', items: { type: 'string', minLength: 1 } };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'MapLens: rules and files',
    description: 'Settings of the nearest .maplens.json above a source, for the editor and the command line.',
    allowComments: true,
    allowTrailingCommas: true,
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      rules: {
        description:
          'Levels of rules: for all files below this folder, or for those that a glob names. The last one that fits counts.',
        type: 'object',
        properties: byRule,
        additionalProperties: {
          description: 'A glob, from this folder on: levels of rules in these files.',
          type: 'object',
          errorMessage,
          properties: byRule,
          additionalProperties: false,
        },
      },
      include: { description: 'Globs, from this folder on: only what is found in these files is reported.', ...globs },
      exclude: {
        description:
          'Globs, from this folder on: nothing is reported in these files. They are read all the same, for what they declare.',
        ...globs,
      },
    },
    definitions: { level },
  };
}

/**
 * The editor's setting `maplens.rules`, as package.json declares it: the member `rules` of `.maplens.json`. Its parts
 * say one thing each, as a reference leads nowhere in a manifest.
 */
export function rulesSetting(rules: readonly RuleName[]): object {
  return {
    type: 'object',
    scope: 'resource',
    default: {},
    markdownDescription:
      'Levels of rules: `off`, `hint`, `info`, `warning` or `error`, for all files of a folder, or for those that a glob names: `{ "ignored-address": "error", "tests/**": { "leaked-reference": "off" } }`. What a `.maplens.json` in the tree says of a rule goes before this.',
    allOf: [
      {
        properties: Object.fromEntries(rules.map(({ id, title }) => [id, { description: title }])),
        additionalProperties: { type: 'object', errorMessage },
      },
      { additionalProperties: { anyOf: [level, { type: 'object', additionalProperties: level }] } },
    ],
  };
}
