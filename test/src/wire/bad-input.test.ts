/** Policies and classifications that do not fit the schema: said before, and refused while they stand. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, posternProgram, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { run } from '../harness/program.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { type Peer, through } from './peer.js';
import { say } from './raw-client.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const secret = 'zebra.quagga@mail.example';

const schema = `
CREATE TABLE public.misfits (id int PRIMARY KEY, email text, vip boolean, born date);
INSERT INTO public.misfits VALUES (1, '${secret}', true, '1984-05-17');
CREATE TABLE public.filtered (id int, owner text);
INSERT INTO public.filtered VALUES (1, '${secret}'), (2, 'nobody');
CREATE TABLE public.dropped (id int, owner text, body text);
INSERT INTO public.dropped VALUES (1, 'eu', '${secret}');
CREATE TABLE public.renamed (id int, mail text);
INSERT INTO public.renamed VALUES (1, '${secret}');
CREATE VIEW public.over_renamed AS SELECT id, mail AS m FROM public.renamed;
CREATE FUNCTION public.renamed_mail() RETURNS text LANGUAGE sql STABLE AS 'SELECT max(mail) FROM public.renamed';
CREATE TABLE public.seen (id int, email text);
INSERT INTO public.seen VALUES (1, '${secret}');
CREATE TABLE public.gone (id int, email text);
INSERT INTO public.gone VALUES (1, '${secret}');
CREATE TABLE public.other (id int, name text);
INSERT INTO public.other VALUES (1, 'Ann');
CREATE TABLE public.parts (id int, vip boolean) PARTITION BY RANGE (id);
CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM (0) TO (10);
CREATE TABLE public.parts_2 PARTITION OF public.parts FOR VALUES FROM (10) TO (20);
CREATE VIEW public.vips AS SELECT id, vip AS important FROM public.parts;
`;

const databaseOf = (port: number): string => `apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: bad, namespace: test}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: disable}
  classifications:
    - {column: public.misfits.email, tags: [pii.email]}
    - {column: public.misfits.vip, tags: [pii.vip]}
    - {column: public.parts.vip, tags: [pii.vip]}
    - {column: public.misfits.born, tags: [pii.born]}
    - {column: public.renamed.email, tags: [pii.email]}
    - {column: public.seen.email, tags: [pii.email]}
    - {column: public.gone.email, tags: [pii.email]}
    - {column: public.nowhere.email, tags: [pii.email]}
`;

const policy = `apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: p, namespace: test}
spec:
  databases: {names: [bad]}
  defaultAction: Allow
  rules:
    - name: work
      actions: [any]
      tables: ['*.*']
      effect: Allow
      masks:
        - {tags: [pii.email], mask: {redact: {}}}
        - {tags: [pii.vip], mask: {hash: {}}}
        - columns: [public.misfits.born, public.misfits.age, public.nothing.x]
          mask: {email: {}}
    - {name: own, actions: [select, write], tables: [public.filtered], effect: Allow, rowFilter: "holder = session.user"}
    - {name: eu, actions: [select], tables: [public.dropped], effect: Allow, rowFilter: "owner = 'eu'"}
    - {name: lost, actions: [select], tables: [public.lost], effect: Allow}
`;

let server: Postgres;
let postern: Postern;
let file: string;
let port: number;
beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(schema);
  const folder = await mkdtemp(join(tmpdir(), 'postern-bad-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  file = join(folder, 'objects.yaml');
  await writeFile(file, `${databaseOf(server.port)}---\n${policy}`);
  postern = await startPostern({ files: [file], upstream: [] });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
}, 120_000);

const command = (words: readonly string[]) =>
  run(process.execPath, [posternProgram, ...words], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
  });

interface Told {
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

/** The error of a statement, with everything that was heard. */
const refused = async (peer: Peer, sql: string): Promise<Told> => {
  await peer.ask([say.query(sql)]);
  const heard = peer.frames.map(({ body }) => body.toString('latin1')).join('\n');
  expect(heard).not.toContain('zebra');
  const fields = (peer.all('E')[0]?.body.toString('utf8') ?? '').split('\0');
  const field = (code: string): string =>
    fields.find((one) => one.startsWith(code))?.slice(1) ?? '';
  expect([sql, field('C')]).toEqual([sql, '42501']);
  return { message: field('M'), detail: field('D'), hint: field('H') };
};

