import { expect, test } from '@jest/globals';
import { NoteError, openNote, parseVerifierKey, signer } from '../index.js';

// The published example of golang.org/x/mod/sumdb/note.
const published = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  seed: Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1),
  text:
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n",
  signature:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
const note = `${published.text}\n${published.signature}`;

test('the published note opens with the published key, and is signed the same way', () => {
  const key = parseVerifierKey(published.key);
  expect(openNote(note, key)).toBe(published.text);
  const mine = signer('PeterNeumann', published.seed);
  expect(mine.verifierKey).toBe(published.key);
  expect(mine.sign(published.text)).toBe(note);
});

test('any changed character of the note is found', () => {
  const key = parseVerifierKey(published.key);
  for (let at = 0; at < note.length; at += 1) {
    const changed = note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1);
    // The last character before `=` holds bits that base64 does not use.
    if (Buffer.from(changed).equals(Buffer.from(note)) || at === note.length - 3) continue;
    expect(() => openNote(changed, key)).toThrow(NoteError);
  }
});

test.each(['', 'x', 'a+00000000+AAAA', published.key.replace('c74f20a3', 'c74f20a4')])(
  'verifier key %j is refused',
  (text) => {
    expect(() => parseVerifierKey(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
  },
);
