/** A type with values that are hard on a mask; every table of them has a NULL too. */
export interface Family {
  readonly name: string;
  readonly type: string;
  /** as SQL */
  readonly values: readonly string[];
  /** PostgreSQL has the type, or these values, from this version on */
  readonly since?: number;
  /** too few values for different ones to stay different under `hash` */
  readonly narrow?: true;
  /** the column takes no NULL */
  readonly notNull?: true;
  /** the server has no `=` for it */
  readonly incomparable?: true;
}

const texts = [
  `''`,
  `'   '`,
  `'alice@example.org'`,
  `'ALICE@example.org'`,
  `'b@x'`,
  `'a@b@c'`,
  `'@'`,
  `'secret value'`,
  `'secret value  '`,
  String.raw`E'back\\slash\\'`,
  String.raw`E'\\x41'`,
  String.raw`E'line\nbreak'`,
  `'ärger ẞ 日本 😀 é'`,
  `U&'\\D83D\\DE00'`,
  `'"quoted", {braced}'`,
  `'NULL'`,
  `'it''s'`,
];

/** What a json text may have that jsonb does not take. */
const jsonOnly = [
  String.raw`'{"email": "\u0000"}'`,
  String.raw`'{"email": "\ud83d"}'`,
  String.raw`'{"email": "\ude00\ud83d"}'`,
  String.raw`'{"email": "\\ud83d\ude00"}'`,
  String.raw`'"\\\ud83d"'`,
  `'{"email": 1e999999}'`,
  `'{"email": 1e-999999}'`,
  `('{"email": 0.' || repeat('0', 20000) || '1}')::json`,
  `(repeat('[', 3000) || repeat(']', 3000))::json`,
];
const documents = [
  `'null'`,
  `'"text alice@example.org"'`,
  `'1.50'`,
  `'true'`,
  `'[]'`,
  `'{}'`,
  `'{"email": "alice@example.org", "n": 1}'`,
  `'{"email": null}'`,
  `'{"email": {"email": "alice@example.org"}}'`,
  `'{"items": [{"email": "alice@example.org"}, {"email": 2}, {}, null, "bob@example.org", [1]]}'`,
  `'{"items": {"first": {"email": "alice@example.org"}}}'`,
  `'{"items": "alice@example.org"}'`,
  `'{"a": {"b": [{"email": 1, "c": [[{"email": 2}]]}]}, "": {"email": 3}}'`,
  `'[{"email": "alice@example.org"}, [[{"email": 1}]]]'`,
  `'{"0": {"email": "alice@example.org"}}'`,
  String.raw`'{"a\"b": {"it''s": "\u00e9 \ud83d\ude00 \\"}}'`,
  `'{"hash": "12e45678901e9", "n": 1e5}'`,
];

const dates = [`'2024-02-29'`, `'0001-01-01'`, `'infinity'`, `'-infinity'`, `'4713-01-01 BC'`];
const times = [`'2024-02-29 23:59:59.999999'`, `'2024-02-29'`, `'294276-12-31 23:59:59.999999'`];

