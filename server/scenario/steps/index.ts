import type { Verb } from '../verb';
import { clientVerbs } from './clients';
import { deviceVerbs } from './devices';
import { driverVerbs } from './driver';
import { driverKitVerbs } from './driver-kit';
import { lifetimeVerbs } from './lifetime';
import { makingVerbs } from './making';
import { mappingVerbs } from './mapping';
import { memoryVerbs } from './memory';
import { otherVerbs } from './other';
import { taskVerbs } from './tasks';

/** Every verb, in the order of the reference. A new family is a file here and a line below. */
export const verbs: readonly Verb[] = [
  ...makingVerbs,
  ...mappingVerbs,
  ...lifetimeVerbs,
  ...taskVerbs,
  ...memoryVerbs,
  ...deviceVerbs,
  ...clientVerbs,
  ...driverKitVerbs,
  ...driverVerbs,
  ...otherVerbs,
];

const byName: ReadonlyMap<string, Verb> = new Map(verbs.map((verb) => [verb.name, verb]));

export function verbNamed(name: string): Verb | undefined {
  return byName.get(name);
}
