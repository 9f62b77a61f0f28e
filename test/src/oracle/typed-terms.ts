/** Kinds of types whose values may stand for one another in an expression, most often. */
export type Family =
  | 'number'
  | 'text'
  | 'time'
  | 'interval'
  | 'truth'
  | 'numbers'
  | 'texts'
  | 'json'
  | 'uuid'
  | 'mood'
  | 'range'
  | 'pair';

/** Columns of the tables that typed statements are made over, by their families. */
export const typedColumns: Readonly<Record<Family, readonly string[]>> = {
  number: ['id', 'small', 'big', 'exact', 'rough', 'positive'],
  text: ['name', 'short', 'fixed', 'secret'],
  time: ['day', 'moment', 'plain_moment'],
  interval: ['span'],
  truth: ['flag'],
  numbers: ['numbers', 'bigs'],
  texts: ['words'],
  json: ['doc', 'plain_doc'],
  uuid: ['uid'],
  mood: ['feeling'],
  range: ['stretch', 'spell'],
  pair: ['couple'],
};

/** Two tables of the same columns, and a view. */
export const typedSchema = `
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
${['items', 'logs']
  .map(
    (
      name,
    ) => `CREATE TABLE ${name} (id int PRIMARY KEY, small smallint, big bigint, exact numeric(12,2), rough float8,
  positive positive, name text, short varchar(20), fixed char(4), secret text, day date, moment timestamptz,
  plain_moment timestamp, span interval, flag bool, numbers int[], bigs bigint[], words text[], doc jsonb, plain_doc json,
  uid uuid, feeling mood, stretch int4range, spell tstzrange, couple pair);`,
  )
  .join('\n')}
CREATE VIEW seen AS SELECT id, name, exact * 2 AS twice, day, doc, numbers FROM items WHERE flag;
CREATE FUNCTION doubled(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION doubled(text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $1';
CREATE FUNCTION pairs(int) RETURNS SETOF pair LANGUAGE sql AS 'SELECT $1, $1::text';
CREATE FUNCTION table_of(int, text DEFAULT 'x') RETURNS TABLE (n bigint, t varchar) LANGUAGE sql AS 'SELECT $1, $2';
INSERT INTO items (id, name, exact) VALUES (1, 'a', 1.5), (2, 'b', 2.5);
INSERT INTO logs (id, name, exact) VALUES (1, 'a', 3.5), (3, 'c', 4.5);`;

