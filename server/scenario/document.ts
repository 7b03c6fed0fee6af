import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { defaultMachine, machineLayout, unknownMachine } from '../../sim/profiles';
import { elementsOf, kindOf, membersOf, memberOf, stringOf, type Member } from './json';
import { Places, type Problem } from './problems';

export interface TaskDeclaration {
  readonly name: string;
  readonly nameNode: Node;
  /** Sizes. */
  readonly program?: Node | undefined;
  readonly limit?: Node | undefined;
  readonly rosetta?: boolean;
}

/** A scenario's text, read: what is declared, and the steps as parts of its tree. Values are read when a step runs. */
export interface ScenarioDocument {
  readonly file: string;
  readonly text: string;
  readonly places: Places;
  readonly title: string;
  readonly titleNode: Node;
  readonly about: string | undefined;
  /** Numbers of the facts that it shows, the first one first. */
  readonly facts: readonly { readonly id: string; readonly node: Node }[];
  readonly machines: readonly string[];
  readonly tasks: readonly TaskDeclaration[];
  readonly devices: readonly DeviceDeclaration[];
  /** The driver's sources, as they are written: relative to the scenario. */
  readonly sources: readonly { readonly path: string; readonly node: Node }[];
  readonly steps: readonly Node[];
  /** The list that they are in. */
  readonly stepsNode: Node | undefined;
}

export interface DeviceDeclaration {
  readonly name: string;
  readonly nameNode: Node;
  readonly bars: readonly { readonly node: Node; readonly address: Node; readonly length: Node }[];
}

export interface ReadScenario {
  /** Absent where the text is no scenario at all. */
  readonly document: ScenarioDocument | undefined;
  readonly problems: readonly Problem[];
}

export const documentKeys = [
  'title',
  'fact',
  'also',
  'about',
  'machine',
  'tasks',
  'devices',
  'sources',
  'steps',
] as const;

/** What a task, a device or an object may be called. */
export const namePattern = '^[A-Za-z_][A-Za-z0-9_]*$';
const nameShape = new RegExp(namePattern);
export const reservedNames: readonly string[] = ['kernel_task', 'machine', 'NULL', 'null', 'physical'];

export function isName(text: string): boolean {
  return nameShape.test(text) && !reservedNames.includes(text);
}

const syntaxErrors: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no JSON value',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a member’s name in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing brace is missing here',
  CloseBracketExpected: 'a closing bracket is missing here',
  EndOfFileExpected: 'nothing may follow the scenario',
  UnexpectedEndOfComment: 'this comment does not end',
  UnexpectedEndOfString: 'this string does not end',
  InvalidEscapeCharacter: 'this is no escape sequence',
  InvalidCharacter: 'this character may not stand here',
};

/**
 * Reads a scenario (docs/iomap.md). Whatever the text is, this answers: with the problems at their places, and with as
 * much of the scenario as can be read.
 * @param file the name of the text in places.
 */
export function readScenario(text: string, file: string): ReadScenario {
  const places = new Places(file, text);
  const problems: Problem[] = [];
  const problem = (
    node: { readonly offset: number; readonly length: number },
    message: string,
    bySchema = true,
  ): void => {
    problems.push({ message, place: places.place(node.offset, node.length), bySchema });
  };
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problem({ offset: 0, length: 1 }, 'is nested too deeply to be read');
    return { document: undefined, problems };
  }
  for (const { error, offset, length } of errors)
    problems.push({
      message: syntaxErrors[printParseErrorCode(error)] ?? 'this is no JSON',
      place: places.place(offset, length),
      bySchema: true,
      syntax: true,
    });
  if (root?.type !== 'object') {
    if (!errors.length) problem(root ?? { offset: 0, length: text.length }, 'a scenario is one object in braces');
    return { document: undefined, problems };
  }
  const declared = new Reader(problem);
  const document = declared.document(root, file, text, places);
  return { document, problems };
}

class Reader {
  readonly #problem: (node: Node, message: string, bySchema?: boolean) => void;

  constructor(problem: (node: Node, message: string, bySchema?: boolean) => void) {
    this.#problem = problem;
  }

