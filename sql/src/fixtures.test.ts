import { beforeAll, describe, expect, test } from '@jest/globals';
import * as fs from 'node:fs';
import type { Analysis } from './analysis.js';
import { analyze } from './analyze.js';
import { catalogueFromData } from './catalogue/build.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { SqlError } from './errors.js';
import { formatName } from './names.js';
import { loadParser, parse } from './parse/parser.js';
import { RewriteRefusal, type Change } from './rewrite/change.js';
import { rewrite } from './rewrite/rewrite.js';
import { columnType } from './rewrite/column-type.js';
import { maskExpression } from './rewrite/mask-expression.js';
import { keyTexts } from './rewrite/mask-digest.js';
import { quoted } from './rewrite/sql-text.js';
import { fixtures, type Fixture } from './testing/fixtures.js';
import { settings, shop } from './testing/shop.js';

let catalogue: Catalogue;
beforeAll(async () => {
  await loadParser();
  // JSON_TABLE came with version 17.
  catalogue = catalogueFromData({
    ...shop(fs.readFileSync).toJSON(),
    serverVersionNum: 170000,
  });
});

/** With REFRESH_FIXTURES=1 the files are written anew; read the difference before committing it. */
const refresh = process.env['REFRESH_FIXTURES'] === '1';

const agree = (fixture: Fixture, found: string): void => {
  if (refresh) fixture.refresh(found);
  else expect(found).toBe(fixture.expected);
};

const analyses = (sql: string): readonly Analysis[] =>
  parse(sql).map((statement) => analyze(statement, catalogue, settings).analysis);

const described = (a: Analysis): string => {
  const { unfiltered, readOnly } = a.flags;
  const flags = Object.entries({ unfiltered, readOnly })
    .filter(([, on]) => on)
    .map(([name]) => name);
  return [
    [a.command, ...flags].join(' '),
    ...a.accesses.map((x) =>
      [
        ' ',
        x.action,
        x.object ? formatName(x.object) : '-',
        ...x.columns.map((c) => `${c.name}:${c.uses.join('+')}`),
        ...x.through.map((t) => `through=${formatName(t)}`),
      ].join(' '),
    ),
    ...a.functions.map((f) => `  calls ${formatName(f)}`),
    ...a.output.map(
      (o) =>
        `  -> ${o.name}${o.sources.map((s) => ` ${s.kind}(${formatName(s.column)}.${s.column.column})`).join('')}`,
    ),
    ...a.notUnderstood.map((n) => `  ? ${n.construct} at ${n.position}`),
    ...(a.veiled.length > 0 ? [`  veiled ${a.veiled.join(', ')}`] : []),
    ...a.sessionEffects.map((e) => `  session ${JSON.stringify(e)}`),
  ].join('\n');
};

/** Each statement rewritten, with `<mask column>` in place of the mask's expression. */
const rewritten = (sql: string, change: Change): string =>
  parse(sql)
    .map((statement) => {
      let text = rewrite(analyze(statement, catalogue, settings), change).sql;
      for (const { relation, column, mask } of change.masks) {
        const found = catalogue
          .relation(relation.schema, relation.name)
          ?.columns.find((c) => c.name === column);
        if (!found) continue;
        const value = quoted(column);
        const type = columnType(catalogue, found);
        text = text.replaceAll(
          maskExpression({ value, type, key: change.key }, mask, found.collation),
          `<mask ${column}>`,
        );
      }
      return text;
    })
    .join(';');

const refusal = (sql: string, change: Change): string => {
  try {
    rewritten(sql, change);
  } catch (error) {
    if (error instanceof RewriteRefusal)
      return `${error.construct} at ${error.position}: ${error.message}\n${error.hint}`;
    if (error instanceof SqlError)
      return `${error.sqlstate} at ${error.position ?? 0}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};

const run = (folder: string, found: (fixture: Fixture) => string): void => {
  describe(folder, () => {
    test.each(fixtures(folder, fs))('$name', (fixture) => {
      agree(fixture, found(fixture));
    });
  });
};

run('effects', ({ sql }) => analyses(sql).map(described).join('\n'));
run('mask', ({ sql, change }) => rewritten(sql, change));
run('filter', ({ sql, change }) => rewritten(sql, change));
run('refuse', ({ sql, change }) => refusal(sql, change));

test('every fixture of refuse is refused', () => {
  for (const fixture of fixtures('refuse', fs)) expect(fixture.expected).not.toBe('accepted');
});

test('the key does not stand in a statement that is explained', () => {
  const key = new Uint8Array(32).fill(0xab);
  const [first = '', second = ''] = keyTexts(key);
  const relation = { schema: 'public', name: 'customers' };
  const change: Change = {
    masks: [{ relation, column: 'email', mask: { hash: {} } }],
    rowFilters: [],
    session: {},
    key,
  };
  const made = (sql: string): string =>
    parse(sql)
      .map((statement) => rewrite(analyze(statement, catalogue, settings), change).sql)
      .join(';');
  const query = 'SELECT email FROM customers';
  expect(made(query)).toContain(first);
  expect(made(query)).toContain(second);
  expect(made(`EXPLAIN (VERBOSE) ${query}`)).not.toContain(first);
  expect(made(`EXPLAIN (VERBOSE) ${query}`)).not.toContain(second);
  expect(() => made(`EXPLAIN ANALYZE ${query}`)).toThrow(RewriteRefusal);
});
