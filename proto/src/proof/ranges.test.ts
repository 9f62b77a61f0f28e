import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  consistencyRanges,
  emptyRoot,
  Frontier,
  type Hash,
  inclusionRanges,
  leafHash,
  nodeHash,
  type NodeId,
  proofFrom,
  rootRange,
  verifyConsistency,
  verifyInclusion,
} from '../index.js';

// The test vectors of the reference implementation of RFC 6962.
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const inclusion = [
  { index: 0, size: 8, proof: ['96a296d2', '5f083f0a', '6b47aaf2'] },
  { index: 5, size: 8, proof: ['bc1a0643', 'ca854ea1', 'd37ee418'] },
  { index: 2, size: 3, proof: ['fac54203'] },
  { index: 1, size: 5, proof: ['6e340b9c', '5f083f0a', 'bc1a0643'] },
];
const consistency = [
  { first: 1, second: 8, proof: ['96a296d2', '5f083f0a', '6b47aaf2'] },
  { first: 6, second: 8, proof: ['0ebc5d34', 'ca854ea1', 'd37ee418'] },
  { first: 2, second: 5, proof: ['5f083f0a', 'bc1a0643'] },
];

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');

/** A tree with every complete subtree stored, and its root at each size. */
function grow(leaves: readonly Hash[]) {
  const frontier = new Frontier();
  const stored = new Map<string, Hash>();
  const rootAt = [frontier.root()];
  for (const leaf of leaves) {
    for (const { level, index, hash } of frontier.append(leaf)) {
      stored.set(`${String(level)}/${String(index)}`, hash);
    }
    rootAt.push(frontier.root());
  }
  const read = ({ level, index }: NodeId): Hash => {
    const hash = stored.get(`${String(level)}/${String(index)}`);
    if (hash === undefined) throw new Error('not a complete subtree of this tree');
    return hash;
  };
  return { read, rootAt };
}

/** MTH as RFC 6962 defines it, from nothing but the leaves. */
function mth(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) return emptyRoot;
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

const vectors = grow(inputs.map((input) => leafHash(Buffer.from(input, 'hex'))));

test('the empty tree', () => {
  expect(hex(emptyRoot)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(new Frontier().root()).toEqual(emptyRoot);
});

test('roots of the published vectors', () => {
  expect(vectors.rootAt.slice(1).map(hex)).toEqual(roots);
});

test.each(inclusion)('published inclusion proof of $index in $size', ({ index, size, proof }) => {
  const made = proofFrom(inclusionRanges(index, size), vectors.read);
  expect(made.map((hash) => hex(hash).slice(0, 8))).toEqual(proof);
});

test.each(consistency)(
  'published consistency proof $first to $second',
  ({ first, second, proof }) => {
    const made = proofFrom(consistencyRanges(first, second), vectors.read);
    expect(made.map((hash) => hex(hash).slice(0, 8))).toEqual(proof);
  },
);

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.from(String(i))));
const tree = grow(leaves);

test('a frontier goes on from stored subtrees; its root is that of the definition', () => {
  for (let size = 0; size < leaves.length; size += 1) {
    const frontier = new Frontier(size, rootRange(size).map(tree.read));
    expect(frontier.root()).toEqual(mth(leaves.slice(0, size)));
    frontier.append(leaves[size] ?? emptyRoot);
    expect(frontier.root()).toEqual(tree.rootAt[size + 1]);
  }
});

const sizes = fc
  .integer({ min: 1, max: leaves.length })
  .chain((size) => fc.record({ size: fc.constant(size), at: fc.nat({ max: size - 1 }) }));
const flips = fc.record({ step: fc.nat(), bit: fc.nat({ max: 255 }) });

const flip = (hash: Hash, bit: number): Hash => {
  const copy: Hash = Buffer.from(hash);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

test('every leaf is proved in every tree; no other leaf, index, root or flipped proof is', () => {
  fc.assert(
    fc.property(sizes, flips, ({ size, at }, { step, bit }) => {
      const proof = proofFrom(inclusionRanges(at, size), tree.read);
      const root = tree.rootAt[size] ?? emptyRoot;
      const leaf = leaves[at] ?? emptyRoot;
      expect(verifyInclusion(leaf, at, size, proof, root)).toBe(true);
      expect(verifyInclusion(flip(leaf, bit), at, size, proof, root)).toBe(false);
      expect(verifyInclusion(leaf, at, size, proof, flip(root, bit))).toBe(false);
      expect(verifyInclusion(leaf, at, size, [...proof, leaf], root)).toBe(false);
      if (size > 1) {
        expect(verifyInclusion(leaf, (at + 1) % size, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, at, size, proof.slice(1), root)).toBe(false);
        const bad = proof.map((hash, i) => (i === step % proof.length ? flip(hash, bit) : hash));
        expect(verifyInclusion(leaf, at, size, bad, root)).toBe(false);
      }
    }),
  );
});

test('every tree is proved to begin with every smaller one; nothing else is', () => {
  fc.assert(
    fc.property(sizes, flips, ({ size, at }, { step, bit }) => {
      const first = at + 1;
      const proof = proofFrom(consistencyRanges(first, size), tree.read);
      const [a, b] = [tree.rootAt[first] ?? emptyRoot, tree.rootAt[size] ?? emptyRoot];
      expect(verifyConsistency(first, size, proof, a, b)).toBe(true);
      expect(verifyConsistency(0, size, [], emptyRoot, b)).toBe(true);
      expect(verifyConsistency(first, size, proof, flip(a, bit), b)).toBe(false);
      expect(verifyConsistency(first, size, proof, a, flip(b, bit))).toBe(false);
      expect(verifyConsistency(first, size, [...proof, a], a, b)).toBe(false);
      if (proof.length > 0) {
        const bad = proof.map((hash, i) => (i === step % proof.length ? flip(hash, bit) : hash));
        expect(verifyConsistency(first, size, bad, a, b)).toBe(false);
        expect(verifyConsistency(first, size, proof.slice(1), a, b)).toBe(false);
      }
    }),
  );
});

test.each([
  ['index beyond the tree', () => inclusionRanges(3, 3)],
  ['no tree', () => inclusionRanges(0, 0)],
  ['a first tree larger than the second', () => consistencyRanges(4, 3)],
  ['half a leaf', () => inclusionRanges(0.5, 3)],
  ['a frontier with too few subtrees', () => new Frontier(3, [emptyRoot])],
])('%s is a RangeError', (_, make) => {
  expect(make).toThrow(RangeError);
});
