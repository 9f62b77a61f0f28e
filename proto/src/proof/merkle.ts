import { createHash } from 'node:crypto';

/** 32 bytes */
export type Hash = Buffer;

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

/** Hash of a leaf. RFC 6962, section 2.1. */
export const leafHash = (data: Uint8Array): Hash =>
  createHash('sha256').update(leafPrefix).update(data).digest();

/** Hash of an inner node. RFC 6962, section 2.1. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Hash =>
  createHash('sha256').update(nodePrefix).update(left).update(right).digest();

/** Hash of an event: over its bytes as the proxy wrote them. What `previous_hash` holds. */
export const eventHash = (bytes: Uint8Array): Hash => createHash('sha256').update(bytes).digest();

/** Root of the empty tree: SHA-256 of nothing. */
export const emptyRoot: Hash = createHash('sha256').digest();

/** Largest power of two smaller than n; n at least 2. */
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** Root over leaf hashes. RFC 6962, section 2.1 (MTH). */
export function merkleRoot(leaves: readonly Hash[], from = 0, to = leaves.length): Hash {
  const size = to - from;
  if (size === 0) return emptyRoot;
  const [only] = leaves.slice(from, from + 1);
  if (size === 1 && only !== undefined) return only;
  const middle = from + split(size);
  return nodeHash(merkleRoot(leaves, from, middle), merkleRoot(leaves, middle, to));
}

/** Proof that a leaf is in the tree of these leaves. RFC 6962, section 2.1.1 (PATH). */
export function inclusionProof(leaves: readonly Hash[], index: number): Hash[] {
  const path = (at: number, from: number, to: number): Hash[] => {
    if (to - from <= 1) return [];
    const middle = from + split(to - from);
    return at < middle
      ? [...path(at, from, middle), merkleRoot(leaves, middle, to)]
      : [...path(at, middle, to), merkleRoot(leaves, from, middle)];
  };
  if (index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${String(index)}`);
  return path(index, 0, leaves.length);
}

/** Proof that the tree of the first `size` leaves is a prefix of the whole. RFC 6962, section 2.1.2. */
export function consistencyProof(leaves: readonly Hash[], size: number): Hash[] {
  const sub = (m: number, from: number, to: number, whole: boolean): Hash[] => {
    const n = to - from;
    if (m === n) return whole ? [] : [merkleRoot(leaves, from, to)];
    const k = split(n);
    return m <= k
      ? [...sub(m, from, from + k, whole), merkleRoot(leaves, from + k, to)]
      : [...sub(m - k, from + k, to, false), merkleRoot(leaves, from, from + k)];
  };
  if (size < 0 || size > leaves.length) throw new RangeError(`no tree of ${String(size)} leaves`);
  return size === 0 ? [] : sub(size, 0, leaves.length, true);
}
