import type { Identity } from '@postern/policy';
import { CliError } from '../errors.js';

/** Nobody verified an identity that was given on a command line, and the record says so. */
export const issuer = 'postern-cli';

/** RFC 1123 label: what Kubernetes allows for namespaces; ServiceAccounts may have dots as well. */
const namespace = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const accountName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

const wrong = (text: string, why: string): CliError =>
  new CliError(
    'bad-identity',
    `--as ${JSON.stringify(text)}: ${why}`,
    'write --as serviceaccount:NAMESPACE/NAME or --as user:NAME',
  );

/**
 * `serviceaccount:NAMESPACE/NAME` | `user:NAME`.
 *
 * @throws CliError `bad-identity`
 */
export const parseIdentity = (text: string, groups: readonly string[]): Identity => {
  const colon = text.indexOf(':');
  if (colon < 0) throw wrong(text, 'neither a service account nor a user');
  const kind = text.slice(0, colon).toLowerCase();
  const rest = text.slice(colon + 1);
  switch (kind) {
    case 'serviceaccount':
      return serviceAccount(text, rest, groups);
    case 'user':
      if (rest.trim() === '') throw wrong(text, 'the name is empty');
      return { kind: 'user', issuer, subject: rest, name: rest, groups };
    default:
      throw wrong(text, `unknown kind ${JSON.stringify(text.slice(0, colon))}`);
  }
};

const serviceAccount = (text: string, rest: string, groups: readonly string[]): Identity => {
  const parts = rest.split('/');
  const [space, name] = parts;
  if (parts.length !== 2 || space === undefined || name === undefined) {
    throw wrong(text, 'a service account is NAMESPACE/NAME');
  }
  if (!namespace.test(space)) throw wrong(text, `${JSON.stringify(space)} is not a namespace`);
  if (!accountName.test(name)) {
    throw wrong(text, `${JSON.stringify(name)} is not a service account's name`);
  }
  return {
    kind: 'serviceaccount',
    issuer,
    subject: `system:serviceaccount:${space}:${name}`,
    namespace: space,
    name,
    groups,
  };
};

/** The form `parseIdentity` reads. */
export const formatIdentity = (identity: Identity): string =>
  identity.kind === 'serviceaccount'
    ? `serviceaccount:${identity.namespace}/${identity.name}`
    : `user:${identity.name}`;