describe('what is refused while it stands', () => {
  test.each([
    ['a mask by tags', 'SELECT vip FROM misfits', 'public.misfits.vip'],
    ['a mask, all columns', 'SELECT * FROM misfits', 'public.misfits.born'],
    ['a mask by tags, in a condition', 'SELECT id FROM misfits WHERE vip', 'public.misfits.vip'],
    ['a mask by tags, COPY', 'COPY misfits (vip) TO STDOUT', 'public.misfits.vip'],
    ['a mask, whole row', 'SELECT m FROM misfits m', 'public.misfits.born'],
    ['a mask by tags, a partition', 'SELECT vip FROM parts_1', 'public.parts_1.vip'],
    ['a mask by tags, a view', 'SELECT important FROM vips', 'public.vips.important'],
    ['a mask by columns', 'SELECT born FROM misfits', 'public.misfits.born'],
  ])('%s that does not fit', async (_name, sql, column) => {
    await through(port, async (peer) => {
      const told = await refused(peer, sql);
      expect(told.detail).toBe(`policy=test/p rule=work reason=mask-does-not-fit column=${column}`);
      expect(told.message).toMatch(/is masked, and its mask cannot be made: .* does not fit type/);
      expect(told.hint).toMatch(/have a mask that fits put into the policy/);
    });
  });

  test('what does not read the column goes on', async () => {
    await through(port, async (peer) => {
      expect(await peer.query('SELECT id, email FROM misfits')).toEqual(['1|REDACTED']);
      expect(await peer.query('SELECT count(*) FROM misfits')).toEqual(['1']);
      expect(await peer.query('SELECT name FROM other')).toEqual(['Ann']);
    });
  });

  test.each([
    ['a query', 'SELECT * FROM filtered'],
    ['a count', 'SELECT count(*) FROM filtered'],
    ['COPY', 'COPY filtered TO STDOUT'],
    ['DELETE', 'DELETE FROM filtered WHERE id = 1'],
    ['PREPARE', 'PREPARE f AS SELECT * FROM filtered'],
  ])('a row filter on a column that does not exist: %s', async (_name, sql) => {
    await through(port, async (peer) => {
      const told = await refused(peer, sql);
      expect(told.detail).toBe(
        'policy=test/p rule=own reason=row-filter-invalid relation=public.filtered',
      );
      expect(told.message).toMatch(/row filter .* column "holder" does not exist/);
      expect(told.hint).toMatch(/postern policy validate/);
    });
  });

  test('a row filter whose column is dropped while a session is open', async () => {
    await through(port, async (peer) => {
      await peer.query('PREPARE d AS SELECT body FROM dropped');
      expect(await peer.query('EXECUTE d')).toEqual([secret]);
      expect(await peer.query('SELECT body FROM dropped')).toEqual([secret]);
      await server.sql('ALTER TABLE public.dropped DROP COLUMN owner');
      // not noticed yet: the filter that is in the statement fails
      const at = await peer.query('SELECT body FROM dropped');
      expect(at.join()).not.toContain('zebra');
      await new Promise((resolve) => setTimeout(resolve, 2_600));
      const told = await refused(peer, 'SELECT body FROM dropped');
      expect(told.detail).toBe(
        'policy=test/p rule=eu reason=row-filter-invalid relation=public.dropped',
      );
      expect((await peer.query('EXECUTE d')).join()).toMatch(/^E ERROR 42501 .* row filter/);
      expect(await peer.query('SELECT name FROM other')).toEqual(['Ann']);
    });
  }, 20_000);

  test.each([
    ['a column of the relation', 'SELECT mail FROM renamed'],
    ['a condition', "SELECT id FROM renamed WHERE mail LIKE 'z%'"],
    ['all columns', 'TABLE renamed'],
    ['COPY', 'COPY renamed TO STDOUT'],
    ['a view', 'SELECT m FROM over_renamed'],
    ['a copy', 'CREATE TEMP TABLE mine AS SELECT mail FROM renamed'],
  ])('a classification of a column that does not exist: %s', async (_name, sql) => {
    await through(port, async (peer) => {
      const told = await refused(peer, sql);
      expect(told.detail).toBe(
        'database=test/bad reason=classification-misplaced column=public.renamed.email',
      );
      expect(told.message).toContain('public.renamed.email, which does not exist');
      expect(told.hint).toContain('the column that holds pii.email now');
    });
  });

  test('a classification of a column that does not exist: a function that reads it', async () => {
    await through(port, async (peer) => {
      const told = await refused(peer, 'SELECT renamed_mail()');
      expect(told.detail).toBe('policy=test/p rule=default reason=not-understood');
    });
  });

  test('postern policy explain says the same', async () => {
    const explained = async (sql: string): Promise<string> => {
      const words = ['-f', file, '--as', 'user:ada', '--database-url', server.login('postgres')];
      const ran = await command(['policy', 'explain', ...words, '--exit-code', sql]);
      expect(ran.code).toBe(1);
      return ran.stdout;
    };
    expect(await explained('SELECT mail FROM renamed')).toContain(
      'database=test/bad reason=classification-misplaced column=public.renamed.email',
    );
    expect(await explained('SELECT vip FROM misfits')).toContain(
      'policy=test/p rule=work reason=mask-does-not-fit column=public.misfits.vip',
    );
    expect(await explained('SELECT id FROM filtered')).toContain(
      'policy=test/p rule=own reason=row-filter-invalid relation=public.filtered',
    );
  });

  test('what does not read columns of it goes on, and so does what mends it', async () => {
    await through(port, async (peer) => {
      expect(await peer.query('SELECT count(*) FROM renamed')).toEqual(['1']);
      expect(await peer.query('ALTER TABLE renamed RENAME COLUMN mail TO email')).toEqual([]);
      expect(await peer.query('SELECT email FROM renamed')).toEqual(['REDACTED']);
      expect(await peer.query('SELECT m FROM over_renamed')).toEqual(['REDACTED']);
    });
  });

  test('a column that was seen under its name stays masked under the next', async () => {
    await through(port, async (peer) => {
      expect(await peer.query('SELECT email FROM seen')).toEqual(['REDACTED']);
      await server.sql('ALTER TABLE public.seen RENAME COLUMN email TO mail');
      await new Promise((resolve) => setTimeout(resolve, 2_600));
      expect(await peer.query('SELECT mail, id FROM seen')).toEqual(['REDACTED|1']);
    });
  }, 20_000);

  test('a column that is replaced while a session is open', async () => {
    await through(port, async (peer) => {
      expect(await peer.query('SELECT * FROM gone')).toEqual(['1|REDACTED']);
      await server.sql(
        'ALTER TABLE public.gone ADD mail text; UPDATE public.gone SET mail = email; ALTER TABLE public.gone DROP email',
      );
      await new Promise((resolve) => setTimeout(resolve, 2_600));
      expect((await refused(peer, 'SELECT mail FROM gone')).detail).toContain(
        'column=public.gone.email',
      );
      expect((await refused(peer, 'SELECT * FROM gone')).detail).toContain(
        'column=public.gone.email',
      );
    });
  }, 20_000);
});

