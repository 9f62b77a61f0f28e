/** Masks over arbitrary values, and over columns whose names stand in the masks' own SQL. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadParser, type Mask, maskFits } from '@postern/sql';
import fc from 'fast-check';
import { tmpdir } from 'node:os';
import { findServer, type Major, serverOwner } from '../harness/binaries.js';
import { Undo } from '../harness/undo.js';
import { type MaskBed, startMaskBed } from './mask-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);
beforeAll(() => loadParser());

const masks: readonly Mask[] = [
  { redact: {} },
  { hash: {} },
  { uuid: {} },
  { email: {} },
  { partial: { first: 3, last: 2 } },
  { year: {} },
  { month: {} },
  { bucket: { size: 7 } },
  { round: { digits: -2 } },
  { round: { digits: 3 } },
  { json: { paths: ['$.email', '$.items[*].email', '$.items[1]'] } },
  { json: { paths: ['$..email'] } },
];

const plain = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !text.includes('\0'));
const year = fc.integer({ min: -4711, max: 294_275 });
const date = fc
  .tuple(year, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(
    ([y, m, d]) => `${String(y <= 0 ? 1 - y : y).padStart(4, '0')}-${m}-${d}${y <= 0 ? ' BC' : ''}`,
  );
const digits = fc.stringMatching(/^-?[0-9]{1,40}(\.[0-9]{0,40})?(e-?[0-9]{1,3})?$/);

/** Documents that have what the paths name, at times. */
const document = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('email', 'items', 'a', '', '1', '"'), tie('node'), {
      maxKeys: 4,
    }),
  ),
})).node;

const element = (text: string | null): string =>
  text === null ? 'NULL' : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** Array literals of one or two dimensions that start anywhere. */
const arrays = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .chain(([rows, width, start, nested]) =>
      fc
        .array(fc.array(fc.option(of), { minLength: width, maxLength: width }), { minLength: rows, maxLength: rows })
        .map((all) => {
          if (rows === 0) return '{}';
          const end = start + rows - 1;
          const [first = []] = all;
          return nested
            ? `[${start}:${end}][${start}:${start + width - 1}]={${all.map((row) => `{${row.map(element).join(',')}}`).join(',')}}`
            : `[${start}:${start + width - 1}]={${first.map(element).join(',')}}`;
        }),
    ); // prettier-ignore

