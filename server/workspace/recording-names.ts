import type { Names } from '../ir/names';
import { fingerprint } from './declarations';

type Question = (names: Names) => unknown;

/** Names that note what was asked and answered, so that a kept result can be tested for still being right. */
export class RecordingNames {
  readonly #asked = new Map<string, { readonly ask: Question; readonly answer: unknown }>();
  readonly names: Names;

  constructor(names: Names) {
    const record = <T>(key: string, ask: (names: Names) => T): T => {
      const known = this.#asked.get(key);
      if (known) return known.answer as T;
      const answer = ask(names);
      this.#asked.set(key, { ask, answer });
      return answer;
    };
    this.names = {
      type: (name, scope) => record(`t ${scope} ${name}`, (world) => world.type(name, scope)),
      class: (name) => record(`k ${name}`, (world) => world.class(name)),
      member: (owner, name) => record(`m ${owner} ${name}`, (world) => world.member(owner, name)),
      derives: (name, base) => record(`d ${name} ${base}`, (world) => world.derives(name, base)),
      functions: (name, scope) => record(`f ${scope} ${name}`, (world) => world.functions(name, scope)),
      constant: (name, scope) => record(`c ${scope} ${name}`, (world) => world.constant(name, scope)),
      global: (name, scope) => record(`g ${scope} ${name}`, (world) => world.global(name, scope)),
    };
  }

  /** Whether `names` still gives every answer. */
  stillHolds(names: Names): boolean {
    for (const { ask, answer } of this.#asked.values()) {
      const now = ask(names);
      if (now !== answer && fingerprint(now) !== fingerprint(answer)) return false;
    }
    return true;
  }
}
