import { beforeAll, expect, test } from '@jest/globals';
import { copyFormat } from './copy-format.js';
import { loadParser, parse } from './parse/parser.js';

beforeAll(() => loadParser());

test.each<[string, object | undefined]>([
  ['COPY t TO STDOUT', { kind: 'text' }],
  ['COPY t (a, b) TO STDOUT', { kind: 'text' }],
  ['COPY (SELECT 1) TO STDOUT (FORMAT csv)', { kind: 'csv' }],
  ['COPY t TO STDOUT WITH (FORMAT binary)', { kind: 'binary' }],
  ["COPY t TO STDOUT (DELIMITER '|', NULL '-')", { kind: 'text', delimiter: '|' }],
  ["COPY t TO STDOUT (DELIMITER E'\\t')", { kind: 'text', delimiter: '\t' }],
  [
    "COPY t TO STDOUT (FORMAT csv, HEADER, DELIMITER ';', QUOTE '''', ESCAPE '\\', FORCE_QUOTE *, ENCODING 'latin1')",
    { kind: 'csv', delimiter: ';', quote: "'", escape: '\\', encoding: 'latin1' },
  ],
  ["COPY t TO STDOUT CSV HEADER QUOTE AS '!'", { kind: 'csv', quote: '!' }],
  ['COPY BINARY t TO STDOUT', { kind: 'binary' }],
  ["COPY t TO STDOUT USING DELIMITERS ','", { kind: 'text', delimiter: ',' }],
  ['COPY t FROM STDIN', undefined],
  ["COPY t TO '/tmp/x'", undefined],
  ["COPY t TO PROGRAM 'cat'", undefined],
  ['SELECT 1', undefined],
])('%s', (sql, expected) => {
  const [statement] = parse(sql);
  expect(copyFormat(statement!)).toEqual(expected);
});
