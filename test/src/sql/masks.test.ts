/** Every mask over every family of types: no error, the column's own type, and nothing of the value that it does not promise. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadParser, type Mask, maskFits, RewriteRefusal } from '@postern/sql';
import { tmpdir } from 'node:os';
import { findServer, type Major, serverOwner } from '../harness/binaries.js';
import { Undo } from '../harness/undo.js';
import { type Answer, type MaskBed, startMaskBed } from './mask-bed.js';
import { families, type Family, types } from './mask-families.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);
beforeAll(() => loadParser());

const masks: readonly Mask[] = [
  { null: {} },
  { redact: {} },
  { hash: {} },
  { uuid: {} },
  { email: {} },
  { partial: { first: 0, last: 0 } },
  { partial: { first: 2, last: 1 } },
  { partial: { first: 1000, last: 1000 } },
  { year: {} },
  { month: {} },
  { bucket: { size: 1 } },
  { bucket: { size: 10 } },
  { bucket: { size: Number.MAX_SAFE_INTEGER } },
  { round: { digits: 18 } },
  { round: { digits: 0 } },
  { round: { digits: -3 } },
  { round: { digits: -300 } },
  { json: { paths: ['$.email'] } },
  { json: { paths: ['$.items[*].email', 'a.b[0].c', '$.items.first'] } },
  { json: { paths: ['$.*.*.email', '$[*].email', '/0/email', '$["a\\"b"]["it\'s"]'] } },
  { json: { paths: ['$..email', '$..b..c'] } },
  { json: { paths: ['$..email.email', '$.items[*]', '', '$[99999999999]', '$..*', '['] } },
  { none: {} },
];

/** Those that give something for every value, and those of them of which nothing of it may be left. */
const total = new Set(['redact', 'hash', 'uuid', 'email', 'partial']);
const opaque = new Set(['null', 'redact', 'hash', 'uuid']);

/** What of policy does not fit. */
const refusalOf = (act: () => string): string => {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof RewriteRefusal)) throw thrown;
    return thrown.unfit?.kind ?? thrown.construct;
  }
};

/** Parts of the values that none of these may show. */
const telling =
  /alice|secret|example|back|ärger|quoted|192\.168|2001:db8|08:00:2b|123e4567|ok-\d|inner|9999/g;

/** What a session may have set; the text of values and the reading of literals depend on it. */
const strange = `
  SET DateStyle = 'German, DMY'; SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Kolkata';
  SET extra_float_digits = -15; SET bytea_output = 'escape'; SET array_nulls = off; SET xmloption = document;
  SET standard_conforming_strings = off; SET escape_string_warning = off; SET quote_all_identifiers = on;
  SET search_path = evil, pg_catalog, public;
`;

/** Objects of somebody who would like to see what masks are given. */
const evil = `
  CREATE SCHEMA evil;
  CREATE FUNCTION evil.seen(text, text) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'seen %', $1; END$$;
  CREATE FUNCTION evil.joined(text, text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'seen %', $1; END$$;
  CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'seen %', $1; END$$;
  CREATE FUNCTION evil.compared(int, int) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'seen %', $1; END$$;
  CREATE FUNCTION evil.length(text) RETURNS int LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'seen %', $1; END$$;
  CREATE OPERATOR evil.= (FUNCTION = evil.seen, LEFTARG = text, RIGHTARG = text);
  CREATE OPERATOR evil.= (FUNCTION = evil.compared, LEFTARG = int, RIGHTARG = int);
  CREATE OPERATOR evil.> (FUNCTION = evil.compared, LEFTARG = int, RIGHTARG = int);
  CREATE OPERATOR evil.|| (FUNCTION = evil.joined, LEFTARG = text, RIGHTARG = text);
  CREATE OPERATOR evil.~ (FUNCTION = evil.seen, LEFTARG = text, RIGHTARG = text);
  CREATE DOMAIN evil.text AS int;
  CREATE DOMAIN evil.jsonb AS int;
`;

const shape = (answer: Answer): readonly unknown[] =>
  answer.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeModifier]);

const kindOf = (mask: Mask): string => Object.keys(mask)[0] ?? '';

const owner = await serverOwner();
const wanted: readonly Major[] = [18, 15, 13];
const there = new Set<Major>();
for (const version of wanted) if (await findServer(version, owner, tmpdir())) there.add(version);

