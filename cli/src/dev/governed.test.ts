import { describe, expect, test } from '@jest/globals';
import type { Database } from '@postern/crds';
import { parseIdentity } from '../args/identity.js';
import { parseUpstream } from '../args/upstream.js';
import { CliError } from '../errors.js';
import { assignmentOf } from './assignment.js';
import { databaseFor, governDatabases } from './governed.js';

const database = (name: string, spec: Partial<Database['spec']> = {}): Database =>
  ({
    apiVersion: 'postern.dev/v1alpha1',
    kind: 'Database',
    metadata: { name, namespace: 'ml', labels: { tier: 'customer-data' } },
    spec: {
      engine: 'postgresql',
      endpoints: [{ host: 'db.example', port: 6000 }],
      databaseNames: [],
      ...spec,
    },
  }) as unknown as Database;

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown.code;
    throw thrown;
  }
  return 'none';
};

describe('--upstream stands for the endpoint of a Database', () => {
  test('of the only one, without a name; the URL says what TLS is wanted', () => {
    const [governed] = governDatabases(
      [database('shop', { tls: { mode: 'verify-full' } })],
      [parseUpstream('postgres://ada:pw@127.0.0.1:5433/store?sslmode=require')],
    );
    expect(governed).toMatchObject({
      id: 'ml/shop',
      endpoints: [{ host: '127.0.0.1', port: 5433 }],
      tls: { mode: 'require' },
      databaseName: 'store',
      databaseNames: [],
    });
  });

  test('without sslmode TLS is used where there is some', () => {
    const [governed] = governDatabases([database('shop')], [parseUpstream('postgres://db/x')]);
    expect(governed?.tls.mode).toBe('prefer');
  });

  test('the database of the URL joins those the file allows', () => {
    const [governed] = governDatabases(
      [database('shop', { databaseNames: ['shop'] })],
      [parseUpstream('postgres://db/store')],
    );
    expect(governed?.databaseNames).toEqual(['shop', 'store']);
  });

  test('without one the endpoints of the file stay', () => {
    const [governed] = governDatabases([database('shop', { databaseNames: ['shop'] })], []);
    expect(governed).toMatchObject({
      endpoints: [{ host: 'db.example', port: 6000 }],
      databaseName: 'shop',
    });
  });

  const two = [database('shop'), database('crm')];

  test('several are told apart by name', () => {
    const governed = governDatabases(two, [
      parseUpstream('crm=postgres://two/crm'),
      parseUpstream('ml/shop=postgres://one/shop'),
    ]);
    expect(governed.map(({ id, endpoints }) => [id, endpoints[0]?.host])).toEqual([
      ['ml/shop', 'one'],
      ['ml/crm', 'two'],
    ]);
  });

  test.each([
    { name: 'no Database', databases: [], upstreams: ['postgres://db'], code: 'no-database' },
    {
      name: 'no name for one of two',
      databases: two,
      upstreams: ['postgres://db'],
      code: 'ambiguous-database',
    },
    {
      name: 'a name nobody has',
      databases: two,
      upstreams: ['hr=postgres://db'],
      code: 'unknown-database',
    },
    {
      name: 'two URLs for one',
      databases: two,
      upstreams: ['shop=postgres://a', 'ml/shop=postgres://b'],
      code: 'bad-upstream',
    },
  ])('refused: $name', ({ databases, upstreams, code }) => {
    expect(codeOf(() => governDatabases(databases, upstreams.map(parseUpstream)))).toBe(code);
  });

  test('one name in two namespaces needs the namespace', () => {
    const twins = [
      database('shop'),
      { ...database('shop'), metadata: { name: 'shop', namespace: 'hr' } },
    ];
    expect(codeOf(() => databaseFor(twins, 'shop', '--database'))).toBe('ambiguous-database');
    expect(databaseFor(twins, 'hr/shop', '--database').metadata.namespace).toBe('hr');
  });
});

test('the assignment tells the proxy what the operator would', () => {
  const databases = governDatabases(
    [
      database('shop', {
        environment: 'production',
        region: 'eu-central-1',
        classifications: [{ column: 'public.customers.email', tags: ['pii.email'] }],
      }),
    ],
    [parseUpstream('postgres://127.0.0.1:5433/store')],
  );
  const assignment = assignmentOf({
    identity: parseIdentity('serviceaccount:ml/trainer', ['ml-engineers']),
    claims: { purpose: 'training' },
    region: 'eu-west-1',
    databases,
    listen: new Map([['ml/shop', { host: '127.0.0.1', port: 6432 }]]),
    certificates: new Map(),
    maskKey: new Uint8Array(32),
  });
  expect(assignment).toMatchObject({
    identity: {
      kind: 1,
      subject: 'system:serviceaccount:ml:trainer',
      namespace: 'ml',
      name: 'trainer',
      groups: ['ml-engineers'],
    },
    workload: { region: 'eu-west-1' },
    claims: { purpose: 'training' },
    databases: [
      {
        namespace: 'ml',
        name: 'shop',
        labels: { tier: 'customer-data' },
        environment: 'production',
        region: 'eu-central-1',
        endpoints: [{ host: '127.0.0.1', port: 5433 }],
        tls: { mode: 'prefer', ca: '' },
        classifications: [{ column: 'public.customers.email', tags: ['pii.email'] }],
        listen: '127.0.0.1:6432',
      },
    ],
  });
});
