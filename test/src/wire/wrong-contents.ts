/** Contents that stretch the limits or are no text. */
import { int16 } from './conversation.js';
import { message, say } from './raw-client.js';
import type { WrongCase } from './wrong-case.js';

const parse = (sql: string, statement = ''): Buffer => say.parse(sql, statement);
const long = 'n'.repeat(70);
const veryLong = 'n'.repeat(6000);

export const contents: readonly WrongCase[] = [
  {
    name: 'SQL that is no UTF-8',
    says: [message('Q', Buffer.from("SELECT 'a"), Buffer.from([0xc3, 0x28]), "'")],
  },
  {
    name: 'Parse of SQL that is no UTF-8',
    says: [message('P', '', Buffer.from("SELECT 'a"), Buffer.from([0xff]), "'", int16(0))],
  },
  {
    name: 'SQL with a surrogate in UTF-8',
    says: [message('Q', Buffer.from("SELECT '"), Buffer.from([0xed, 0xa0, 0x80]), "'")],
  },
  {
    name: 'SQL with an overlong form',
    says: [message('Q', Buffer.from("SELECT '"), Buffer.from([0xc0, 0x80]), "'")],
  },
  {
    name: 'SQL cut inside a character',
    says: [message('Q', Buffer.from('SELECT 1 -- '), Buffer.from([0xe2, 0x82]), '')],
  },
  {
    name: 'a statement name that is no UTF-8',
    says: [
      message('P', Buffer.from([0xff]), '', 'SELECT 1', int16(0)),
      message('B', '', Buffer.from([0xff]), '', int16(0), int16(0), int16(0)),
      say.execute(),
    ],
  },
  {
    name: 'two names that differ in bytes that are no UTF-8',
    says: [
      message('P', Buffer.from([0xff]), '', 'SELECT 1', int16(0)),
      message('P', Buffer.from([0xfe]), '', 'SELECT 2', int16(0)),
      message('B', '', Buffer.from([0xff]), '', int16(0), int16(0), int16(0)),
      say.execute(),
    ],
  },
  { name: 'a byte order mark', says: [say.query('\uFEFFSELECT 1')] },
  { name: 'characters outside the plane', says: [say.query('SELECT \'😀\' AS "😀", FORM')] },
  {
    name: 'an identifier of 70 bytes',
    says: [say.query(`SELECT 1 AS ${long}`), say.query(`SELECT ${long} FROM t`)],
  },
  {
    name: 'a table of 70 bytes',
    says: [
      say.query(`CREATE TEMP TABLE ${long} (i int)`),
      say.query(`SELECT count(*) FROM ${long.slice(0, 63)}`),
      say.query(`SELECT count(*) FROM ${long}`),
    ],
  },
  {
    name: 'an identifier cut inside a character',
    says: [say.query(`SELECT 1 AS "${'n'.repeat(62)}é"`)],
  },
  {
    name: 'a statement name of 6 kB',
    says: [
      parse('SELECT 1', veryLong),
      say.describe('S', veryLong),
      say.bind(veryLong),
      say.execute(),
      say.close('S', veryLong),
      say.bind(veryLong),
    ],
  },
  {
    name: 'a portal name of 6 kB',
    says: [
      parse('SELECT 1'),
      say.bind('', veryLong),
      say.execute(veryLong),
      say.execute('x'.repeat(6000)),
    ],
  },
  {
    name: 'names that are equal in their first 63 bytes',
    says: [
      parse('SELECT 1', `${long}1`),
      parse('SELECT 2', `${long}2`),
      say.bind(`${long}1`),
      say.execute(),
      say.bind(`${long}2`),
      say.execute(),
      say.sync(),
      say.query(`EXECUTE ${long}1`),
      say.query(`DEALLOCATE ${long}1`),
      say.query('DEALLOCATE ALL'),
    ],
  },
  {
    name: 'SQL PREPARE of a long name',
    says: [
      say.query(`PREPARE ${long} AS SELECT 1`),
      say.bind(long),
      say.sync(),
      say.bind(long.slice(0, 63)),
      say.execute(),
      say.sync(),
      say.query(`EXECUTE ${long}`),
      say.query('DEALLOCATE ALL'),
    ],
  },
  {
    name: '1 MB of comments',
    says: [say.query(`${'/* /* x */ */ -- y\n'.repeat(55_000)}SELECT 1`)],
  },
  { name: '1 MB of semicolons', says: [say.query(';'.repeat(1_000_000))] },
  { name: '1 MB of white space', says: [say.query(' \t\r\n'.repeat(250_000))] },
  { name: 'a literal of 1 MB', says: [say.query(`SELECT length('${'x'.repeat(1_000_000)}')`)] },
  { name: 'a comment without an end', says: [say.query('SELECT 1 /* /* */')] },
  { name: 'a string without an end', says: [say.query("SELECT 'abc")] },
  { name: 'a dollar quote without an end', says: [say.query('SELECT $x$abc$y$')] },
  { name: 'an identifier without an end', says: [say.query('SELECT "abc')] },
  { name: 'an empty identifier', says: [say.query('SELECT 1 AS ""')] },
  {
    name: 'a Unicode escape that is none',
    says: [
      say.query("SELECT E'\\ud800'"),
      say.query("SELECT U&'\\+110000'"),
      say.query("SELECT E'\\x00'"),
    ],
  },
  {
    name: 'a number too large',
    says: [
      say.query('SELECT 1 FROM t LIMIT 99999999999999999999'),
      say.query('SELECT $99999999999'),
      say.query('SELECT $0'),
    ],
  },
  {
    name: 'a parameter in a simple query',
    says: [say.query('SELECT $1'), say.query('SELECT id FROM t WHERE id = $1')],
  },
  { name: '70,000 parameters', says: [parse('SELECT $70000::int')] },
  {
    name: 'an unknown type of a parameter',
    says: [parse('SELECT $1'), say.describe('S', ''), say.bind()],
  },
];

/** Each must end in an error and leave the session usable; which error is the server's affair. */
export const deep: readonly { readonly name: string; readonly sql: string }[] = [
  { name: 'parentheses', sql: `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}` },
  { name: 'parentheses without an end', sql: `SELECT ${'('.repeat(20_000)}` },
  {
    name: 'sub-selects',
    sql: `${'SELECT * FROM ('.repeat(20_000)}SELECT 1${') x'.repeat(20_000)}`,
  },
  { name: 'NOT', sql: `SELECT ${'NOT '.repeat(100_000)}true` },
  { name: 'signs', sql: `SELECT ${'- '.repeat(100_000)}1` },
  { name: 'arrays', sql: `SELECT ${'ARRAY['.repeat(20_000)}1${']'.repeat(20_000)}` },
  { name: 'CASE', sql: `SELECT ${'CASE WHEN true THEN '.repeat(20_000)}1${' END'.repeat(20_000)}` },
  { name: 'unions', sql: `SELECT 1${' UNION SELECT 1'.repeat(20_000)}` },
  { name: 'a sum', sql: `SELECT 1${' + 1'.repeat(100_000)}` },
  { name: 'casts', sql: `SELECT 1${'::int'.repeat(100_000)}` },
  { name: 'nested comments', sql: `${'/*'.repeat(2000)}${'*/'.repeat(2000)} SELECT nobody` },
];
