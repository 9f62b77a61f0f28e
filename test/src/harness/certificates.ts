import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './program.js';

/** Files in PEM form. */
export interface Certificates {
  /** the authority, for clients */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes an authority and a server certificate it signs, with openssl.
 *
 * @param folder exists
 * @param names  subject alternative names, such as `DNS:localhost` or `IP:127.0.0.1`
 */
export const makeCertificates = async (
  folder: string,
  names: readonly string[],
): Promise<Certificates> => {
  const file = (name: string): string => join(folder, name);
  const openssl = (...words: string[]): Promise<unknown> => mustRun('openssl', words);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    ...['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=Test authority'],
    ...['-keyout', file('ca.key'), '-out', file('ca.crt')],
  );
  await openssl(
    ...['req', ...newKey, '-subj', '/CN=postgres'],
    ...['-keyout', file('server.key'), '-out', file('server.csr')],
  );
  await writeFile(file('names.cnf'), `subjectAltName=${names.join(',')}\n`);
  await openssl(
    ...['x509', '-req', '-in', file('server.csr'), '-days', '2', '-out', file('server.crt')],
    ...['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial'],
    ...['-extfile', file('names.cnf')],
  );
  return { ca: file('ca.crt'), cert: file('server.crt'), key: file('server.key') };
};

export const readPem = (path: string): Promise<string> => readFile(path, 'utf8');