describe('postern policy validate --database-url', () => {
  const url = (): string => server.login('postgres');
  const validate = async (objects: string, ...words: readonly string[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-bad-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'objects.yaml');
    await writeFile(path, objects);
    const { code, stdout, stderr } = await command(['policy', 'validate', '-f', path, ...words]);
    return { code, out: stdout.replaceAll(path, 'FILE'), err: stderr.replaceAll(path, 'FILE') };
  };

  const objectsOf = (
    rule: string,
    classifications = '',
  ): string => `apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: bad, namespace: test}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1}]
  classifications: [${classifications}]
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: p, namespace: test}
spec:
  rules:
    - name: r
      actions: [select]
      effect: Allow
${rule
  .split('\n')
  .map((line) => `      ${line}`)
  .join('\n')}
`;
  const ofPolicy = (reason: string): string => ` [DatabaseAccessPolicy test/p, ${reason}]`;
  const filter = (text: string): string =>
    `tables: [public.other]\nrowFilter: ${JSON.stringify(text)}`;

  test.each([
    {
      name: 'a mask that does not fit, through a tag',
      objects: objectsOf(
        'masks: [{tags: ["pii.*"], mask: {year: {}}}]',
        '{column: public.other.name, tags: [pii.name]}',
      ),
      said: `FILE:17:33: spec.rules[0].masks[0].mask: public.other.name: year does not fit type text; these fit: null, redact, hash, uuid, email, partial${ofPolicy('MaskDoesNotFit')}`,
    },
    {
      name: 'a mask that does not fit a view made of the column',
      objects: objectsOf(
        'tables: [public.vips]\nmasks: [{columns: [public.parts.vip], mask: {uuid: {}}}]',
      ),
      said: `FILE:18:45: spec.rules[0].masks[0].mask: public.vips.important: uuid does not fit type bool; these fit: null, redact${ofPolicy('MaskDoesNotFit')}`,
    },
    {
      name: 'a mask that does not fit partitions, once',
      objects: objectsOf(
        'tables: [public.parts, public.parts_1]\nmasks: [{columns: ["public.*.vip"], mask: {uuid: {}}}]',
      ),
      said: `FILE:18:43: spec.rules[0].masks[0].mask: public.parts.vip: uuid does not fit type bool; these fit: null, redact${ofPolicy('MaskDoesNotFit')}`,
    },
    {
      name: 'a mask of a column that a table lacks',
      objects: objectsOf('masks: [{columns: [public.other.age], mask: {redact: {}}}]'),
      said: `FILE:17:26: spec.rules[0].masks[0].columns[0]: column age of public.other does not exist${ofPolicy('ColumnMissing')}`,
    },
    {
      name: 'a row filter on a column that is not there',
      objects: objectsOf(filter("region = 'eu'")),
      said: `FILE:18:7: spec.rules[0].rowFilter: public.other: column "region" does not exist (at character 1)${ofPolicy('RowFilterInvalid')}`,
    },
    {
      name: 'a row filter that is no condition',
      objects: objectsOf(filter('length(name)')),
      said: `FILE:18:7: spec.rules[0].rowFilter: public.other: a row filter has to be of type boolean, and this is of type integer${ofPolicy('RowFilterInvalid')}`,
    },
    {
      name: 'a row filter with an operator that does not take these types',
      objects: objectsOf(filter('name > id')),
      said: `FILE:18:7: spec.rules[0].rowFilter: public.other: no operator or function of this name takes such arguments${ofPolicy('RowFilterInvalid')}`,
    },
    {
      name: 'a row filter with a function that is not there',
      objects: objectsOf(filter('pg_catalog.nofunction(name)')),
      said: `FILE:18:7: spec.rules[0].rowFilter: public.other: function pg_catalog.nofunction does not exist in pg_catalog; a function of yours needs its schema (at character 1)${ofPolicy('RowFilterInvalid')}`,
    },
    {
      name: 'a classification of a column that is not there',
      objects: objectsOf(
        'tables: [public.other]',
        '{column: public.other.email, tags: [pii.email]}',
      ),
      said: 'FILE:7:22: spec.classifications[0].column: column "email" of relation "public.other" does not exist [Database test/bad, ClassificationInvalid]',
    },
    {
      name: 'a classification in a relation that is not there',
      objects: objectsOf(
        'tables: [public.other]',
        '{column: public.nobody.email, tags: [pii.email]}',
      ),
      said: 'FILE:7:22: spec.classifications[0].column: relation "public.nobody" does not exist [Database test/bad, ClassificationInvalid]',
    },
  ])('$name', async ({ objects, said }) => {
    const ran = await validate(objects, '--database-url', url());
    const [first, hint, last, ...more] = ran.out.split('\n');
    expect(first).toBe(said);
    expect(hint).toMatch(/^ {2}hint: /);
    expect([last, more, ran.code]).toEqual(['not valid: 1 problem', [''], 1]);
  });

  test.each([
    ['does not parse', 'owner = (', 'syntax error at or near'],
    ['holds a subquery', 'id IN (SELECT 1)', 'SubLink has no place in a row filter'],
    ['names an unknown attribute', 'id = session.shoe', 'unknown session attribute session.shoe'],
    ['holds an aggregate', 'count(*) = 1', 'aggregates and windows have no place'],
  ])('a row filter that %s is refused without a server', async (_name, text, said) => {
    const ran = await validate(objectsOf(filter(text)));
    expect([ran.code, ran.out]).toEqual([1, expect.stringContaining('spec.rules[0].rowFilter: ')]);
    expect(ran.out).toContain(said);
  });

  test('a rule that names nothing is a warning', async () => {
    const ran = await validate(
      objectsOf('tables: [public.lost, public.other]'),
      '--database-url',
      url(),
    );
    expect(ran.err).toContain(
      `warning: FILE:17:16: spec.rules[0].tables[0]: public.lost names no relation of this database${ofPolicy('MatchesNothing')}`,
    );
    expect([ran.code, ran.out]).toEqual([0, 'ok: 1 policy, 1 database\n']);
  });

  test('as JSON', async () => {
    const objects = objectsOf('tables: [public.lost, public.other]\nrowFilter: id');
    const ran = await validate(objects, '--database-url', url(), '-o', 'json');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toEqual({
      valid: false,
      problems: [
        {
          ...{ file: 'FILE', line: 18, column: 7, path: 'spec.rules[0].rowFilter' },
          ...{ object: 'DatabaseAccessPolicy test/p', reason: 'RowFilterInvalid' },
          message: expect.stringContaining('boolean'),
          hint: expect.stringContaining('mend the filter'),
        },
      ],
      warnings: [expect.objectContaining({ reason: 'MatchesNothing', line: 17, column: 16 })],
    });
  });

  test('policies about another Database are left alone', async () => {
    const objects = objectsOf('rowFilter: nothing').replace(
      'spec:\n  rules',
      'spec:\n  databases: {matchLabels: {a: b}}\n  rules',
    );
    expect((await validate(objects, '--database-url', url())).code).toBe(0);
  });

  test('a server that is not there: it could not run', async () => {
    const ran = await validate(
      objectsOf('tables: [public.other]'),
      '--database-url',
      'postgres://127.0.0.1:1/x',
    );
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('database-unreachable')]);
  });
});