/** Expressions of a family; `{family}` is one of that family, `{row}` the alias of a row. */
export const typedTerms: Readonly<Record<Family, readonly string[]>> = {
  number: [
    ...[
      'bit_length({text})',
      '{interval}::text::int',
      'extract(epoch FROM {interval})',
      'ln({number})',
      'sign({number})',
      '({number})::float4',
      '{number}::smallint',
      'gcd({number}::int, 2)',
      '({number} <<  1)',
      "({json} -> 'a' ->> 'b')::numeric",
      'upper({range}) - lower({range})',
      'array_ndims({numbers})',
      '(SELECT s.id FROM logs s ORDER BY {number} LIMIT 1)',
      'jsonb_array_length({json})',
    ],
    ...['1', '2.5', "'3'", '4::bigint', 'NULL', "'5'::numeric", '1e3', '-7'],
    ...['({number} + {number})', '({number} - {number})', '({number} * {number})'],
    ...['({number} / nullif({number}, 0))', '(- {number})', 'abs({number})', 'round({number})'],
    ...['greatest({number}, {number})', 'least({number}, 1)', 'length({text})', 'mod({number}, 7)'],
    ...['extract(year FROM {time})', 'cardinality({numbers})', '({numbers})[1]', '{number}::int'],
    ...["({json} ->> 'a')::int", 'strpos({text}, {text})', 'lower({range})', '({pair}).x'],
    ...['{number}::numeric', 'CAST({number} AS bigint)', 'coalesce({number}, {number})'],
    ...['CASE WHEN {truth} THEN {number} ELSE {number} END', 'nullif({number}, {number})'],
    ...['({number} % 3)', 'power({number}, 2)', 'doubled({number})', 'round({number}, 1)'],
    ...['(SELECT max(s.exact) FROM logs s WHERE s.id = {number})', '(SELECT {number})'],
    ...['(SELECT count(*) FROM items)', 'width_bucket({number}, 0, 10, 5)', 'ascii({text})'],
    ...['array_length({texts}, 1)', '({number} & 3)', '({number} ^ 2)', 'ceil({number})'],
    ...['date_part({text}, {time})', '(current_date - {time}::date)', 'trunc({number}, 2)'],
    ...[
      'CASE {text} WHEN {text} THEN 1 WHEN {text} THEN {number} END',
      'random()',
      'array_position({numbers}, 3)',
    ],
  ],
  text: [
    ...[
      'quote_literal({text})',
      '({text} || {texts}::text)',
      'pg_typeof({number})::text',
      'chr({number})',
      "to_char({interval}, 'HH')",
      '{json}::text',
      '{range}::text',
      'btrim({text}, {text})',
      '({text})::name',
      "concat_ws(',', {text}, {number}, {time})",
      'translate({text}, {text}, {text})',
      '(SELECT {text} FROM logs s LIMIT 1)',
      '{truth}::text',
      'strpos({text}, {text})::text',
    ],
    ...["'x'", "'y'::text", 'NULL', "E'\\\\n'", "'z'::varchar(3)", "'q'::char(2)", 'current_user'],
    ...['({text} || {text})', 'lower({text})', 'upper({text})', 'substring({text} FROM 1 FOR 2)'],
    ...['replace({text}, {text}, {text})', 'concat({text}, {number})', '({number})::text'],
    ...["({json} ->> 'a')", '({texts})[1]', "to_char({time}, 'YYYY')", 'trim({text})'],
    ...['({text} COLLATE "C")', "format('%s', {number})", "array_to_string({texts}, ',')"],
    ...['({pair}).y', 'md5({text})', 'coalesce({text}, {text})', '({text} || {number})'],
    ...['left({text}, 2)', '{uuid}::text', 'CASE WHEN {truth} THEN {text} ELSE {text} END'],
    ...['doubled({text})', '(SELECT string_agg(s.name, {text}) FROM logs s)', '{text}::varchar(5)'],
    ...[
      "overlay({text} PLACING 'x' FROM 1)",
      'nullif({text}, {text})',
      "split_part({text}, ',', 1)",
    ],
    ...[
      'greatest({text}, {text})',
      '{mood}::text',
      "to_char({number}, '999')",
      'substr({text}, 2)',
    ],
    ...["regexp_replace({text}, 'a', 'b')", '({number} || {text})', "({json} #>> '{a,b}')"],
    ...[
      'CAST({text} AS char(3))',
      'reverse({text})',
      'repeat({text}, 2)',
      'lpad({text}, 5)',
      'initcap({text})',
    ],
  ],
  time: [
    ...[
      '({time})::timestamp',
      '(SELECT s.day FROM logs s LIMIT 1)',
      'upper(spell)',
      "date_bin('1 day', {time}, {time})",
      '({time} + 1)',
      'clock_timestamp()',
      "'now'::timestamptz",
      'make_timestamp(2020, 1, 1, 0, 0, 0)',
    ],
    ...[
      'now()',
      'current_date',
      "'2020-01-01'",
      "DATE '2020-01-01'",
      "TIMESTAMP '2020-01-01 10:00'",
    ],
    ...[
      '({time} + {interval})',
      '({time} - {interval})',
      "date_trunc('day', {time})",
      '{time}::date',
    ],
    ...[
      'greatest({time}, {time})',
      'make_date(2020, 1, 1)',
      "to_date({text}, 'YYYY')",
      'localtimestamp',
    ],
    ...[
      "({time} AT TIME ZONE 'UTC')",
      'coalesce({time}, {time})',
      '({time}::date + 1)',
      'lower(spell)',
    ],
    ...['CASE WHEN {truth} THEN {time} END', '{time}::timestamptz', 'to_timestamp({number})'],
    ...["date_trunc('hour', {time})", '(SELECT max(s.moment) FROM logs s)', '{text}::timestamp'],
  ],
  interval: [
    ...["INTERVAL '1 day'", "'1 hour'", "INTERVAL '2' HOUR", '({interval} * {number})'],
    ...[
      '({interval} + {interval})',
      'age({time}, {time})',
      'make_interval(days => 1)',
      '({time} - {time})',
    ],
    ...[
      'coalesce({interval}, {interval})',
      '(- {interval})',
      'justify_days({interval})',
      '{text}::interval',
    ],
  ],
  truth: [
    ...[
      '({text} < {text} COLLATE "C")',
      '({numbers} = {numbers})',
      '({texts} <> {texts})',
      '({row} = {row})',
      '({row} < {row})',
      '({row} IS DISTINCT FROM {row})',
      '({row} IN (SELECT s FROM logs s))',
      '({row} = ANY (ARRAY[{row}]))',
      "({json} @? '$.a')",
      'isfinite({time})',
      '({range} << {range})',
      '(({number}, {text}) IN (SELECT s.id, s.name FROM logs s))',
      '({number} = SOME (ARRAY[{number}, 2]))',
      '({text}::varchar(3) = {text})',
      '({time} - {time} > {interval})',
      'pg_catalog.textlike({text}, {text})',
      '({number} OPERATOR(pg_catalog.>=) {number})',
      '({json} IS JSON)',
      '({json} ?| {texts})',
      '({text} !~~* {text})',
      '({number} NOT IN ({number}, {number}))',
      'num_nonnulls({number}, {text}) = 1',
    ],
    ...[
      'true',
      'NULL',
      "'t'",
      'false',
      '({number} < {number})',
      '({number} = {number})',
      '({text} = {text})',
    ],
    ...[
      '({text} LIKE {text})',
      "({text} ILIKE '%x')",
      '({time} > {time})',
      '({number} <> {number})',
    ],
    ...[
      '({number} BETWEEN {number} AND {number})',
      '({text} IN ({text}, {text}))',
      '({number} IS NULL)',
    ],
    ...['({number} = ANY ({numbers}))', '({truth} AND {truth})', '(NOT {truth})', "({json} ? 'a')"],
    ...[
      '({json} @> {json})',
      '({numbers} && {numbers})',
      '({range} @> {number})',
      '({mood} = {mood})',
    ],
    ...['({uuid} = {uuid})', '(({number}, {text}) = ({number}, {text}))', '({truth} OR {truth})'],
    ...[
      '(({number}, {time}) < ({number}, {time}))',
      'EXISTS (SELECT 1 FROM logs s WHERE s.id = {number})',
    ],
    ...[
      '({number} IN (SELECT s.id FROM logs s))',
      '({truth} IS TRUE)',
      '({number} IS DISTINCT FROM {number})',
    ],
    ...[
      "({text} SIMILAR TO 'a%')",
      '({text} ~ {text})',
      '({pair} = {pair})',
      '({interval} < {interval})',
    ],
    ...[
      '(({time}, {time}) OVERLAPS ({time}, {interval}))',
      '({texts} @> ARRAY[{text}])',
      'starts_with({text}, {text})',
    ],
    ...[
      '({number} IN ({number}, {number}, 3))',
      '({text} = ANY ({texts}))',
      '({mood} > {mood})',
      '({range} && {range})',
    ],
    ...[
      '({number} > ALL (SELECT s.exact FROM logs s))',
      '({time} = {text}::date)',
      '({row} IS NOT NULL)',
      'coalesce({truth}, {truth})',
    ],
    ...[
      '({time} BETWEEN {time} AND {time})',
      "({mood} = 'ok')",
      "({uuid} IN ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', {uuid}))",
    ],
  ],
  numbers: [
    ...[
      'array_fill({number}, ARRAY[3])',
      'ARRAY[{number}]::bigint[]',
      '{numbers}::numeric[]',
      '(SELECT array_agg(v) FROM unnest({numbers}) AS v)',
      'array_replace({numbers}, {number}, {number})',
    ],
    ...[
      "'{1,2}'",
      "'{1,2}'::int[]",
      'ARRAY[1, 2]',
      'ARRAY[{number}, {number}]',
      '({numbers} || {number})',
    ],
    ...['({numbers} || {numbers})', 'array_append({numbers}, {number})', '({numbers})[1:2]'],
    ...[
      'array_remove({numbers}, {number})',
      '(SELECT array_agg(s.id) FROM logs s)',
      'ARRAY(SELECT s.big FROM logs s)',
    ],
    ...[
      'coalesce({numbers}, {numbers})',
      'array_cat({numbers}, {numbers})',
      '({number} || {numbers})',
    ],
  ],
  texts: [
    ...["'{a,b}'", 'ARRAY[{text}, {text}]', '({texts} || {text})', "string_to_array({text}, ',')"],
    ...[
      '({texts} || {texts})',
      '({texts})[1:2]',
      'array_prepend({text}, {texts})',
      "ARRAY['a', 'b']",
      'ARRAY[]::text[]',
    ],
    ...['regexp_split_to_array({text}, {text})', 'coalesce({texts}, {texts})'],
  ],
  json: [
    ...[
      'to_json({texts})',
      'jsonb_path_query_first({json}, {text}::jsonpath)',
      "({json} #- '{a}')",
      "({json})['a']",
      'row_to_json(ROW({number}, {text}))',
      'array_to_json({numbers})',
      "JSON_QUERY({json}, '$.a')",
      'json_build_array({number}, {text})',
      'jsonb_pretty({json})::jsonb',
    ],
    ...[
      "'{}'",
      "({json} -> 'a')",
      '({json} || {json})',
      "jsonb_build_object('a', {number}, {text}, {time})",
    ],
    ...[
      'to_jsonb({number})',
      'to_jsonb({row})',
      "({json} - 'a')",
      "jsonb_set({json}, '{a}', {json})",
    ],
    ...[
      "({json} #> '{a,b}')",
      "'[1,2]'::jsonb",
      'row_to_json({row})',
      '({json} -> 0)',
      '{text}::jsonb',
    ],
    ...[
      '(SELECT jsonb_agg(s) FROM logs s)',
      '(SELECT json_object_agg(s.name, s.exact) FROM logs s)',
      'coalesce({json}, {json})',
    ],
    ...["JSON_OBJECT('a': {number})", 'JSON_ARRAY({text}, {number})', 'jsonb_strip_nulls({json})'],
  ],
  uuid: [
    'gen_random_uuid()',
    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    'coalesce({uuid}, {uuid})',
    '{text}::uuid',
  ],
  mood: [
    "'ok'",
    "'sad'::mood",
    '{text}::mood',
    'coalesce({mood}, {mood})',
    'greatest({mood}, {mood})',
  ],
  range: [
    ...[
      'int4range({number}, {number})',
      "'[1,3)'",
      '({range} * {range})',
      "numrange({number}, {number}, '[]')",
    ],
    ...['tstzrange({time}, {time})', '({range} + {range})'],
  ],
  pair: [
    ...['(SELECT s.couple FROM logs s LIMIT 1)', 'coalesce({pair}, {pair})', "'(1,x)'"],
    'ROW({number}, {text})::pair',
    'ROW({number}, {text})',
    '({number}, {text})::pair',
    'NULL::pair',
  ],
};

