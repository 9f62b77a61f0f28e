import type { ArrayType } from './column-type.js';
import { call, cast, literal, op, when } from './sql-text.js';

const text = 'pg_catalog.text';

/** An element as an array's text has it; what a cast to text calls may be a user's function. */
const quotedElement = (element: string): string => {
  const plain = `(${call('concat', element)} COLLATE pg_catalog."C")`;
  const escaped = call(
    'replace',
    call('replace', plain, literal('\\'), literal('\\\\')),
    `'"'`,
    literal('\\"'),
  );
  return when(
    `${element} IS DISTINCT FROM NULL`,
    op(op(`'"'`, '||', escaped), '||', `'"'`),
    `'NULL'`,
  );
};

/** Elements in the order they are stored in; in FROM a composite one would be spread over columns. */
const elementsOf = (array: string): string =>
  `(SELECT pg_catalog.unnest(${array}) AS e, ${call('generate_series', '1', call('cardinality', array))} AS n)`;

/** Of the array `a.v`, in every dimension. */
const sizes = `ARRAY(SELECT ${call('array_length', 'a.v', 'd.n')} FROM ${call('generate_series', '1', call('array_ndims', 'a.v'))} AS d(n) ORDER BY d.n)`;

/**
 * The elements `m.f` in the form of the array `a.v`: an array of zeros of this form, as text, has the braces and commas
 * to put between them. With `array_nulls` off no text has a NULL in it: then they stay in one row.
 */
const reshaped = (type: string): string => {
  const pieces = call('string_to_array', cast(call('array_fill', '0', sizes), text), `'0'`);
  // One piece more than there are elements; taken one by one, as `p[n]` would look through all before.
  const pairs = `(SELECT pg_catalog.unnest(m.f) AS e, pg_catalog.unnest(b.p) AS p, ${call('generate_series', '1', call('cardinality', 'b.p'))} AS n FROM (SELECT ${pieces} AS p OFFSET 0) AS b)`;
  const isPast = op('u.n', '>', call('cardinality', 'm.f'));
  const part = op('u.p', '||', when(isPast, `''`, quotedElement('u.e')));
  const joined = `(SELECT pg_catalog.string_agg(${part}, '' ORDER BY u.n) FROM ${pairs} AS u)`;
  const all = op(op(call('array_dims', 'a.v'), '||', `'='`), '||', joined);
  return when(
    op(call('current_setting', `'array_nulls'`), '=', `'on'`),
    cast(`(${all})`, type),
    'm.f',
  );
};

/**
 * An array with every element masked. An array of one dimension that starts at 1, which nearly all are, is not made into
 * a text.
 */
export const maskedArray = (
  value: string,
  { text: type }: ArrayType,
  /** of `u.e` */
  masked: string,
): string => {
  const elements = `(SELECT ${cast(`pg_catalog.array_agg(${masked} ORDER BY u.n)`, type)} AS f FROM ${elementsOf('a.v')} AS u OFFSET 0)`;
  return `(SELECT CASE WHEN a.v IS NULL THEN NULL WHEN m.f IS NULL THEN ${cast(`'{}'`, type)} WHEN ${op(call('array_dims', 'a.v'), '=', call('array_dims', 'm.f'))} THEN m.f ELSE ${reshaped(type)} END FROM (SELECT ${value} AS v OFFSET 0) AS a CROSS JOIN LATERAL ${elements} AS m)`;
};
