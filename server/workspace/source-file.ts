import type { SplitChunk } from '../syntax/split';
import { split } from '../syntax/split';
import { platformFacts, type ConditionLookup } from '../syntax/condition';
import { LineMap } from '../syntax/text';
import type { FileFacts, MacroDefinition } from './facts';
import { macrosOf } from './facts';

/** What of the API a file names: the calls that map, or only classes of counted objects. */
export type Mentions = 'mapping' | 'objects' | 'nothing';

/** One file of the workspace: its text, and what was read of it so far. */
export class SourceFile {
  readonly path: string;
  text: string;
  mentions: Mentions;
  facts: FileFacts | undefined;
  /** The heads of its declarations as one text: changes when what it declares may have. */
  signature = '';
  /** The macros under which `facts` were read. */
  factsKey = 0;
  /** Changes when the macros that it defines do. */
  macroVersion = 0;
  readonly #facts: ConditionLookup;
  #chunks: readonly SplitChunk[] | undefined;
  #chunksOf = '';
  #lines: LineMap | undefined;
  #macros: ReadonlyMap<string, readonly MacroDefinition[]> | undefined;
  #macroText = '';
  #includes: readonly string[] | undefined;

  constructor(path: string, text: string, mentions: Mentions, facts: ConditionLookup = platformFacts) {
    this.#facts = facts;
    this.path = path;
    this.text = text;
    this.mentions = mentions;
  }

  update(text: string, mentions: Mentions): void {
    this.text = text;
    this.mentions = mentions;
    this.#lines = undefined;
    this.#macros = undefined;
    this.#includes = undefined;
  }

  /** The declarations; after an edit only those that it touches are read again. */
  get chunks(): readonly SplitChunk[] {
    if (!this.#chunks || this.#chunksOf !== this.text) {
      this.#chunks = split(this.text, this.#chunks && { text: this.#chunksOf, chunks: this.#chunks }, this.#facts);
      this.#chunksOf = this.text;
    }
    return this.#chunks;
  }

  get lines(): LineMap {
    return (this.#lines ??= new LineMap(this.text));
  }

  get macros(): ReadonlyMap<string, readonly MacroDefinition[]> {
    if (!this.#macros) {
      this.#macros = macrosOf(this.text, this.chunks);
      let text = '';
      for (const [name, list] of this.#macros)
        for (const { macro } of list)
          text += `${name}(${macro?.parameters?.join() ?? ''}${macro?.parameters ? ')' : ''}${macro?.body ?? '\0'}\n`;
      if (text !== this.#macroText) this.macroVersion++;
      this.#macroText = text;
    }
    return this.#macros;
  }

  /** The files that it includes, as written. */
  get includes(): readonly string[] {
    return (this.#includes ??= this.#findIncludes());
  }

  #findIncludes(): readonly string[] {
    const found: string[] = [];
    if (!this.text.includes('#')) return found;
    for (const match of this.text.matchAll(/^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"]([^>"\n]+)[>"]/gm))
      found.push(match[1]!);
    return found;
  }

  headText(): string {
    let text = '';
    for (const chunk of this.chunks)
      text += `${chunk.kind} ${this.text.slice(chunk.start, chunk.kind === 'function' ? chunk.start + chunk.bodyStart : chunk.end)}\n`;
    return text;
  }
}
