/** What docs/reference/masks.md says of masks is what a server says. With REFRESH_FIXTURES=1 the examples are written anew. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadParser, type Mask, maskFits } from '@postern/sql';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { type MaskBed, startMaskBed } from './mask-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const path = join(root, 'docs', 'reference', 'masks.md');
const text = await readFile(path, 'utf8');

const cellsOf = (line: string): readonly string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

const codes = (cell = ''): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const linesOf = (table: string): readonly string[] => {
  const lines = text.split('\n');
  const found = lines.flatMap((line, i) => (line.startsWith(`| ${table} |`) ? [i + 2] : []));
  return found.flatMap((from) => {
    const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
    return lines.slice(from, from + length);
  });
};

const maskOf = (code: string): Mask => {
  const [, kind = '', rest = ''] = /^(\w+) (\{.*\})$/s.exec(code) ?? [];
  return { [kind]: JSON.parse(rest.replaceAll(/(\w+): /g, '"$1": ')) as object } as unknown as Mask;
};

const examples = linesOf('type').map((line) => {
  const [type = '', value = '', mask = '', shown = ''] = cellsOf(line);
  const [of = '', raw = '', code = ''] = [type, value, mask].map((cell) => codes(cell)[0] ?? '');
  return { line, type: of, value: raw, code, shown };
});

const samples: Readonly<Record<string, Mask>> = {
  redact: { redact: {} },
  hash: { hash: {} },
  uuid: { uuid: {} },
  email: { email: {} },
  partial: { partial: { first: 1, last: 1 } },
  year: { year: {} },
  month: { month: {} },
  bucket: { bucket: { size: 10 } },
  round: { round: { digits: 1 } },
  json: { json: { paths: ['$.a'] } },
};

/** Types that stand for a family, with what fits their parts. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'text[]': ['uuid', 'email', 'partial'],
  'date[]': ['year', 'month'],
  'place[]': ['uuid', 'email', 'partial', 'year', 'month'],
  place: ['uuid', 'email', 'partial', 'year', 'month'],
  tight: ['uuid', 'email', 'partial'],
};

const families = linesOf('types').flatMap((line) => {
  const [names, redact, hash, others] = cellsOf(line);
  const fitting = [
    ...(redact === 'does not fit' ? [] : ['redact']),
    ...(hash?.startsWith('does not fit') ? [] : ['hash']),
  ];
  return codes(names).map((type) => ({
    type,
    fitting: [...fitting, ...(parts[type] ?? codes(others))],
  }));
});

let bed: MaskBed;
beforeAll(async () => {
  await loadParser();
  bed = await startMaskBed(undo, 18);
  await bed.run(`
    CREATE EXTENSION citext; CREATE EXTENSION hstore;
    CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TYPE place AS (name text, founded date);
    CREATE DOMAIN tight AS text CHECK (VALUE <> ''); CREATE TYPE tightrow AS (a tight);
    ${families.map(({ type }, i) => `CREATE TABLE f${i} (c ${type});`).join('')}
    ${examples.map(({ type }, i) => `CREATE TABLE e${i} (c ${type});`).join('')}`);
  for (const [i, { type, value }] of examples.entries())
    await bed.client.query(`INSERT INTO e${i} SELECT $1::text::${type}`, [value]);
  await bed.refresh();
}, 60_000);

test('the document has its tables', () => {
  expect([families.length, examples.length].map((n) => n > 40)).toEqual([true, true]);
});

test.each(families.map(({ type, fitting }, i) => ({ type, fitting, i })))(
  'what fits $type',
  ({ fitting, i }) => {
    const column = bed.column(`f${i}`, 'c');
    const found = Object.keys(samples).filter((kind) => {
      const mask = samples[kind];
      return mask !== undefined && maskFits(bed.catalogue(), column, mask) === undefined;
    });
    expect(found).toEqual(fitting);
    for (const mask of [{ null: {} }, { none: {} }])
      expect(maskFits(bed.catalogue(), column, mask)).toBeUndefined();
  },
);

test('why a mask does not fit, and what would', () => {
  const of = (type: string, mask: Mask): string | undefined =>
    maskFits(
      bed.catalogue(),
      bed.column(`f${families.findIndex((f) => f.type === type)}`, 'c'),
      mask,
    );
  expect(of('numeric(9,2)', { year: {} })).toBe(
    'year does not fit type numeric(9,2); these fit: null, redact, hash, bucket, round',
  );
  expect(of('tight[]', { hash: {} })).toBe(
    'hash does not fit type public.tight[]; these fit: null, redact',
  );
});

test('examples', async () => {
  let now = text;
  const found: string[] = [];
  for (const [i, { line, type, value, code, shown }] of examples.entries()) {
    const sql = bed.masked(`SELECT c FROM e${i}`, `e${i}`, maskOf(code));
    const [[after] = []] = (await bed.run(sql)).rows;
    const cell =
      after === null || after === undefined ? 'NULL' : after === '' ? 'empty' : `\`${after}\``;
    now = now.replace(line, () => `| \`${type}\` | \`${value}\` | \`${code}\` | ${cell} |`);
    found.push(cell);
    if (process.env['REFRESH_FIXTURES'] !== '1') expect([line, cell]).toEqual([line, shown]);
  }
  if (process.env['REFRESH_FIXTURES'] === '1') await writeFile(path, now);
  expect(found).not.toContain('');
});
