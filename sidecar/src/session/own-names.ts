import { randomBytes } from 'node:crypto';

const own = `_postern_${randomBytes(8).toString('hex')}`;

/**
 * Names of the proxy's own statements and portals. No client can know them, and so none has one of the
 * same name; they are closed again at once.
 */
export const ownNames = {
  question: own,
  words: `${own}_words`,
  savepoint: `${own}_savepoint`,
} as const;
