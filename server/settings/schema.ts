import { levels } from './configuration';

/** The JSON Schema of `.maplens.json`: resources/maplens.schema.json is made from it. */
export function configurationSchema(rules: readonly { readonly id: string; readonly title: string }[]): object {
  const byRule = Object.fromEntries(
    rules.map(({ id, title }) => [id, { description: title, $ref: '#/definitions/level' }]),
  );
  const globs = { type: 'array', items: { type: 'string', minLength: 1 } };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'MapLens: rules and files',
    description: 'Settings of the nearest .maplens.json above a source, for the editor and the command line.',
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
    definitions: {
      level: { enum: levels, description: 'off: not reported. The others are severities.' },
    },
  };
}
