/** Attributes a row filter may name as `session.NAME`; those of the second list as `session.NAME.KEY`. */
const plain = new Set(
  [
    'id',
    'user',
    'database',
    'databaseName',
    'database_name',
    'application_name',
    'applicationName',
    'region',
    'purpose',
    'namespace',
    'serviceaccount',
    'service_account',
    'name',
    'subject',
    'issuer',
    'kind',
    'role',
    'identity',
    'pod',
    'node',
    'image',
    'environment',
  ].map((name) => name.toLowerCase()),
);

const maps = new Set(['labels', 'label', 'claims', 'claim']);

export const isSessionAttribute = (path: readonly string[]): boolean => {
  const [first = '', ...rest] = path;
  if (rest.length === 0) return plain.has(first.toLowerCase());
  return rest.length === 1 && maps.has(first);
};