export const families: readonly Family[] = [
  { name: 'text', type: 'text', values: texts },
  { name: 'long text', type: 'text', values: [`repeat('ä@', 5000)`] },
  { name: 'varchar', type: 'varchar', values: texts },
  { name: 'varchar(n)', type: 'varchar(40)', values: texts },
  { name: 'varchar(1)', type: 'varchar(1)', values: [`''`, `'x'`, `'@'`, `'😀'`], narrow: true },
  { name: 'char(n)', type: 'char(30)', values: texts },
  { name: 'char', type: 'bpchar', values: texts },
  { name: 'name', type: 'name', values: texts },
  {
    name: '"char"',
    type: '"char"',
    values: [`''`, `'x'`, String.raw`E'\\'`, `'@'`, `(-1)::"char"`],
    narrow: true,
  },
  { name: 'citext', type: 'citext', values: texts },
  { name: 'nondeterministic', type: 'text COLLATE nondeterministic', values: texts },
  { name: 'nondeterministic array', type: 'text[] COLLATE nondeterministic', values: [`ARRAY['a', 'A']`, `'[3:4]={b,NULL}'`] },
  { name: 'bit(n)', type: 'bit(20)', values: [`B'10101010101010101010'`, `repeat('0', 20)::bit(20)`] },
  { name: 'bit(n), wide', type: 'bit(300)', values: [`repeat('10', 150)::bit(300)`] },
  { name: 'varbit', type: 'varbit', values: [`B''`, `B'1'`, `B'10101'`] },
  { name: 'varbit(n)', type: 'varbit(5)', values: [`B''`, `B'1'`, `B'10101'`], narrow: true },
  { name: 'int2', type: 'int2', values: ['0', '32767', '-32768', '7'] },
  { name: 'int4', type: 'int4', values: ['0', '2147483647', '-2147483648', '7'] },
  { name: 'int8', type: 'int8', values: ['0', '9223372036854775807', '-9223372036854775808', '7'] },
  { name: 'oid', type: 'oid', values: ['0', '4294967295', '7'] },
  { name: 'numeric', type: 'numeric', values: ['0', '1.50', '1.5', `'NaN'`, '-7', '1e131071', '-9.9e131071', `repeat('9', 131072)::numeric`, `-repeat('9', 131072)::numeric`, '1e-16383'] },
  { name: 'numeric, infinite', type: 'numeric', values: [`'Infinity'`, `'-Infinity'`], since: 14 },
  { name: 'numeric(p,s)', type: 'numeric(6,2)', values: ['0', '9999.99', '-9999.99', '0.01', `'NaN'`] },
  { name: 'numeric(p,p)', type: 'numeric(3,3)', values: ['0', '0.999', '-0.999', `'NaN'`] },
  { name: 'numeric(p)', type: 'numeric(12)', values: ['0', '999999999999', '-999999999999'] },
  { name: 'numeric, scale below zero', type: 'numeric(2,-3)', values: ['0', '99000', '-99000'], since: 15 },
  { name: 'numeric, scale above precision', type: 'numeric(2,4)', values: ['0', '0.0099', '-0.0001'], since: 15 },
  { name: 'float4', type: 'float4', values: ['0', `'-0'`, '1.5', `'NaN'`, `'infinity'`, `'-infinity'`, '3.4e38', '-3.4e38', `'1e-45'`] },
  { name: 'float8', type: 'float8', values: ['0', `'-0'`, '1.5', '7', `'NaN'`, `'infinity'::float8 * 0`, `'infinity'`, `'-infinity'`, '1.7e308', '-1.7e308', `'5e-324'`] },
  { name: 'money', type: 'money', values: [`0::money`, `'92233720368547758.07'`, `'-92233720368547758.08'`, `1.5::numeric::money`] },
  { name: 'bool', type: 'bool', values: ['true', 'false'] },
  { name: 'date', type: 'date', values: [...dates, `'5874897-12-31'`] },
  { name: 'timestamp', type: 'timestamp', values: [...dates, ...times] },
  { name: 'timestamp(p)', type: 'timestamp(0)', values: [...dates, `'2024-02-29 23:59:59.999999'`] },
  { name: 'timestamptz', type: 'timestamptz', values: [...dates, ...times, `'2024-01-01 00:00+14'`] },
  { name: 'timestamptz(p)', type: 'timestamptz(3)', values: [...dates, `'2024-02-29 23:59:59.999999'`] },
  { name: 'time', type: 'time', values: [`'00:00'`, `'24:00'`, `'12:34:56.789'`] },
  { name: 'time(p)', type: 'time(2)', values: [`'00:00'`, `'24:00'`, `'12:34:56.789'`] },
  { name: 'timetz', type: 'timetz', values: [`'00:00+14'`, `'24:00-14'`, `'12:34:56.789+05:30'`] },
  { name: 'timetz(p)', type: 'timetz(2)', values: [`'00:00+14'`, `'12:34:56.789+05:30'`] },
  { name: 'interval', type: 'interval', values: [`'0'`, `'1 day'`, `'24 hours'`, `'30 days'`, `'1 mon'`, `'-178000000 years'`, `'1 year -3 days 04:05:06.7'`] },
  { name: 'interval, infinite', type: 'interval', values: [`'infinity'`, `'-infinity'`], since: 17 },
  { name: 'interval fields', type: 'interval year to month', values: [`'0'`, `'1 year 2 mons'`] },
  { name: 'interval fields and precision', type: 'interval day to second(2)', values: [`'0'`, `'1 day 02:03:04.567'`] },
  { name: 'uuid', type: 'uuid', values: [`'00000000-0000-0000-0000-000000000000'`, `'123e4567-e89b-42d3-a456-426614174000'`] },
  { name: 'bytea', type: 'bytea', values: [`''`, String.raw`'\x00ff5c'`, String.raw`'\x616c696365406578616d706c65'`] },
  { name: 'inet', type: 'inet', values: [`'192.168.17.3'`, `'10.1.2.3/8'`, `'0.0.0.0/0'`, `'255.255.255.255'`, `'::'`, `'2001:db8::1:2:3/64'`, `'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'`] },
  { name: 'cidr', type: 'cidr', values: [`'192.168.17.0/24'`, `'0.0.0.0/0'`, `'2001:db8::/32'`, `'::/0'`] },
  { name: 'macaddr', type: 'macaddr', values: [`'08:00:2b:01:02:03'`, `'ff:ff:ff:ff:ff:ff'`] },
  { name: 'macaddr8', type: 'macaddr8', values: [`'08:00:2b:01:02:03:04:05'`] },
  { name: 'jsonb', type: 'jsonb', values: documents },
  { name: 'json', type: 'json', values: [...documents, ...jsonOnly], incomparable: true },
  { name: 'enum', type: 'mood', values: [`'sad'`, `'it''s, "ok"'`, String.raw`E'ha\\ppy'`], narrow: true },
  { name: 'enum without labels', type: 'hollow', values: [] },
  { name: 'domain', type: 'checked', values: [`'ok-1'`, `'ok-alice@example.org'`], notNull: true },
  { name: 'domain over a domain', type: 'twice', values: [`'ok-1'`, `'ok-2'`] },
  { name: 'domain of a number', type: 'positive', values: ['1', '2147483647'] },
  { name: 'domain of an array', type: 'filled', values: [`'{1,2}'`, `'[0:1]={1,NULL}'`] },
  { name: 'domain of an address', type: 'address', values: [`'192.168.17.3'`, `'2001:db8::1'`] },
  { name: 'domain of a hardware address', type: 'card', values: [`'08:00:2b:01:02:03'`] },
  { name: 'domain of bytes', type: 'bytes', values: [String.raw`'\x616c696365'`] },
  { name: 'domain of a document', type: 'document', values: [`'{"email": "alice@example.org"}'`] },
  { name: 'domain of a time', type: 'moment', values: [`'2024-02-29 12:00:00+00'`] },
  { name: 'domain of a float', type: 'ratio', values: ['0.5', `'NaN'`] },
  { name: 'domain of a numeric', type: 'price', values: ['9999.99'] },
  { name: 'domain of an enum', type: 'feeling', values: [`'sad'`], narrow: true, incomparable: true },
  { name: 'domain of a range', type: 'months', values: [`'[1,5)'`] },
  { name: 'domain of an interval', type: 'span', values: [`'1 day'`] },
  { name: 'domain of a row', type: 'named_place', values: [`ROW('alice', NULL, '{x}', NULL)::place`] },
  { name: 'composite', type: 'place', values: [`ROW('alice@example.org', '2024-02-29', '{a,NULL}', ROW('inner secret', 1))::place`, `ROW(NULL, NULL, NULL, NULL)::place`, `ROW('', 'infinity', '{}', ROW(NULL, 2))::place`] },
  { name: 'composite with a domain', type: 'bound', values: [`ROW('ok-1')::bound`] },
  { name: 'row of a table', type: 'shrunk', values: [`ROW(1, 'alice@example.org')::shrunk`] },
  { name: 'text[]', type: 'text[]', values: [`'{}'`, `'{NULL}'`, `'{alice@example.org,NULL,""}'`, `'[0:1]={"a\\\\b","c\\"d"}'`, `'{{a,b},{c,NULL}}'`, `'[2:3][-1:0]={{a,NULL},{"NULL",d}}'`, `ARRAY[[[['0'],['{']],[[','],['0,0']]]]`] },
  { name: 'varchar(n)[]', type: 'varchar(5)[]', values: [`'{alice,NULL,""}'`, `'[0:1]={"a\\\\b","c"}'`, `'{{a,b},{c,NULL}}'`] },
  { name: 'int4[]', type: 'int4[]', values: [`'{}'`, `'{1,NULL,2147483647}'`, `'[5:6]={1,2}'`, `'{{{1},{2}},{{3},{NULL}}}'`, `'{{{{{{1}}}}}}'`] },
  { name: 'numeric(p,s)[]', type: 'numeric(6,2)[]', values: [`'{1.5,NaN,-9999.99}'`, `'[0:0]={1}'`] },
  { name: 'float8[]', type: 'float8[]', values: [`'{1.5,NaN,infinity}'`, `'[0:0]={1e300}'`] },
  { name: 'date[]', type: 'date[]', values: [`'{2024-02-29,infinity}'`, `'[0:1]={2024-02-29,NULL}'`] },
  { name: 'interval[]', type: 'interval day to second(2)[]', values: [`'{1 day}'`, `'[0:0]={01:02}'`] },
  { name: 'bit(n)[]', type: 'bit(3)[]', values: [`'{101,NULL}'`, `'[0:0]={111}'`] },
  { name: 'bytea[]', type: 'bytea[]', values: [String.raw`ARRAY['\x00ff5c', NULL]::bytea[]`, String.raw`'[0:0]={"\\x616c696365"}'`] },
  { name: 'jsonb[]', type: 'jsonb[]', values: [String.raw`ARRAY['{"email": "alice@example.org"}', NULL, '[]']::jsonb[]`, String.raw`'[0:0]={"{\"email\": 1}"}'`] },
  { name: 'json[]', type: 'json[]', values: [String.raw`ARRAY['{"email": "\u0000"}', NULL]::json[]`], incomparable: true },
  { name: 'enum[]', type: 'mood[]', values: [`ARRAY['sad', NULL]::mood[]`, `'[0:0]={sad}'`], narrow: true },
  { name: 'citext[]', type: 'citext[]', values: [`'{Alice,alice}'`, `'[0:0]={BOB}'`] },
  { name: 'composite[]', type: 'inner_row[]', values: [`ARRAY[ROW('inner secret', 1), NULL, ROW(NULL, NULL)]::inner_row[]`, `('[0:0]=' || ARRAY[ROW('a,"b\\', 1)]::inner_row[]::text)::inner_row[]`] },
  { name: 'array of a domain', type: 'checked[]', values: [`'{ok-1,ok-2}'`, `'{}'`] },
  { name: 'array of a domain of arrays', type: 'filled[]', values: [`ARRAY['{1,2}'::filled]`] },
  { name: 'range', type: 'int4range', values: [`'empty'`, `'[1,5)'`, `'(,)'`, `'[-2147483648,]'`] },
  { name: 'own range', type: 'own_range', values: [`'empty'`, `'[a,b]'`, `'(,"x y"]'`] },
  { name: 'range[]', type: 'daterange[]', values: [`'{empty,"[2024-01-01,)"}'`] },
  { name: 'multirange', type: 'int4multirange', values: [`'{}'`, `'{[1,5),[7,)}'`], since: 14 },
  { name: 'point', type: 'point', values: [`'(1,2)'`, `'(NaN,Infinity)'`], incomparable: true },
  { name: 'lseg', type: 'lseg', values: [`'[(1,2),(3,4)]'`], incomparable: true },
  { name: 'line', type: 'line', values: [`'{1,2,3}'`], incomparable: true },
  { name: 'box', type: 'box', values: [`'(1,2),(3,4)'`], incomparable: true },
  { name: 'box[]', type: 'box[]', values: [`'{(1,2),(3,4);(5,6),(7,8)}'`], incomparable: true },
  { name: 'path', type: 'path', values: [`'[(1,2),(3,4)]'`, `'((1,2))'`], incomparable: true },
  { name: 'polygon', type: 'polygon', values: [`'((1,2),(3,4))'`], incomparable: true },
  { name: 'circle', type: 'circle', values: [`'<(1,2),3>'`], incomparable: true },
  { name: 'tsvector', type: 'tsvector', values: [`''`, `'alice:1 bob:2A'`], incomparable: true },
  { name: 'tsquery', type: 'tsquery', values: [`''`, `'alice & !bob'`], incomparable: true },
  { name: 'xml', type: 'xml', values: [`'<a>alice@example.org</a>'`], incomparable: true },
  { name: 'pg_lsn', type: 'pg_lsn', values: [`'16/B374D848'`], incomparable: true },
  { name: 'int2vector', type: 'int2vector', values: [`'1 2 3'`], incomparable: true },
  { name: 'regclass', type: 'regclass', values: [`'pg_class'`], incomparable: true },
  { name: 'jsonpath', type: 'jsonpath', values: [`'$.a'`], incomparable: true },
  { name: 'tid', type: 'tid', values: [`'(1,2)'`], incomparable: true },
  { name: 'hstore, a type that is not known', type: 'hstore', values: [`'a=>alice'`], incomparable: true },
]; // prettier-ignore

