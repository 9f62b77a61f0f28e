/** One server, and a Postern before it under whose two names it is governed with and without masks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import type { Undo } from '../harness/undo.js';

const databaseOf = (name: string, port: number, tls: string): string => `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: ${name}, namespace: test, labels: {rules: ${name === 'masked' ? 'masked' : 'open'}}}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: ${tls}}
  classifications: [{column: public.people.email, tags: [pii.email]}]
`;

const policyOf = (name: string, extra: string): string => `
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: ${name}, namespace: test}
spec:
  databases: {matchLabels: {rules: ${name}}}
  defaultAction: Allow
  rules:
    - {name: work, actions: [any], tables: ['*.*'], effect: Allow${extra}}
    - {name: brief, actions: [select], tables: [public.brief], effect: Allow, limits: {statementTimeout: 400ms}}
    - {name: no-drop, actions: [ddl], commands: [DROP], effect: Deny, message: nothing is dropped here}
`;

const policies = [
  policyOf('open', ''),
  policyOf('masked', ', masks: [{tags: [pii.email], mask: {redact: {}}}]'),
];

/** What a client hears of the rule `no-drop`. */
export const dropRefused = 'E ERROR 42501 nothing is dropped here';
export const markedEmail = 'zebra.quagga@mail.example';

const tables = `
CREATE TABLE public.t (id int PRIMARY KEY, name text);
INSERT INTO public.t SELECT i, chr(96 + i) FROM generate_series(1, 5) i;
CREATE TABLE public.brief (id int);
INSERT INTO public.brief SELECT generate_series(1, 3000);
CREATE SCHEMA other;
CREATE TABLE other.people (email text);
INSERT INTO other.people VALUES ('not a secret');
CREATE TABLE public.people (id int PRIMARY KEY, name text, email text UNIQUE);
INSERT INTO public.people VALUES (1, 'Zoe', '${markedEmail}'), (2, 'Ann', 'ann@mail.example');
ALTER TABLE public.people ALTER name SET NOT NULL, ADD CONSTRAINT brief_names CHECK (length(name) < 50);
CREATE TABLE public.told (id int);
CREATE FUNCTION public.tells() RETURNS int LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE 'it is %', (SELECT email FROM public.people WHERE id = 1); RETURN 1; END $$;
CREATE FUNCTION public.tells_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM public.tells(); RETURN NEW; END $$;
CREATE TRIGGER tells BEFORE INSERT ON public.told FOR EACH ROW EXECUTE FUNCTION public.tells_all();
CREATE ROLE reader;
GRANT SELECT ON public.t TO reader;
`;

export interface Rules {
  readonly server: Postgres;
  readonly postern: Postern;
  /** ports */
  readonly open: number;
  readonly masked: number;
  /** to the server over TLS */
  readonly secure: number;
}

export const startRules = async (
  undo: Undo,
  env: Readonly<Record<string, string>> = {},
): Promise<Rules> => {
  const server = await startPostgres({ auth: 'trust', tlsNames: ['IP:127.0.0.1'] });
  undo.push(() => server.stop());
  await server.sql(tables);
  return { server, ...(await before(undo, server, env)) };
};

/** Another Postern before the same server. */
export const before = async (
  undo: Undo,
  server: Postgres,
  env: Readonly<Record<string, string>>,
): Promise<Omit<Rules, 'server'>> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-rules-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const objects = [
    databaseOf('open', server.port, 'disable'),
    databaseOf('masked', server.port, 'disable'),
    databaseOf('secure', server.port, 'require'),
    ...policies,
  ];
  await writeFile(join(folder, 'rules.yaml'), objects.join('---'));
  const postern = await startPostern({ files: [folder], upstream: [], env });
  undo.push(() => postern.stop());
  const portOf = (name: string): number => {
    const url = postern.databases[`test/${name}`] ?? postern.databases[name];
    return Number(new URL(url ?? postern.governed).port);
  };
  return { postern, open: portOf('open'), masked: portOf('masked'), secure: portOf('secure') };
};

/** The server asks these users for a password, in these ways; nobody else. */
export const askPassword = async (
  server: Postgres,
  methods: Readonly<Record<string, string>>,
): Promise<void> => {
  const [row] = await server.sql('SHOW hba_file');
  const asked = Object.entries(methods).map(
    ([user, method]) => `host all ${user} 127.0.0.1/32 ${method}`,
  );
  const lines = [...asked, 'host all all 127.0.0.1/32 trust'].map((line) => `('${line}')`);
  await server.sql(`COPY (VALUES ${lines.join()}) TO '${String(row?.['hba_file'])}'`);
  await server.sql('SELECT pg_reload_conf(), pg_sleep(0.2)');
};