for (const version of wanted) {
  const group = there.has(version) ? describe : describe.skip;
  group(`PostgreSQL ${version}`, () => {
    const own = families.filter(({ since = 13 }) => since <= version);
    const tables = new Map<Family, string>(own.map((family, i) => [family, `t${i}`]));
    const table = (family: Family): string => tables.get(family) ?? '';
    let bed: MaskBed;
    beforeAll(async () => {
      bed = await startMaskBed(undo, version);
      await bed.run(types + evil);
      for (const family of own) {
        const values = [...(family.notNull ? [] : ['NULL']), ...family.values];
        const rows = values.map(
          (value, n) => `INSERT INTO ${table(family)} VALUES (${n}, ${value});`,
        );
        const made = `CREATE TABLE ${table(family)} (n int, c ${family.type});${rows.join('')}`;
        await bed.run(made).catch((cause: unknown) => {
          throw new Error(`the table of ${family.name}`, { cause });
        });
      }
      await bed.refresh();
    }, 120_000);

    test.each(own)('$name', async (family) => {
      const t = table(family);
      const sql = `SELECT n, c FROM ${t} ORDER BY n`;
      const raw = await bed.run(sql);
      for (const mask of masks) {
        const said = (found: unknown): unknown => [family.name, mask, found];
        const kind = kindOf(mask);
        if (maskFits(bed.catalogue(), bed.column(t, 'c'), mask) !== undefined) {
          expect(said(refusalOf(() => bed.masked(sql, t, mask)))).toEqual(said('mask'));
          continue;
        }
        const answer = await bed.run(bed.masked(sql, t, mask)).catch((error: unknown) => {
          throw new Error(`${family.name} ${JSON.stringify(mask)}`, { cause: error });
        });
        expect(said(shape(answer))).toEqual(said(shape(raw)));
        raw.rows.forEach(([, before], i) => {
          const after = answer.rows[i]?.[1] ?? null;
          const told = (found: unknown): unknown => said([before, found]);
          if (before === null || before === undefined || kind === 'null')
            expect(told(after)).toEqual(told(null));
          else if (total.has(kind)) expect(told(after)).not.toEqual(told(null));
          else if (kind === 'none') expect(told(after)).toEqual(told(before));
          if (!opaque.has(kind)) return;
          for (const word of new Set((before ?? '').match(telling)))
            expect(told(after)).not.toEqual(told(expect.stringContaining(word)));
        });
      }
    });

    test('equal values hash equally, others differently', async () => {
      for (const family of own) {
        const t = table(family);
        if (maskFits(bed.catalogue(), bed.column(t, 'c'), { hash: {} }) !== undefined) continue;
        const hashed = bed.masked(`CREATE TABLE h_${t} AS SELECT n, c FROM ${t}`, t, { hash: {} });
        await bed.run(hashed);
        if (family.incomparable || family.type.includes('nondeterministic')) continue;
        const pairs = await bed.run(
          `SELECT a.n, b.n, a.c::text, x.c::text FROM ${t} a JOIN ${t} b ON a.c = b.c JOIN h_${t} x ON x.n = a.n JOIN h_${t} y ON y.n = b.n WHERE x.c IS DISTINCT FROM y.c`,
        );
        expect([family.name, pairs.rows]).toEqual([family.name, []]);
        if (family.narrow) continue;
        const others = await bed.run(
          `SELECT a.c::text, b.c::text, x.c::text FROM ${t} a JOIN ${t} b ON a.c <> b.c JOIN h_${t} x ON x.n = a.n JOIN h_${t} y ON y.n = b.n WHERE x.c = y.c`,
        );
        expect([family.name, others.rows]).toEqual([family.name, []]);
      }
    }, 60_000);

    test('what a session has set, and what others have made, change no mask', async () => {
      await bed.run(strange);
      for (const family of own) {
        const t = table(family);
        for (const mask of masks) {
          if (maskFits(bed.catalogue(), bed.column(t, 'c'), mask) !== undefined) continue;
          const kind = kindOf(mask);
          const sql = bed.masked(`SELECT n, c FROM ${t}`, t, mask);
          await bed
            .run(`CREATE TEMP TABLE now ON COMMIT PRESERVE ROWS AS ${sql}`)
            .catch((error: unknown) => {
              throw new Error(`${family.name} ${JSON.stringify(mask)} ${sql}`, { cause: error });
            });
          if (
            kind === 'hash' &&
            maskFits(bed.catalogue(), bed.column(t, 'c'), mask) === undefined
          ) {
            await bed.run('RESET ALL');
            const { rows } = await bed.run(
              `SELECT x.c::text, now.c::text FROM h_${t} x JOIN now USING (n)`,
            );
            for (const [plain, strangely] of rows)
              // Without array_nulls NULLs keep no array of another form.
              if (
                !(family.type.includes('[]') || family.type === 'filled') ||
                (plain?.startsWith('{') && !plain.startsWith('{{'))
              )
                expect([family.name, strangely]).toEqual([family.name, plain]);
            await bed.run(strange);
          }
          await bed.run('DROP TABLE pg_temp.now');
        }
      }
      await bed.run('RESET ALL');
    }, 120_000);
  });
}
