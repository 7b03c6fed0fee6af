import { describeClass } from '../symbolic/describe';
import { allocation, handedOver } from '../symbolic/state';
import type { ObjectState } from '../symbolic/state';

/** "the map from createMappingInTask()". */
export function theObject(object: ObjectState): string {
  const what = `the ${describeClass(object.class)}`;
  if (object.creation?.call === allocation) return `${what} from new`;
  if (object.creation?.call === handedOver) return `${what} from the caller`;
  return object.creation ? `${what} from ${object.creation.call}()` : what;
}

/** "'map'", or what it is when no variable held it. */
export function nameOf(object: ObjectState): string {
  return object.variable === undefined ? theObject(object) : `'${object.variable}'`;
}

/** A path that only exists if a call left memory alone is no proof. */
export function isCertain(object: ObjectState): boolean {
  return !object.doubtful && !object.escaped && !object.managed;
}

/** With a capital, for the start of a sentence. */
export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
