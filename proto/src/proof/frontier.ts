import { emptyRoot, type Hash, nodeHash } from './merkle.js';
import type { Node } from './ranges.js';

/**
 * The right edge of a growing Merkle tree: the roots of its perfect subtrees, largest first, one for
 * each set bit of its size. All that appending and the root need; logarithmic in the size.
 */
export class Frontier {
  private readonly nodes: Hash[];
  private leaves: number;

  /** @param nodes as `state` gave them: the hashes of `rootRange(size)` */
  constructor(size = 0, nodes: readonly Hash[] = []) {
    const bits = size.toString(2).replaceAll('0', '').length;
    if (bits !== nodes.length)
      throw new RangeError(`a tree of ${String(size)} leaves has ${String(bits)} edges`);
    this.leaves = size;
    this.nodes = [...nodes];
  }

  get size(): number {
    return this.leaves;
  }

  get state(): readonly Hash[] {
    return this.nodes;
  }

  /** @returns the perfect subtrees that the leaf completes, itself first: what to store for proofs */
  append(leaf: Hash): readonly Node[] {
    let node = leaf;
    let index = this.leaves;
    const completed: Node[] = [{ level: 0, index, hash: leaf }];
    // Each set low bit is a full subtree of that size, which the new one completes.
    for (let size = this.leaves; size % 2 === 1; size = Math.floor(size / 2)) {
      const left = this.nodes.pop();
      if (left === undefined) break;
      node = nodeHash(left, node);
      index = (index - 1) / 2;
      completed.push({ level: completed.length, index, hash: node });
    }
    this.nodes.push(node);
    this.leaves += 1;
    return completed;
  }

  root(): Hash {
    const last = this.nodes.at(-1);
    if (last === undefined) return emptyRoot;
    return this.nodes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}
