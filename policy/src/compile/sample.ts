import type { Input } from '../input.js';

/** A read and a write of believable size. */
const base = {
  version: 1,
  identity: {
    kind: 'serviceaccount',
    issuer: 'sample',
    subject: 'system:serviceaccount:sample:sample',
    namespace: 'sample',
    name: 'sample',
    groups: ['a', 'b'],
  },
  claims: { purpose: 'sample' },
  workload: { labels: { app: 'sample' }, region: 'eu-1' },
  session: { user: 'sample', databaseName: 'sample', purpose: 'sample', region: 'eu-1' },
  database: {
    namespace: 'sample',
    name: 'sample',
    labels: {},
    environment: 'production',
    region: 'eu-1',
  },
  time: { now: '2026-01-01T12:00:00Z', schedules: [] },
  request: { grants: [] },
} as const;

const column = (name: string): Input['statement']['accesses'][number]['columns'][number] => ({
  name,
  tags: ['pii.email'],
  uses: ['output', 'filter'],
  origins: [],
});

const access = (
  action: 'select' | 'update',
  name: string,
): Input['statement']['accesses'][number] => ({
  action,
  object: `public.${name}`,
  schema: 'public',
  name,
  user: true,
  through: [],
  columns: ['a', 'b', 'c', 'd', 'e', 'f'].map(column),
});

export const sampleInputs: readonly Input[] = [
  {
    ...base,
    statement: {
      command: 'SELECT',
      fingerprint: 'sample',
      accesses: ['t', 'u', 'v', 'w'].map((name) => access('select', name)),
      functions: [],
      unfiltered: false,
      readOnly: true,
      notUnderstood: [],
    },
  },
  {
    ...base,
    statement: {
      command: 'UPDATE',
      fingerprint: 'sample',
      accesses: [access('update', 't'), access('select', 'u')],
      functions: ['public.f'],
      unfiltered: true,
      readOnly: false,
      notUnderstood: [],
    },
  },
];
