import { jsonSteps, type JsonStep } from './json-path.js';
import type { Masking } from './masking.js';
import { call, cast, literal, op, when } from './sql-text.js';

const jsonb = 'pg_catalog.jsonb';
const text = 'pg_catalog.text';
const jsonNull = `'null'::${jsonb}`;

type Steps = readonly JsonStep[];

const isA = (value: string, type: 'object' | 'array'): string =>
  op(call('jsonb_typeof', value), '=', `'${type}'`);

/** `value` as `j.v`, computed once; the alias is not yet known where the value stands. */
const withValue = (value: string, branches: readonly string[]): string =>
  `(SELECT CASE WHEN j.v IS NULL THEN NULL ${branches.join(' ')} ELSE ${jsonNull} END FROM (SELECT ${value} AS v OFFSET 0) AS j)`;

const either = (...conditions: readonly string[]): string => `(${conditions.join(' OR ')})`;

const atKey = (value: string, key: string, rest: Steps): string => {
  const path = `ARRAY[${literal(key)}]::${text}[]`;
  const child = op('j.v', '#>', path);
  const set = call('jsonb_set', 'j.v', path, blank(child, rest), 'false');
  const holders = [isA('j.v', 'object'), ...(/^\d{1,9}$/.test(key) ? [isA('j.v', 'array')] : [])];
  return withValue(value, [
    `WHEN ${either(...holders)} THEN ${when(`${child} IS NOT NULL`, set, 'j.v')}`,
  ]);
};

/** What an object or an array holds: key, place, value. */
const childrenOf = (value: string): string => {
  const members = when(isA(value, 'object'), value, `'{}'::${jsonb}`);
  const elements = when(isA(value, 'array'), value, `'[]'::${jsonb}`);
  return `(SELECT e.k, 0::pg_catalog.int8 AS n, e.v FROM pg_catalog.jsonb_each(${members}) AS e(k, v) UNION ALL SELECT ${cast(op('e.n', '-', '1'), text)}, e.n, e.v FROM pg_catalog.jsonb_array_elements(${elements}) WITH ORDINALITY AS e(v, n))`;
};

const inEach = (value: string, rest: Steps): string => {
  const elements = `COALESCE(pg_catalog.jsonb_agg(x.v ORDER BY x.n), '[]'::${jsonb})`;
  const members = `COALESCE(pg_catalog.jsonb_object_agg(x.k, x.v) FILTER (WHERE ${isA('j.v', 'object')}), '{}'::${jsonb})`;
  const blanked = `(SELECT c.k, c.n, ${blank('c.v', rest)} AS v FROM ${childrenOf('j.v')} AS c OFFSET 0) AS x`;
  return withValue(value, [
    `WHEN ${either(isA('j.v', 'array'), isA('j.v', 'object'))} THEN (SELECT ${when(isA('j.v', 'array'), elements, members)} FROM ${blanked})`,
  ]);
};

/** Lists every place in the document, and blanks one after the other where the key stands, the outer ones first. */
const anywhere = (value: string, key: string, rest: Steps): string => {
  const last = `w.p[${call('cardinality', 'w.p')}]`;
  const place = op('s.v', '#>', 'f.p');
  const next = when(
    `${place} IS NULL`,
    's.v',
    call('jsonb_set', 's.v', 'f.p', blank(place, rest), 'false'),
  );
  return `(WITH RECURSIVE d(v) AS (SELECT ${cast(value, jsonb)}), w(p, v) AS (SELECT '{}'::${text}[], d.v FROM d UNION ALL SELECT ${op('w.p', '||', 'c.k')}, c.v FROM w CROSS JOIN LATERAL ${childrenOf('w.v')} AS c), f(n, p) AS (SELECT pg_catalog.row_number() OVER (ORDER BY ${call('cardinality', 'w.p')}), w.p FROM w WHERE ${op(`(${last} COLLATE pg_catalog."C")`, '=', literal(key))}), s(n, v) AS (SELECT 0::pg_catalog.int8, d.v FROM d UNION ALL SELECT f.n, ${next} FROM s JOIN f ON ${op('f.n', '=', op('s.n', '+', '1'))}) SELECT s.v FROM s ORDER BY s.n DESC LIMIT 1)`;
};

/**
 * Blanks what lies at the path. Where something else stands on the way than the path is made for (a text, an array in
 * the place of an object), that is blanked: it may hold what the path is meant for. Nothing is called that could fail.
 */
const blank = (value: string, [first, ...rest]: Steps): string => {
  if (first === undefined) return when(`${value} IS NOT NULL`, jsonNull);
  switch (first.kind) {
    case 'key':
      return atKey(value, first.key, rest);
    case 'each':
      return inEach(value, rest);
    case 'anywhere':
      return anywhere(value, first.key, rest);
  }
};

const replaced = (value: string, pattern: string, by: string): string =>
  call('regexp_replace', value, literal(pattern), literal(by), `'g'`);

/**
 * Is a json text one that jsonb takes too? Not one with \u0000, half a surrogate pair, escapes that the database's
 * encoding may lack, or numbers of a size that numeric may lack.
 */
const isConvertible = (value: string): string => {
  const plain = `(${value} COLLATE pg_catalog."C")`;
  const outside = replaced(plain, String.raw`"(?:[^"\\]|\\.)*"`, '');
  const escapes = replaced(
    replaced(plain, String.raw`\\\\`, ' '),
    String.raw`\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`,
    ' ',
  );
  const bad = when(
    op(call('getdatabaseencoding'), '=', `'UTF8'`),
    literal(String.raw`\\u(?:0000|[dD][89a-fA-F])`),
    literal(String.raw`\\u`),
  );
  return [
    op(call('octet_length', value), '<', '100000000'),
    op(outside, '!~', literal('[eE][+-]?[0-9]{4}|[0-9]{250}')),
    when(
      op(call('strpos', plain, literal(String.raw`\u`)), '=', '0'),
      'true',
      op(escapes, '!~', bad),
    ),
  ].join(' AND ');
};

export const blankPaths = (m: Masking, paths: readonly string[]): string | undefined => {
  const { family } = m.type;
  if (family !== 'json' && family !== 'jsonb') return undefined;
  // Without a path nothing says what may stay.
  const steps = paths.length === 0 ? [[]] : paths.map(jsonSteps);
  const all = (value: string): string => steps.reduce(blank, value);
  if (family === 'jsonb') return all(m.value);
  // What cannot become jsonb becomes NULL.
  return when(isConvertible(cast(m.value, text)), all(cast(m.value, jsonb)));
};
