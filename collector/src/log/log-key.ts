import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Signer, signer } from '@postern/proto';
import { CollectorError } from '../errors.js';

/** The log's unique name, and that of its key. */
export const logName = 'postern-collector';

/**
 * The key that signs checkpoints, made when the data directory is; 32 bytes in hexadecimal, mode 0600.
 * @throws CollectorError `log-key`
 */
export function openLogKey(directory: string): Signer {
  const path = join(directory, 'log.key');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
      throw new CollectorError('log-key', `cannot read the log's signing key ${path}`, cause);
    }
    text = randomBytes(32).toString('hex');
    writeFileSync(path, text, { mode: 0o600, flag: 'wx', flush: true });
  }
  const seed = Buffer.from(text.trim(), 'hex');
  if (seed.length !== 32) {
    throw new CollectorError(
      'log-key',
      `${path} does not hold a key of 32 bytes in hexadecimal; restore it from a backup`,
    );
  }
  return signer(logName, seed);
}