const types: readonly (readonly [type: string, values: fc.Arbitrary<string>])[] = [
  ['text', plain],
  ['varchar(20)', plain.map((text) => Array.from(text).slice(0, 20).join(''))],
  ['char(30)', plain],
  ['int8', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
  ['numeric', digits],
  ['numeric(8,3)', fc.integer({ min: -99_999_999, max: 99_999_999 }).map((n) => String(n / 1000))],
  ['float8', fc.double().map(String)],
  ['float4', fc.float().map(String)],
  ['date', date],
  ['timestamptz(1)', fc.tuple(date, fc.integer({ min: 0, max: 86_399_999 })).map(([day, ms]) => day.replace(/^\S+/, (text) => `${text} ${new Date(ms).toISOString().slice(11, 23)}+00`))],
  ['interval', fc.tuple(fc.integer(), fc.integer(), fc.integer()).map(([m, d, s]) => `${m >> 4} mons ${d} days ${s} secs`)],
  ['inet', fc.oneof(fc.ipV4(), fc.ipV6().filter((ip) => !ip.includes('.')))],
  ['bytea', fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`)],
  ['json', fc.oneof(document.map((value) => JSON.stringify(value)), fc.constantFrom('{"email": "\\u0000"}', '{"items": [{"email": "\\ud800"}]}', '{"email": 1e99999}'))],
  ['jsonb', document.map((value) => JSON.stringify(value)).filter((text) => !/\\u(0000|d[89a-f])/i.test(text))],
  ['text[]', arrays(plain)],
  ['int4[]', arrays(fc.integer().map(String))],
]; // prettier-ignore

/** What is nowhere in a document whose places of this name are blanked. */
const emails = (value: unknown): readonly unknown[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => [
        ...(key === 'email' && !Array.isArray(value) ? [inner] : []),
        ...emails(inner),
      ]);

/** Aliases and columns in the masks' own SQL. */
const names = ['v', 'e', 'j', 'u', 'a', 'm', 'n', 'd', 'w', 's', 'p', 'k', 'b', 'f', 'c'];

const owner = await serverOwner();
const wanted: readonly Major[] = [18, 13];
const there = new Set<Major>();
for (const version of wanted) if (await findServer(version, owner, tmpdir())) there.add(version);

for (const version of wanted) {
  const group = there.has(version) ? describe : describe.skip;
  group(`PostgreSQL ${version}`, () => {
    let bed: MaskBed;
    beforeAll(async () => {
      bed = await startMaskBed(undo, version);
      await bed.run(
        types.map(([type], i) => `CREATE TABLE v${i} (n int, c ${type});`).join('') +
          names
            .map(
              (name) =>
                `CREATE TABLE a_${name} (${name} text[]); CREATE TABLE j_${name} (${name} jsonb);`,
            )
            .join('') +
          `CREATE TABLE plan (id int PRIMARY KEY, c text[])`,
      );
      await bed.refresh();
    }, 60_000);

    test.each(types.map(([type, values], i) => ({ type, values, table: `v${i}` })))(
      'arbitrary values of $type',
      async ({ type, values, table }) => {
        const property = fc.asyncProperty(
          fc.array(values, { minLength: 1, maxLength: 40 }),
          async (list) => {
            await bed.run(`TRUNCATE ${table}`);
            await bed.client.query(
              `INSERT INTO ${table} SELECT n, v::${type} FROM unnest($1::text[]) WITH ORDINALITY AS u(v, n)`,
              [list],
            );
            await bed.run(`INSERT INTO ${table} VALUES (0, NULL)`);
            const raw = await bed.run(`SELECT n, c FROM ${table} ORDER BY n`);
            const column = bed.column(table, 'c');
            for (const mask of masks) {
              if (maskFits(bed.catalogue(), column, mask) !== undefined) continue;
              const found = await bed.run(
                bed.masked(`SELECT n, c FROM ${table} ORDER BY n`, table, mask),
              );
              expect(found.fields.map((f) => [f.dataTypeID, f.dataTypeModifier])).toEqual(
                raw.fields.map((f) => [f.dataTypeID, f.dataTypeModifier]),
              );
              expect(found.rows[0]?.[1]).toBeNull();
              const hashes = 'hash' in mask || 'redact' in mask;
              if (hashes) expect(found.rows.slice(1).map(([, after]) => after)).not.toContain(null);
              const all = 'json' in mask && mask.json.paths.includes('$..email');
              if (all && type.startsWith('json'))
                for (const [, after] of found.rows)
                  expect(
                    emails(JSON.parse(after ?? 'null')).filter((left) => left !== null),
                  ).toEqual([]);
            }
            if (type === 'json' || maskFits(bed.catalogue(), column, { hash: {} }) !== undefined)
              return;
            const hashed = bed.masked(`SELECT n, c FROM ${table}`, table, { hash: {} });
            const unlike = await bed.run(
              `WITH h AS MATERIALIZED (${hashed}) SELECT a.c, b.c FROM ${table} a, ${table} b, h x, h y WHERE x.n = a.n AND y.n = b.n AND a.c = b.c AND x.c <> y.c`,
            );
            expect(type === 'jsonb' ? [] : unlike.rows).toEqual([]);
          },
        );
        await fc.assert(property, { numRuns: 6 });
      },
      60_000,
    );

    test.each(names)('a column with the name %s', async (name) => {
      const masked = async (table: string, value: string, mask: Mask): Promise<unknown> => {
        await bed.run(`INSERT INTO ${table} VALUES ('${value}')`);
        const sql = bed.masked(`SELECT ${name} AS x FROM ${table}`, table, mask, undefined, name);
        return (await bed.run(sql)).rows;
      };
      expect(
        await masked(`a_${name}`, '[0:1]={a,NULL}', { partial: { first: 9, last: 0 } }),
      ).toEqual([['[0:1]={***,NULL}']]);
      const paths = { json: { paths: ['$.items[*].email', '$..email'] } };
      expect(await masked(`j_${name}`, '{"items": [{"email": 1}], "email": 2}', paths)).toEqual([
        ['{"email": null, "items": [{"email": null}]}'],
      ]);
    });

    test('a key lookup stays one beside an array that is masked', async () => {
      const sql = bed.masked('SELECT c FROM plan WHERE id = 1', 'plan', { hash: {} });
      await bed.run('SET enable_seqscan = off; SET enable_bitmapscan = off');
      const { rows } = await bed.run(`EXPLAIN ${sql}`);
      expect(JSON.stringify(rows)).toContain('Index Scan using plan_pkey');
    });
  });
}
