import { words } from './planted.js';

const row = (values: readonly (string | null)[]): string =>
  `(${values.map((value) => (value === null ? 'NULL' : `'${value}'`)).join(', ')})`;

const list = (count: number, of: (i: number) => readonly (string | null)[]): string =>
  Array.from({ length: count }, (_, i) => row(of(i))).join(',\n  ');

/** Repeats, so that joins find partners and groups members; some are missing. */
const secret = (i: number, of: number): string | null =>
  i % 11 === 10 ? null : (words[i % of] ?? null);

/** What made-up queries are asked over: all of it text. */
export const generatedSchema = `
CREATE SCHEMA gen;
CREATE TABLE gen.folk (id text, name text, email text, code text, region text);
INSERT INTO gen.folk VALUES
  ${list(24, (i) => [String(i % 9), secret(i, 7), secret(i + 3, 9), `c${i % 4}`, i % 3 === 0 ? 'us' : 'eu'])};
CREATE TABLE gen.bills (id text, email text, memo text, secret text, state text);
INSERT INTO gen.bills VALUES
  ${list(20, (i) => [String(i % 7), secret(i, 9), secret(i, 5), secret(i, 4), `s${i % 3}`])};
CREATE TABLE gen.local (id text, region text, body text);
INSERT INTO gen.local VALUES
  ${list(12, (i) => [String(i % 5), i % 3 === 0 ? 'us' : 'eu', i % 3 === 0 ? secret(i, 8) : `b${i % 4}`])};
CREATE TABLE gen.parts (id text, code text, state text) PARTITION BY LIST (state);
CREATE TABLE gen.parts_0 PARTITION OF gen.parts FOR VALUES IN ('s0', 's1');
CREATE TABLE gen.parts_rest PARTITION OF gen.parts DEFAULT;
INSERT INTO gen.parts VALUES
  ${list(15, (i) => [String(i % 6), secret(i, 6), `s${i % 3}`])};
CREATE VIEW gen.folk_view AS SELECT id, upper(email) AS shout, name || '/' || code AS pair FROM gen.folk;
GRANT USAGE ON SCHEMA gen TO worker, keeper;
GRANT SELECT ON ALL TABLES IN SCHEMA gen TO worker, keeper;
`;