  document(root: Node, file: string, text: string, places: Places): ScenarioDocument {
    this.#members(root, documentKeys, 'a scenario');
    const titleNode = memberOf(root, 'title');
    if (!titleNode) this.#problem(root, 'a scenario needs a "title"');
    const stepsNode = memberOf(root, 'steps');
    if (!stepsNode) this.#problem(root, 'a scenario needs "steps"');
    const factNode = memberOf(root, 'fact');
    const facts = [...(factNode ? [factNode] : []), ...this.#list(memberOf(root, 'also'), 'also')].flatMap((node) => {
      const id = this.#text(node, 'a fact');
      return id === undefined ? [] : [{ id, node }];
    });
    const aboutNode = memberOf(root, 'about');
    const taken = new Map<string, Node>();
    return {
      file,
      text,
      places,
      title: (titleNode && this.#text(titleNode, 'title')) ?? file,
      titleNode: titleNode ?? root,
      about: aboutNode && this.#text(aboutNode, 'about'),
      facts,
      machines: this.#machines(memberOf(root, 'machine')),
      tasks: this.#tasks(memberOf(root, 'tasks'), taken),
      devices: this.#devices(memberOf(root, 'devices'), taken),
      sources: this.#list(memberOf(root, 'sources'), 'sources').flatMap((node) => {
        const path = this.#text(node, 'a source');
        return path === undefined ? [] : [{ path, node }];
      }),
      steps: this.#list(stepsNode, 'steps'),
      stepsNode,
    };
  }

  #text(node: Node, what: string): string | undefined {
    const text = stringOf(node);
    if (text === undefined) this.#problem(node, `${what} is a string, not ${kindOf(node)}`);
    return text;
  }

  #list(node: Node | undefined, what: string): readonly Node[] {
    if (node && node.type !== 'array') this.#problem(node, `"${what}" is a list in brackets, not ${kindOf(node)}`);
    return elementsOf(node);
  }

  /** The members of an object; tells those that are unknown or stand there twice. */
  #members(node: Node | undefined, known: readonly string[] | undefined, what: string): readonly Member[] {
    if (!node) return [];
    if (node.type !== 'object') {
      this.#problem(node, `${what} is an object in braces, not ${kindOf(node)}`);
      return [];
    }
    const seen = new Set<string>();
    return membersOf(node).filter(({ key, keyNode }) => {
      if (seen.has(key)) this.#problem(keyNode, `"${key}" stands here twice`);
      else if (known && !known.includes(key)) this.#problem(keyNode, `${what} has no "${key}"`);
      const good = !seen.has(key);
      seen.add(key);
      return good;
    });
  }

  #machines(node: Node | undefined): readonly string[] {
    if (!node) return [defaultMachine];
    const nodes = node.type === 'array' ? elementsOf(node) : [node];
    if (!nodes.length) this.#problem(node, 'a scenario runs on one machine at least');
    const names = nodes.flatMap((each) => {
      const name = this.#text(each, 'a machine');
      if (name === undefined) return [];
      const layout = machineLayout(name);
      if (layout) return [layout.profile.name];
      this.#problem(each, unknownMachine(name));
      return [];
    });
    return [...new Set(names)];
  }

  #name(name: string, node: Node, taken: Map<string, Node>): boolean {
    if (!isName(name)) {
      this.#problem(
        node,
        `"${name}" can't be a name: letters, digits and _ only, and none of ${reservedNames.join(', ')}`,
        !nameShape.test(name),
      );
      return false;
    }
    if (taken.has(name)) {
      this.#problem(node, `"${name}" is taken already`, false);
      return false;
    }
    taken.set(name, node);
    return true;
  }

  #tasks(node: Node | undefined, taken: Map<string, Node>): ScenarioDocument['tasks'] {
    if (node?.type === 'array')
      return elementsOf(node).flatMap((nameNode) => {
        const name = this.#text(nameNode, "a task's name");
        return name !== undefined && this.#name(name, nameNode, taken) ? [{ name, nameNode }] : [];
      });
    return this.#members(node, undefined, '"tasks"').flatMap(({ key, keyNode, value }) => {
      this.#members(value, ['program', 'limit', 'rosetta'], 'a task');
      const rosetta = memberOf(value, 'rosetta');
      if (rosetta && rosetta.type !== 'boolean') this.#problem(rosetta, '"rosetta" is true or false');
      return this.#name(key, keyNode, taken)
        ? [
            {
              name: key,
              nameNode: keyNode,
              program: memberOf(value, 'program'),
              limit: memberOf(value, 'limit'),
              rosetta: rosetta?.value === true,
            },
          ]
        : [];
    });
  }

  #devices(node: Node | undefined, taken: Map<string, Node>): readonly DeviceDeclaration[] {
    return this.#members(node, undefined, '"devices"').flatMap(({ key, keyNode, value }) => {
      this.#members(value, ['bars'], 'a device');
      const bars = this.#list(memberOf(value, 'bars'), 'bars').flatMap((bar) => {
        this.#members(bar, ['address', 'length'], 'a range of device memory');
        const address = memberOf(bar, 'address');
        const length = memberOf(bar, 'length');
        if (address && length) return [{ node: bar, address, length }];
        if (bar.type === 'object') this.#problem(bar, 'a range of device memory has an "address" and a "length"');
        return [];
      });
      return this.#name(key, keyNode, taken) ? [{ name: key, nameNode: keyNode, bars }] : [];
    });
  }
}
