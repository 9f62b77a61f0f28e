import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  consistencyProof,
  Frontier,
  inclusionProof,
  leafHash,
  merkleRoot,
  NoteError,
  openCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  signer,
  verifyConsistency,
  verifyInclusion,
} from '../index.js';

/** The inputs and roots of the reference implementation of RFC 6962 (certificate-transparency). */
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
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));

describe('RFC 6962 vectors', () => {
  test.each(roots.map((root, size) => ({ size, root })))('$size leaves', ({ size, root }) => {
    expect(merkleRoot(leaves.slice(0, size)).toString('hex')).toBe(root);
    const frontier = new Frontier();
    for (const leaf of leaves.slice(0, size)) frontier.append(leaf);
    expect(frontier.root().toString('hex')).toBe(root);
  });
});

const tree = fc
  .integer({ min: 1, max: 70 })
  .map((size) => Array.from({ length: size }, (_, i) => leafHash(Buffer.from(String(i)))));

describe('for any tree', () => {
  test('every leaf is proved, and no other', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (all, n) => {
        const index = n % all.length;
        const leaf = all[index] ?? Buffer.alloc(32);
        const proof = inclusionProof(all, index);
        const root = merkleRoot(all);
        expect(verifyInclusion(leaf, index, all.length, proof, root)).toBe(true);
        expect(verifyInclusion(leafHash(Buffer.from('x')), index, all.length, proof, root)).toBe(
          false,
        );
        expect(verifyInclusion(leaf, index + 1, all.length, proof, root)).toBe(false);
      }),
    );
  });

  test('every prefix is consistent, and no other', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (all, n) => {
        const size = 1 + (n % all.length);
        const older = merkleRoot(all.slice(0, size));
        const proof = consistencyProof(all, size);
        expect(verifyConsistency(size, all.length, proof, older, merkleRoot(all))).toBe(true);
        const other = createHash('sha256').update('x').digest();
        expect(verifyConsistency(size, all.length, proof, other, merkleRoot(all))).toBe(false);
      }),
    );
  });

  test('a frontier goes on from its state', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (all, n) => {
        const at = n % (all.length + 1);
        const first = new Frontier();
        for (const leaf of all.slice(0, at)) first.append(leaf);
        const second = new Frontier(first.size, first.state);
        for (const leaf of all.slice(at)) second.append(leaf);
        expect(second.root()).toEqual(merkleRoot(all));
      }),
    );
  });
});

describe('a signed checkpoint', () => {
  const by = signer('log.example', Buffer.alloc(32, 7));
  const checkpoint = { origin: 'log.example/1', size: 8, root: merkleRoot(leaves) };
  const note = signCheckpoint(checkpoint, by);

  test('opens with its verifier key', () => {
    expect(openCheckpoint(note, parseVerifierKey(by.verifierKey))).toEqual(checkpoint);
  });

  test.each([
    { name: 'another size', note: note.replace('\n8\n', '\n9\n'), code: 'bad-signature' },
    { name: 'no signature', note: note.slice(0, note.indexOf('—')), code: 'unknown-key' },
    { name: 'another log', note: note.replace('example/1', 'example/2'), code: 'bad-signature' },
    { name: 'not a note', note: 'hello', code: 'malformed' },
  ])('changed: $name', ({ note: changed, code }) => {
    try {
      openCheckpoint(changed, parseVerifierKey(by.verifierKey));
      throw new Error('opened');
    } catch (cause) {
      expect(cause).toBeInstanceOf(NoteError);
      expect(cause).toMatchObject({ code });
    }
  });

  test('a key with a wrong id is refused', () => {
    expect(() => parseVerifierKey(by.verifierKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toThrow(
      NoteError,
    );
  });
});
