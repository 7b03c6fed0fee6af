import type { Node } from 'jsonc-parser';

/** Questions to a JSON text's tree. */

export interface Member {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node;
}

/** The members of an object; half-written ones, without a value, are left out. */
export function membersOf(node: Node | undefined): readonly Member[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children }) => {
    const [keyNode, value] = children ?? [];
    return keyNode && value && typeof keyNode.value === 'string' ? [{ key: keyNode.value, keyNode, value }] : [];
  });
}

export function memberOf(node: Node | undefined, key: string): Node | undefined {
  return membersOf(node).find((member) => member.key === key)?.value;
}

export function elementsOf(node: Node | undefined): readonly Node[] {
  return node?.type === 'array' ? (node.children ?? []) : [];
}

/** The string that a node is, if it is one. */
export function stringOf(node: Node | undefined): string | undefined {
  return node?.type === 'string' && typeof node.value === 'string' ? node.value : undefined;
}

/** "a string", "an object": what a node is, for messages. */
export function kindOf(node: Node): string {
  switch (node.type) {
    case 'object':
    case 'array':
      return `an ${node.type}`;
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    default:
      return `a ${node.type}`;
  }
}
