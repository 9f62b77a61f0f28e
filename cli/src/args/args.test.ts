import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CliError } from '../errors.js';
import { formatAddress, parseAddress } from './address.js';
import { parseClaims } from './claims.js';
import { formatIdentity, parseIdentity } from './identity.js';
import { formatPostgresUrl, parsePostgresUrl } from './postgresUrl.js';
import { parseUpstream } from './upstream.js';

const errorOf = (act: () => unknown): CliError => {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
};

describe('--as', () => {
  test('a service account gets the subject that Kubernetes gives it', () => {
    expect(parseIdentity('serviceaccount:ml/trainer', ['ml-engineers'])).toEqual({
      kind: 'serviceaccount',
      issuer: 'postern-cli',
      subject: 'system:serviceaccount:ml:trainer',
      namespace: 'ml',
      name: 'trainer',
      groups: ['ml-engineers'],
    });
  });

  test('a user is taken as it is, colons and slashes included', () => {
    expect(parseIdentity('user:https://idp/ada', [])).toMatchObject({
      kind: 'user',
      name: 'https://idp/ada',
      subject: 'https://idp/ada',
    });
  });

  test.each([
    { name: 'no kind', text: 'trainer' },
    { name: 'another kind', text: 'pod:ml/trainer' },
    { name: 'no namespace', text: 'serviceaccount:trainer' },
    { name: 'three parts', text: 'serviceaccount:a/b/c' },
    { name: 'upper case namespace', text: 'serviceaccount:ML/trainer' },
    { name: 'empty name', text: 'serviceaccount:ml/' },
    { name: 'empty user', text: 'user:' },
    { name: 'empty', text: '' },
  ])('refused: $name', ({ text }) => {
    const error = errorOf(() => parseIdentity(text, []));
    expect(error.code).toBe('bad-identity');
    expect(error.hint).toContain('serviceaccount:NAMESPACE/NAME');
  });

  test.each(['serviceaccount:ml/trainer', 'user:ada'])('%s is printed as it was read', (text) => {
    expect(formatIdentity(parseIdentity(text, []))).toBe(text);
  });
});

describe('--claim, --purpose, --region', () => {
  test.each([
    {
      name: 'a value may hold =',
      pairs: ['run=a=b'],
      claims: { run: 'a=b' },
      region: undefined,
    },
    {
      name: 'purpose is a claim',
      pairs: [],
      purpose: 'training',
      claims: { purpose: 'training' },
      region: undefined,
    },
    {
      name: 'a claimed region is the region of the workload',
      pairs: ['region=eu-west-1'],
      claims: { region: 'eu-west-1' },
      region: 'eu-west-1',
    },
    {
      name: '--region wins over the claim',
      pairs: ['region=eu-west-1'],
      given: 'us-east-1',
      claims: { region: 'eu-west-1' },
      region: 'us-east-1',
    },
  ])('$name', ({ pairs, purpose, given, claims, region }) => {
    expect(parseClaims(pairs, purpose, given)).toEqual({ claims, region });
  });

  test.each([
    { name: 'no =', pairs: ['team'] },
    { name: 'no key', pairs: ['=x'] },
    { name: 'two values for one key', pairs: ['team=a', 'team=b'] },
    { name: 'purpose given twice', pairs: ['purpose=a'], purpose: 'b' },
  ])('refused: $name', ({ pairs, purpose }) => {
    expect(errorOf(() => parseClaims(pairs, purpose, undefined)).code).toBe('bad-claim');
  });
});

describe('--listen', () => {
  test.each([
    { text: '127.0.0.1:6432', host: '127.0.0.1', port: 6432 },
    { text: 'localhost:0', host: 'localhost', port: 0 },
    { text: '[::1]:6432', host: '::1', port: 6432 },
    { text: ':7000', host: '127.0.0.1', port: 7000 },
    { text: '7000', host: '127.0.0.1', port: 7000 },
  ])('$text', ({ text, host, port }) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  test.each(['', 'localhost', 'localhost:', '127.0.0.1:70000', '::1:6432', 'a:b', '1.2.3.4:-1'])(
    'refused: %j',
    (text) => {
      expect(errorOf(() => parseAddress(text)).code).toBe('bad-address');
    },
  );

  test('what is printed is read back', () => {
    const hosts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('localhost'));
    fc.assert(
      fc.property(hosts, fc.integer({ min: 0, max: 65535 }), (host, port) => {
        expect(parseAddress(formatAddress({ host, port }))).toEqual({ host, port });
      }),
    );
  });
});

