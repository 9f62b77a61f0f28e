import { attacks } from '../attack.js';
import { extended, raw } from '../steps.js';
import { message, say } from '../../wire/raw-client.js';

const bytes = (...parts: readonly (string | number)[]): Buffer =>
  message(
    'Q',
    Buffer.concat([
      ...parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))),
      Buffer.from([0]),
    ]),
  );

/** How the server reads the text of a statement, and in what form it answers. */
export const encodings = attacks('encodings', {
  'backslashes that quote': [
    'SET standard_conforming_strings = off',
    `SELECT 'a\\', email FROM app.products -- ', 1; SELECT email FROM app.people`,
    `SELECT 'a\\'', email FROM app.people --'`,
  ],
  'backslashes that quote, from the start': {
    settings: { options: '-c standard_conforming_strings=off' },
    steps: [`SELECT 'a\\'', email FROM app.people --'`],
  },
  'backslashes by set_config': [
    "SELECT set_config('standard_conforming_strings', 'off', false)",
    `SELECT 'a\\'', email FROM app.people --'`,
  ],
  'backslashes by UPDATE': [
    "UPDATE pg_settings SET setting = 'off' WHERE name = 'standard_conforming_strings'",
    `SELECT 'a\\'', email FROM app.people --'`,
  ],
  'backslashes in a batch': raw([
    ...[say.parse('SET standard_conforming_strings = off', 'a1'), say.bind('a1'), say.execute()],
    ...[
      say.parse(`SELECT 'a\\'', email FROM app.people --'`, 'a2'),
      say.bind('a2'),
      say.execute(),
      say.sync(),
    ],
  ]),
  'backslashes in one message': [
    'SET standard_conforming_strings = off; SELECT email FROM app.people',
    `SELECT 'x\\'' || email FROM app.people --'`,
  ],
  SJIS: {
    steps: [
      "SET client_encoding = 'SJIS'",
      raw([bytes("SELECT '", 0x83, 0x5c, "' || email FROM app.people")]),
    ],
  },
  'SJIS from the start': {
    settings: { client_encoding: 'SJIS' },
    steps: raw([bytes("SELECT '", 0x83, 0x5c, "', email FROM app.people")]),
  },
  BIG5: {
    steps: [
      "SET client_encoding = 'BIG5'",
      raw([bytes("SELECT '", 0xa5, 0x5c, "' || email FROM app.people")]),
    ],
  },
  GBK: {
    steps: [
      "SET client_encoding = 'GBK'",
      raw([bytes('SELECT "', 0xd5, 0x5c, '".email FROM app.people "', 0xd5, 0x5c, '"')]),
    ],
  },
  GB18030: {
    steps: [
      "SET NAMES 'GB18030'",
      raw([bytes("SELECT '", 0x95, 0x5c, "' || email FROM app.people")]),
    ],
  },
  LATIN1: {
    steps: [
      "SET client_encoding = 'LATIN1'",
      raw([bytes('SELECT email AS "', 0xe9, '" FROM app.people')]),
    ],
  },
  SQL_ASCII: ["SET client_encoding = 'SQL_ASCII'", 'SELECT email FROM app.people'],
  EUC_JP: ["SET client_encoding = 'EUC_JP'", 'SELECT email FROM app.people'],
  'bytea as escapes': ["SET bytea_output = 'escape'", 'SELECT token FROM app.people'],
  'XML as a document': ["SET xmlbinary = 'hex'", 'SELECT xmlforest(token, email) FROM app.people'],
  'XML as base64': ["SET xmlbinary = 'base64'", 'SELECT xmlelement(name e, token) FROM app.people'],
  'numbers with fewer digits': [
    'SET extra_float_digits = 0',
    'SELECT salary::float8 FROM app.people',
  ],
  'money of another place': ["SET lc_monetary = 'C'", 'SELECT salary::money FROM app.people'],
  'dates SQL style': ["SET datestyle = 'SQL, DMY'", 'SELECT birth FROM app.people'],
  'dates Postgres style': ["SET datestyle = 'Postgres, MDY'", 'SELECT birth FROM app.people'],
  'another time zone': [
    "SET timezone = 'Asia/Tokyo'",
    "SELECT birth::timestamptz AT TIME ZONE 'UTC', email FROM app.people",
  ],
  'intervals ISO': [
    "SET intervalstyle = 'iso_8601'",
    "SELECT justify_days(birth - timestamp '1900-01-01'), birth FROM app.people",
  ],
  'text as UTF-16':
    "SELECT string_agg('\\x00'::bytea || convert_to(substr(email, i, 1), 'UTF8'), ''::bytea ORDER BY i) FROM app.people, generate_series(1, 9) i GROUP BY id",
  'url-encoded':
    "SELECT regexp_replace(encode(convert_to(email, 'UTF8'), 'hex'), '(..)', '%\\1', 'g') FROM app.people",
  'escapes of XML':
    "SELECT string_agg('&#' || ascii(c) || ';', '') FROM app.people, regexp_split_to_table(email, '') c GROUP BY id, email ORDER BY id",
  'zero bytes behind': raw([message('Q', Buffer.from('SELECT email FROM app.people\0'))]),
  'bytes behind the end': raw(
    [
      message('Q', Buffer.from('SELECT 1\0; SELECT 1\0')),
      say.query('SELECT email FROM app.people'),
    ],
    2,
  ),
  'more than ASCII in a comment': raw([
    bytes('SELECT /* ', 0xc3, 0xa9, ' */ email FROM app.people'),
  ]),
  'a byte order mark': [raw([bytes(0xef, 0xbb, 0xbf, 'SELECT 1')]), 'SELECT email FROM app.people'],
  'a space that is none': raw([bytes('SELECT email', 0x0b, 'FROM', 0x0c, 'app.people')]),
  'binary text': extended('SELECT email, name, national_id, phone FROM app.people', [], 'binary'),
  'binary arrays': extended('SELECT tags FROM app.people', [], 'binary'),
  'binary documents': extended('SELECT doc FROM app.people', [], 'binary'),
  'binary rows': extended('SELECT ROW(email, salary, birth) FROM app.people', [], 'binary'),
  'binary numbers': extended('SELECT salary FROM app.people', [], 'binary'),
  'binary doubles': extended('SELECT salary::float8 FROM app.people', [], 'binary'),
  'binary dates': extended('SELECT birth FROM app.people', [], 'binary'),
});