/** What a family has over its rows, and over windows of them. */
export const typedAggregates: Readonly<Partial<Record<Family, readonly string[]>>> = {
  number: [
    ...[
      'count(*)',
      'sum({number})',
      'avg({number})',
      'min({number})',
      'count(DISTINCT {text})',
      'max({number}) FILTER (WHERE {truth})',
    ],
    ...[
      'sum({interval})',
      'percentile_cont(0.5) WITHIN GROUP (ORDER BY {number})',
      'stddev({number})',
      'bit_and({number})',
    ],
  ],
  text: [
    "string_agg({text}, ',')",
    'max({text})',
    "string_agg(DISTINCT {text}, ',')",
    'mode() WITHIN GROUP (ORDER BY {text})',
  ],
  time: ['min({time})', 'max({time})'],
  truth: ['bool_and({truth})', 'every({truth})'],
  numbers: ['array_agg({number})', 'array_agg({number} ORDER BY {time} DESC)'],
  json: ['jsonb_agg({number})', 'json_agg({row})', 'jsonb_object_agg({text}, {number})'],
};

export const typedWindows: Readonly<Partial<Record<Family, readonly string[]>>> = {
  number: [
    'row_number()',
    'rank()',
    'lag({number})',
    'sum({number})',
    'first_value({number})',
    'lead({number}, 1, 0)',
    'ntile(4)',
    'count(*)',
  ],
  text: ["lag({text}, 1, 'x')", 'max({text})', 'nth_value({text}, 2)'],
  time: ['first_value({time})', 'lag({time})'],
};
