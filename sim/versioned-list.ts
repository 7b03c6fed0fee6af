/** Most items or children of a node. */
const most = 16;

interface Leaf<T> {
  readonly leaf: true;
  readonly items: readonly T[];
}

interface Branch<T> {
  readonly leaf: false;
  readonly items: readonly Node<T>[];
}

type Node<T> = Leaf<T> | Branch<T>;

/**
 * A sorted list that never changes: `with` and `without` answer a new one, in O(log n) time and memory, that shares all
 * but O(log n) nodes with the old one. A B-tree; nodes that shrink are not joined, only dropped when they are empty.
 */
export class VersionedList<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #root: Node<T>;

  /** @param compare a total order; items that compare as 0 are the same item. */
  constructor(compare: (a: T, b: T) => number, root: Node<T> = { leaf: true, items: [] }) {
    this.#compare = compare;
    this.#root = root;
  }

  /** With an item, in the place of the same one where it is there already. */
  with(item: T): VersionedList<T> {
    const halves = put(this.#root, item, this.#compare);
    return new VersionedList(this.#compare, halves.length === 1 ? halves[0]! : { leaf: false, items: halves });
  }

  /** Without an item; the list itself where it is not there. */
  without(item: T): VersionedList<T> {
    let root = take(this.#root, item, this.#compare);
    if (root === this.#root) return this;
    while (root && !root.leaf && root.items.length === 1) root = root.items[0];
    return new VersionedList(this.#compare, root);
  }

  /** All items in order, each as `view` shows it: O(n). */
  toArray<V>(view: (item: T) => V): V[] {
    const all: V[] = [];
    const walk = (node: Node<T>): void => {
      if (node.leaf) for (const item of node.items) all.push(view(item));
      else for (const child of node.items) walk(child);
    };
    walk(this.#root);
    return all;
  }
}

/** The last child or item that is not after `item`, or the first. */
function childOf<T>(branch: Branch<T>, item: T, compare: (a: T, b: T) => number): number {
  let low = 0;
  let high = branch.items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (compare(firstOf(branch.items[middle]!), item) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

function firstOf<T>(node: Node<T>): T {
  let each = node;
  while (!each.leaf) each = each.items[0]!;
  return each.items[0]!;
}

/** Where an item is in a leaf, or would be. */
function placeOf<T>(items: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(items[middle]!, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The node with the item: one, or two halves of it. */
function put<T>(node: Node<T>, item: T, compare: (a: T, b: T) => number): Node<T>[] {
  if (node.leaf) {
    const index = placeOf(node.items, item, compare);
    const there = index < node.items.length && compare(node.items[index]!, item) === 0;
    return halved(node.items.toSpliced(index, there ? 1 : 0, item), index).map((items) => ({ leaf: true, items }));
  }
  const index = childOf(node, item, compare);
  const children = node.items.toSpliced(index, 1, ...put(node.items[index]!, item, compare));
  return halved(children, index).map((items) => ({ leaf: false, items }));
}

/** What grows at its end is split there: lists in order of creation then keep full nodes. */
function halved<T>(items: readonly T[], changed: number): readonly (readonly T[])[] {
  if (items.length <= most) return [items];
  const middle = changed >= most - 1 ? most : most >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}

/** The node without the item; undefined where nothing is left. */
function take<T>(node: Node<T>, item: T, compare: (a: T, b: T) => number): Node<T> | undefined {
  if (node.leaf) {
    const index = placeOf(node.items, item, compare);
    if (index === node.items.length || compare(node.items[index]!, item) !== 0) return node;
    return node.items.length === 1 ? undefined : { leaf: true, items: node.items.toSpliced(index, 1) };
  }
  const index = childOf(node, item, compare);
  const child = node.items[index]!;
  const rest = take(child, item, compare);
  if (rest === child) return node;
  if (rest) return { leaf: false, items: node.items.with(index, rest) };
  return node.items.length === 1 ? undefined : { leaf: false, items: node.items.toSpliced(index, 1) };
}
