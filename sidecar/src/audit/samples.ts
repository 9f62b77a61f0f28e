import type { Decision } from '@postern/policy';
import type { SessionFacts, StatementContent } from './sink.js';

// What the tests of the spool record.

export const sampleSession: SessionFacts = {
  identity: {
    kind: 'serviceaccount',
    issuer: 'postern-dev',
    subject: 'system:serviceaccount:ml:trainer',
    namespace: 'ml',
    name: 'trainer',
    groups: ['system:serviceaccounts'],
  },
  claims: { run: 'r-1' },
  workload: { pod: 'trainer-0', labels: { app: 'trainer' } },
  database: 'shop/main',
  environment: 'production',
  region: 'eu',
  databaseName: 'shop',
  user: 'shop',
  applicationName: 'train.py',
  clientAddress: '127.0.0.1:40000',
  bundleDigest: 'sha256:00',
  serverVersion: '15.4',
};

const allow: Decision = {
  version: 1,
  effect: 'allow',
  reasons: [{ code: 'rule', policy: 'shop/reads', rule: 'features', message: 'allowed' }],
  wouldHave: [],
  masks: [
    {
      relation: 'public.customers',
      column: 'email',
      mask: { hash: {} },
      policy: 'shop/reads',
      rule: 'mask-email',
    },
  ],
  rowFilters: [],
  limits: {},
  audit: { mode: 'relaxed', whenFull: 'Refuse' },
  cache: { dependsOn: [] },
};

export const sampleStatement = (
  sql = 'SELECT email FROM customers WHERE id = $1',
): StatementContent => ({
  normalisedSql: sql,
  fingerprint: 'a1b2',
  analysis: {
    command: 'SELECT',
    accesses: [
      {
        action: 'select',
        object: { schema: 'public', name: 'customers' },
        columns: [
          { name: 'email', uses: ['output'] },
          { name: 'id', uses: ['filter'] },
        ],
        through: [],
        user: true,
      },
    ],
    objects: [],
    calls: [],
    functions: [],
    output: [
      {
        name: 'email',
        sources: [
          { column: { schema: 'public', name: 'customers', column: 'email' }, kind: 'identity' },
        ],
        influences: [],
      },
    ],
    written: [],
    flags: { unfiltered: false, wholesale: false, readOnly: true },
    notUnderstood: [],
    veiled: [],
    sessionEffects: [],
  },
  tags: new Map([['public.customers.email', ['pii']]]),
  decision: allow,
  bundleDigest: 'sha256:00',
});

export const completed = {
  kind: 'completed',
  rows: 3,
  bytes: 120,
  affectedRows: 0,
  sqlstate: '',
} as const;
