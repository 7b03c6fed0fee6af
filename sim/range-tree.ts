/** A range of page numbers, end exclusive. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
}

/** Most children or ranges of a node; one that falls below a quarter joins its neighbour. */
const most = 32;
const fewest = most / 4;

interface Leaf<R> {
  readonly leaf: true;
  readonly items: R[];
  start: number;
  end: number;
  /** The largest hole between two neighbours in here. */
  gap: number;
}

interface Branch<R> {
  readonly leaf: false;
  readonly items: Node<R>[];
  start: number;
  end: number;
  gap: number;
}

type Node<R> = Leaf<R> | Branch<R>;

/**
 * Ranges that never overlap, in order: a B-tree whose nodes know the largest hole inside, so that looking up, entering,
 * removing and first fit are O(log n).
 */
export class RangeTree<R extends PageRange> {
  #root: Node<R> = makeLeaf([]);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** All ranges in order, in an array of their own. */
  toArray(): R[] {
    const all: R[] = [];
    collect(this.#root, all);
    return all;
  }

  /** The range that holds a page. */
  at(page: number): R | undefined {
    let node = this.#root;
    while (!node.leaf) {
      const child = node.items[firstEndingAfter(node.items, page)];
      if (!child || child.start > page) return undefined;
      node = child;
    }
    const found = node.items[firstEndingAfter(node.items, page)];
    return found && found.start <= page ? found : undefined;
  }

  /** Whether nothing touches [start, end). */
  isFree(start: number, end: number): boolean {
    let node = this.#root;
    for (;;) {
      const index = firstEndingAfter(node.items, start);
      const next: PageRange | undefined = node.items[index];
      if (!next || next.start >= end) return true;
      // A child's first and last page are in use; only one that reaches out on both sides can have a hole there.
      if (node.leaf || next.start >= start || next.end <= end) return false;
      node = node.items[index]!;
    }
  }

  /** The ranges that touch [start, end), in order. */
  overlapping(start: number, end: number): R[] {
    const found: R[] = [];
    collectOverlapping(this.#root, start, end, found);
    return found;
  }

  /** The lowest page from `from` on where `pages` pages are free; the caller bounds it above. */
  firstFit(pages: number, from: number): number {
    const found = fit(this.#root, pages, from);
    return found >= 0 ? found : Math.max(from, this.#root.end);
  }

  /** Enters a range that touches no other. */
  insert(range: R): void {
    const right = insertInto(this.#root, range);
    if (right) this.#root = makeBranch([this.#root, right]);
    this.#size++;
  }

  /** Removes a range that is in the tree. */
  delete(range: R): void {
    deleteFrom(this.#root, range);
    this.#size--;
    while (!this.#root.leaf && this.#root.items.length === 1) this.#root = this.#root.items[0]!;
  }
}

function makeLeaf<R extends PageRange>(items: R[]): Leaf<R> {
  const leaf: Leaf<R> = { leaf: true, items, start: 0, end: 0, gap: 0 };
  measure(leaf);
  return leaf;
}

function makeBranch<R extends PageRange>(items: Node<R>[]): Branch<R> {
  const branch: Branch<R> = { leaf: false, items, start: 0, end: 0, gap: 0 };
  measure(branch);
  return branch;
}

function measure<R extends PageRange>(node: Node<R>): void {
  const { items } = node;
  const { length } = items;
  if (length === 0) {
    node.start = node.end = node.gap = 0;
    return;
  }
  let gap = 0;
  let end = items[0]!.start;
  node.start = end;
  for (let i = 0; i < length; i++) {
    const item = items[i]!;
    if (item.start - end > gap) gap = item.start - end;
    end = item.end;
  }
  if (!node.leaf) for (const child of node.items) if (child.gap > gap) gap = child.gap;
  node.end = end;
  node.gap = gap;
}

function firstEndingAfter(items: readonly PageRange[], page: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.end <= page) low = middle + 1;
    else high = middle;
  }
  return low;
}

function collect<R extends PageRange>(node: Node<R>, into: R[]): void {
  if (node.leaf) for (const range of node.items) into.push(range);
  else for (const child of node.items) collect(child, into);
}

function collectOverlapping<R extends PageRange>(node: Node<R>, start: number, end: number, into: R[]): void {
  if (node.leaf) {
    for (let i = firstEndingAfter(node.items, start); i < node.items.length && node.items[i]!.start < end; i++)
      into.push(node.items[i]!);
    return;
  }
  for (let i = firstEndingAfter(node.items, start); i < node.items.length && node.items[i]!.start < end; i++)
    collectOverlapping(node.items[i]!, start, end, into);
}

/** Where `pages` pages fit, from `from` on and before the node's end; -1 where they don't. */
function fit<R extends PageRange>(node: Node<R>, pages: number, from: number): number {
  let at = from;
  const { items } = node;
  for (let i = firstEndingAfter(items, from); i < items.length; i++) {
    const item = items[i]!;
    if (item.start - at >= pages) return at;
    if (!node.leaf && node.items[i]!.gap >= pages) {
      const inside = fit(node.items[i]!, pages, at);
      if (inside >= 0) return inside;
    }
    at = item.end;
  }
  return -1;
}

/** @returns the node's right half, where it had to be split. */
function insertInto<R extends PageRange>(node: Node<R>, range: R): Node<R> | undefined {
  if (node.leaf) {
    const index = firstEndingAfter(node.items, range.start);
    insertAt(node.items, index, range);
    if (node.items.length <= most) {
      entered(node, index);
      return undefined;
    }
  } else {
    const index = Math.min(firstEndingAfter(node.items, range.start), node.items.length - 1);
    const child = node.items[index]!;
    const { start, end, gap } = child;
    const right = insertInto(child, range);
    if (!right) {
      childChanged(node, child, start, end, gap);
      return undefined;
    }
    insertAt(node.items, index + 1, right);
    if (node.items.length <= most) {
      measure(node);
      return undefined;
    }
  }
  const right = node.leaf ? makeLeaf(node.items.splice(most >> 1)) : makeBranch(node.items.splice(most >> 1));
  measure(node);
  return right;
}

function deleteFrom<R extends PageRange>(node: Node<R>, range: R): void {
  const index = firstEndingAfter(node.items, range.start);
  if (node.leaf) {
    removeAt(node.items, index);
    const before = node.items[index - 1];
    const after = node.items[index];
    if (before && after) node.gap = Math.max(node.gap, after.start - before.end);
    else measure(node);
    return;
  }
  const child = node.items[index]!;
  const { start, end, gap } = child;
  deleteFrom(child, range);
  if (child.items.length < fewest && node.items.length > 1) {
    join(node, index === 0 ? 0 : index - 1);
    measure(node);
  } else childChanged(node, child, start, end, gap);
}

/** Measures a leaf after an entry: all of it only where its largest hole was cut. */
function entered<R extends PageRange>(leaf: Leaf<R>, index: number): void {
  const { items, gap } = leaf;
  const range = items[index]!;
  const before = items[index - 1];
  const after = items[index + 1];
  if (!before || !after || after.start - before.end === gap) measure(leaf);
  else leaf.gap = Math.max(gap, range.start - before.end, after.start - range.end);
}

/** Measures a branch after one child, which was [start, end) with `gap`, may have changed. */
function childChanged<R extends PageRange>(
  branch: Branch<R>,
  child: Node<R>,
  start: number,
  end: number,
  gap: number,
): void {
  if (child.start !== start || child.end !== end || (child.gap < gap && gap === branch.gap)) measure(branch);
  else if (child.gap > branch.gap) branch.gap = child.gap;
}

function insertAt<T>(items: T[], index: number, item: T): void {
  items.push(item);
  for (let i = items.length - 1; i > index; i--) items[i] = items[i - 1]!;
  items[index] = item;
}

function removeAt<T>(items: T[], index: number): void {
  for (let i = index + 1; i < items.length; i++) items[i - 1] = items[i]!;
  items.pop();
}

/** Makes one child of two neighbours, or evens them out where they are too many for one. */
function join<R extends PageRange>(node: Branch<R>, index: number): void {
  const left = node.items[index]!;
  const right = node.items[index + 1]!;
  if (left.leaf && right.leaf) even(left.items, right.items);
  else if (!left.leaf && !right.leaf) even(left.items, right.items);
  measure(left);
  if (right.items.length) measure(right);
  else node.items.splice(index + 1, 1);
}

/** Leaves room in what it joins, so that the next insertion does not split it again. */
function even<T>(left: T[], right: T[]): void {
  const all = [...left, ...right];
  const half = all.length > most - fewest ? all.length >> 1 : all.length;
  left.splice(0, left.length, ...all.slice(0, half));
  right.splice(0, right.length, ...all.slice(half));
}
