import type { Analysis } from '@postern/sql';

/** Commands whose result may have rows; of those that write, with a RETURNING or a rule. */
const reading = new Set(['SELECT', 'FETCH', 'EXECUTE', 'EXPLAIN', 'SHOW', 'CALL']);
const writing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

export const sendsRows = ({ command, output, notUnderstood, accesses }: Analysis): boolean =>
  reading.has(command) ||
  (writing.has(command) && (output.length > 0 || notUnderstood.length > 0)) ||
  (command === 'COPY' && !accesses.some(({ action }) => action === 'copy-in'));
