import type { Masking } from './mask-expression.js';
import { call, literal, op, when } from './sql-text.js';

const jsonb = 'pg_catalog.jsonb';
const jsonNull = `'null'::${jsonb}`;

/**
 * A path as a list of keys: `$.a.b`, `a.b`, `$.a[0].b`, `$.a["b c"]`, `/a/b`. From a wildcard on, everything below goes.
 */
export const pathKeys = (path: string): readonly string[] => {
  if (path.startsWith('/'))
    return path
      .slice(1)
      .split('/')
      .map((k) => k.replaceAll('~1', '/').replaceAll('~0', '~'));
  const keys: string[] = [];
  const step =
    /^\$?\.?(?:\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]|\[(\d+|\*)\]|"([^"]*)"|([^.[\]$"]+)|(\.))/;
  let rest = path.trim();
  while (rest !== '' && rest !== '$') {
    const [whole, ...parts]: readonly (string | undefined)[] = step.exec(rest) ?? [];
    const key = parts.find((part) => part !== undefined);
    if (whole === undefined || key === undefined || key === '*' || key === '.') return keys;
    keys.push(key);
    rest = rest.slice(whole.length);
  }
  return keys;
};

const pathLiteral = (keys: readonly string[]): string =>
  `ARRAY[${keys.map(literal).join(', ')}]::pg_catalog.text[]`;

const at = (keys: readonly string[]): string =>
  keys.length === 0 ? 'v' : op('v', '#>', pathLiteral(keys));

const isObject = (keys: readonly string[]): string =>
  op(call('jsonb_typeof', at(keys)), '=', `'object'`);

const set = (keys: readonly string[]): string =>
  keys.length === 0 ? jsonNull : call('jsonb_set', 'v', pathLiteral(keys), jsonNull, 'false');

/**
 * Blanks what lies at the path. Where something else than an object stands on the way (an array, a text), that is
 * blanked: it may hold what the path is meant for. `jsonb_set` is called only where it cannot fail.
 */
const blank = (value: string, keys: readonly string[]): string => {
  if (keys.length === 0) return when(`${value} IS NOT NULL`, jsonNull);
  const branches: string[] = [];
  for (let depth = 0; depth < keys.length; depth += 1) {
    const parent = keys.slice(0, depth);
    branches.push(`WHEN ${at(parent)} IS NULL THEN v`);
    branches.push(`WHEN NOT ${isObject(parent)} THEN ${set(parent)}`);
  }
  return `(SELECT CASE ${branches.join(' ')} ELSE ${set(keys)} END FROM (SELECT ${value} AS v OFFSET 0) AS j)`;
};

export const blankPaths = (m: Masking, paths: readonly string[]): string | undefined => {
  const { family } = m.type;
  if (family !== 'json' && family !== 'jsonb') return undefined;
  const all = (value: string): string => paths.map(pathKeys).reduce(blank, value);
  if (family === 'jsonb') return all(m.value);
  // jsonb refuses some texts that json takes (escapes, numbers out of range): those become NULL.
  const text = `((${m.value})::pg_catalog.text COLLATE pg_catalog."C")`;
  const convertible = `NOT ${op(text, '~', `'[0-9][eE]'`)} AND ${op(call('strpos', text, literal('\\u')), '=', '0')} AND ${op(call('length', text), '<', '100000')}`;
  return when(convertible, all(`(${m.value})::${jsonb}`));
};