/** The types of the families above; on a database of its own. */
export const types = `
  CREATE EXTENSION citext;
  CREATE EXTENSION hstore;
  CREATE COLLATION nondeterministic (provider = icu, locale = 'und', deterministic = false);
  CREATE TYPE mood AS ENUM ('sad', 'it''s, "ok"', E'ha\\\\ppy');
  CREATE TYPE hollow AS ENUM ();
  CREATE DOMAIN checked AS varchar(40) NOT NULL CHECK (VALUE LIKE 'ok-%');
  CREATE DOMAIN lax AS varchar(40) CHECK (VALUE LIKE 'ok-%');
  CREATE DOMAIN twice AS lax CHECK (length(VALUE) = 4);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN filled AS int[] CHECK (cardinality(VALUE) > 0);
  CREATE DOMAIN span AS interval day CHECK (VALUE > '0');
  CREATE DOMAIN address AS inet CHECK (VALUE <> '0.0.0.0');
  CREATE DOMAIN card AS macaddr CHECK (VALUE <> '00:00:00:00:00:00');
  CREATE DOMAIN bytes AS bytea CHECK (length(VALUE) > 0);
  CREATE DOMAIN document AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
  CREATE DOMAIN moment AS timestamptz(2) CHECK (VALUE > '2000-01-01');
  CREATE DOMAIN ratio AS float8 CHECK (VALUE > 0);
  CREATE DOMAIN price AS numeric(6,2) CHECK (VALUE > 9000);
  CREATE DOMAIN feeling AS mood CHECK (VALUE = 'sad');
  CREATE DOMAIN months AS int4range CHECK (NOT isempty(VALUE));
  CREATE TYPE inner_row AS (secret varchar(20), "select" int);
  CREATE TYPE place AS (who text, "since when" date, "Tags" varchar(3)[], own inner_row);
  CREATE DOMAIN named_place AS place CHECK ((VALUE).who IS NULL OR length((VALUE).who) = 5);
  CREATE TYPE bound AS (c lax);
  CREATE TABLE shrunk (gone text, id int, mail varchar(20));
  ALTER TABLE shrunk DROP COLUMN gone;
  CREATE TYPE own_range AS RANGE (subtype = text);
`;