describe('a PostgreSQL URL', () => {
  const read = (text: string): unknown => {
    const parsed = parsePostgresUrl(text);
    return parsed.kind === 'url' ? parsed.url : parsed.why;
  };
  const one = (host: string, port = 5432): unknown => [{ host, port }];

  test.each([
    { text: 'postgres://db/shop', endpoints: one('db'), databaseName: 'shop' },
    { text: 'postgresql://db:6000/shop', endpoints: one('db', 6000), databaseName: 'shop' },
    { text: 'postgres://ada:s3cret@db/shop', endpoints: one('db'), databaseName: 'shop' },
    { text: 'postgres://ada:p%40ss@db', endpoints: one('db'), databaseName: undefined },
    { text: 'postgres://ada:p@ss@db/shop', endpoints: one('db'), databaseName: 'shop' },
    { text: 'postgres://[::1]:5433/shop', endpoints: one('::1', 5433), databaseName: 'shop' },
    { text: 'postgres://', endpoints: one('localhost'), databaseName: undefined },
    { text: 'postgres:///my%20shop', endpoints: one('localhost'), databaseName: 'my shop' },
    { text: 'postgres://db/shop?sslmode=allow', sslmode: 'prefer' },
    { text: 'postgres://db/shop?sslmode=verify-full', sslmode: 'verify-full' },
    { text: 'postgres://db/?sslrootcert=/ca.pem', sslrootcert: '/ca.pem' },
    { text: 'postgres:///shop?host=db&port=6000', endpoints: one('db', 6000) },
    { text: 'postgres:///shop?host=/var/run/postgresql', endpoints: one('/var/run/postgresql') },
    { text: 'postgres://%2Ftmp:6000/shop', endpoints: one('/tmp', 6000) },
    {
      text: 'postgres://a:1,b:2/shop',
      endpoints: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    },
  ])('$text', ({ text, ...expected }) => {
    expect(read(text)).toMatchObject(expected);
  });

  test.each([
    { text: 'mysql://db/shop', why: 'not a URL' },
    { text: 'db:5432/shop', why: 'not a URL' },
    { text: '', why: 'not a URL' },
    { text: 'postgres://db:port/shop', why: 'the host is not' },
    { text: 'postgres://db:0/shop', why: 'port 0' },
    { text: 'postgres://db:99999/shop', why: 'port 99999' },
    { text: 'postgres://db/shop?sslmode=maybe', why: 'sslmode "maybe"' },
    { text: 'postgres://db/%zz', why: 'percent-encoded' },
  ])('refused: $text', ({ text, why }) => {
    expect(read(text)).toContain(why);
  });

  test('a password never comes out again, neither parsed nor in an error', () => {
    const secret = 'hunter2-very-secret';
    const rest = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(rest, (text) => {
        const url = `postgres://ada:${secret}@${text}`;
        expect(JSON.stringify(parsePostgresUrl(url))).not.toContain(secret);
        try {
          parseUpstream(url);
        } catch (thrown) {
          expect(String(thrown)).not.toContain(secret);
        }
      }),
    );
  });

  test('the governed URL names address and database, nothing else', () => {
    expect(formatPostgresUrl('127.0.0.1:6432', 'my shop')).toBe(
      'postgres://127.0.0.1:6432/my%20shop',
    );
    expect(formatPostgresUrl('[::1]:6432', undefined)).toBe('postgres://[::1]:6432');
  });
});

describe('--upstream', () => {
  test.each([
    { text: 'postgres://db/shop?options=a=b', database: undefined },
    { text: 'shop=postgres://db/shop', database: 'shop' },
    { text: 'ml/shop=postgresql://u:p@db/shop', database: 'ml/shop' },
  ])('$text', ({ text, database }) => {
    expect(parseUpstream(text)).toMatchObject({
      database,
      url: { databaseName: 'shop', endpoints: [{ host: 'db', port: 5432 }] },
    });
  });

  test.each(['shop', 'shop=', 'http://db', '=postgres://db', 'shop=db:5432'])(
    'refused: %s',
    (text) => {
      expect(errorOf(() => parseUpstream(text)).code).toBe('bad-upstream');
    },
  );
});
