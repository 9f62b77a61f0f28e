import { emptyRoot, type Hash, nodeHash } from './merkle.js';

/** A complete subtree: `2 ** level` leaves, the `index`-th of its level. Its hash never changes. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

export interface Node extends NodeId {
  readonly hash: Hash;
}

/** Complete subtrees side by side, largest first, that together make one hash of a proof. */
export type Range = readonly NodeId[];

/** @throws RangeError for anything but a whole number from `least` on */
function checkWhole(n: number, least: number, what: string): void {
  if (!Number.isSafeInteger(n) || n < least) {
    throw new RangeError(`${what} must be a whole number from ${String(least)} on: ${String(n)}`);
  }
}

/** The hash over complete subtrees side by side, largest first. */
export function fold(hashes: readonly Hash[]): Hash {
  let right: Hash | undefined;
  for (const left of [...hashes].reverse()) {
    right = right === undefined ? left : nodeHash(left, right);
  }
  return right ?? emptyRoot;
}

/** Leaves `from` to `to` (exclusive) as complete subtrees; `from` begins a subtree of the whole. */
function complete(from: number, to: number): Range {
  const nodes: NodeId[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    let size = 1;
    while (size * 2 <= to - at) {
      size *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / size });
    at += size;
  }
  return nodes;
}

/** The complete subtrees whose hashes make the root of a tree of this size. */
export function rootRange(size: number): Range {
  checkWhole(size, 0, 'size');
  return complete(0, size);
}

const largestPowerBelow = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** PATH of RFC 6962, section 2.1.1: which hashes prove the leaf `index` in a tree of `size`. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  checkWhole(size, 1, 'size');
  checkWhole(index, 0, 'index');
  if (index >= size) throw new RangeError(`no leaf ${String(index)} in a tree of ${String(size)}`);
  const ranges: Range[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      ranges.push(complete(middle, to));
      to = middle;
    } else {
      ranges.push(complete(from, middle));
      from = middle;
    }
  }
  return ranges.reverse();
}

/** PROOF of RFC 6962, section 2.1.2: which hashes prove that `second` leaves begin with `first`. */
export function consistencyRanges(first: number, second: number): readonly Range[] {
  checkWhole(first, 1, 'first size');
  checkWhole(second, first, 'second size');
  const ranges: Range[] = [];
  let [from, to] = [0, second];
  let isWhole = true;
  while (to !== first) {
    const middle = from + largestPowerBelow(to - from);
    if (first <= middle) {
      ranges.push(complete(middle, to));
      to = middle;
    } else {
      ranges.push(complete(from, middle));
      from = middle;
      isWhole = false;
    }
  }
  if (!isWhole) ranges.push(complete(from, to));
  return ranges.reverse();
}

/** A proof from stored hashes of complete subtrees. */
export const proofFrom = (ranges: readonly Range[], read: (id: NodeId) => Hash): readonly Hash[] =>
  ranges.map((range) => fold(range.map(read)));
