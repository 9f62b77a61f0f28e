import type { ArrayType } from './column-type.js';
import { call, cast, literal, op, when } from './sql-text.js';

const text = 'pg_catalog.text';

/** An element as an array's text has it. */
const quotedElement = (element: string): string => {
  const plain = `(${cast(element, text)} COLLATE pg_catalog."C")`;
  const escaped = call(
    'replace',
    call('replace', plain, literal('\\'), literal('\\\\')),
    `'"'`,
    literal('\\"'),
  );
  return `COALESCE(${op(op(`'"'`, '||', escaped), '||', `'"'`)}, 'NULL')`;
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
  const joined = `(SELECT pg_catalog.string_agg(${op('b.p[u.n]', '||', quotedElement('u.e'))}, '' ORDER BY u.n) FROM ${elementsOf('m.f')} AS u)`;
  const all = `(SELECT ${op(op(op(call('array_dims', 'a.v'), '||', `'='`), '||', joined), '||', `b.p[${call('array_upper', 'b.p', '1')}]`)} FROM (SELECT ${pieces} AS p OFFSET 0) AS b)`;
  return when(op(call('current_setting', `'array_nulls'`), '=', `'on'`), cast(all, type), 'm.f');
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
