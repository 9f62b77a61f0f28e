import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** A signed note or key that is not one; says what is wrong with it. */
export class NoteError extends Error {
  readonly code: 'malformed' | 'unknown-key' | 'bad-signature';

  constructor(code: NoteError['code'], message: string) {
    super(message);
    this.name = 'NoteError';
    this.code = code;
  }
}

/** Ed25519, C2SP signed-note. */
const algorithm = 1;
/** DER before the 32 bytes of an Ed25519 public key (RFC 8410) */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
/** DER before the 32 bytes of an Ed25519 seed (RFC 8410) */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface Signer {
  readonly name: string;
  /** verifier key text: `name+id+key` */
  readonly verifierKey: string;
  /** Signs a note text, which ends with a newline. */
  sign(text: string): string;
}

export interface Verifier {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
}

const keyId = (name: string, publicKey: Uint8Array): Buffer =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([algorithm]))
    .update(publicKey)
    .digest()
    .subarray(0, 4);

/** @param seed 32 bytes; the private key of RFC 8032 */
export function signer(name: string, seed: Uint8Array): Signer {
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(key)
    .export({ format: 'der', type: 'spki' })
    .subarray(spkiPrefix.length);
  const id = keyId(name, publicKey);
  const encoded = Buffer.concat([Buffer.from([algorithm]), publicKey]).toString('base64');
  return {
    name,
    verifierKey: `${name}+${id.toString('hex')}+${encoded}`,
    sign: (text) => {
      const signature = sign(null, Buffer.from(text), key);
      return `${text}\n— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
    },
  };
}

const signatureLine = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

/** Control characters other than the newline have no place in a note. */
const hasControl = (text: string): boolean => Array.from(text).some((c) => c !== '\n' && c < ' ');

/** @throws NoteError `malformed` */
export function parseVerifierKey(text: string): Verifier {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || id === undefined || bytes.length !== 33 || bytes[0] !== algorithm) {
    throw new NoteError('malformed', 'not an Ed25519 verifier key (name+id+key, C2SP signed-note)');
  }
  const publicKey = bytes.subarray(1);
  if (keyId(name, publicKey).toString('hex') !== id) {
    throw new NoteError('malformed', 'the id of the verifier key does not belong to it');
  }
  const key = createPublicKey({
    key: Buffer.concat([spkiPrefix, publicKey]),
    format: 'der',
    type: 'spki',
  });
  return { name, id: Buffer.from(id, 'hex'), key };
}

/**
 * Checks a signed note. Signatures by other keys are ignored.
 *
 * @returns its text, with the final newline
 * @throws NoteError
 */
export function openNote(note: string, verifier: Verifier): string {
  const at = note.lastIndexOf('\n\n');
  if (at < 0)
    throw new NoteError('malformed', 'a signed note has an empty line before its signatures');
  const text = note.slice(0, at + 1);
  const tail = note.slice(at + 2);
  if (hasControl(text) || (tail !== '' && !tail.endsWith('\n'))) {
    throw new NoteError('malformed', 'a signed note is lines of text, each with its newline');
  }
  const lines = tail.split('\n').slice(0, -1);
  for (const line of lines) {
    const [, name, encoded] = signatureLine.exec(line) ?? [];
    if (name === undefined || encoded === undefined) {
      throw new NoteError('malformed', 'a signature line of the note is malformed');
    }
    const bytes = Buffer.from(encoded, 'base64');
    if (name !== verifier.name || !bytes.subarray(0, 4).equals(verifier.id)) continue;
    if (!verify(null, Buffer.from(text), verifier.key, bytes.subarray(4))) {
      throw new NoteError('bad-signature', `the signature of ${name} is wrong`);
    }
    return text;
  }
  throw new NoteError('unknown-key', `no signature by ${verifier.name}`);
}
