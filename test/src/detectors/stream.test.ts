/** Values that nobody classified, through the real proxy: every way of getting them, in every mode. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Undo } from '../harness/undo.js';
import { type Frame, through } from '../wire/peer.js';
import { say } from '../wire/raw-client.js';
import { left, masked, planted, type StreamBed, startStreamBed } from './stream-bed.js';
import {
  copyScripts,
  extendedScripts,
  functionCall,
  type Script,
  simpleScripts,
} from './stream-scripts.js';

const undo = new Undo();
let bed: StreamBed;
beforeAll(async () => {
  bed = await startStreamBed(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

/** What is heard, message by message; of errors no more than what everybody gives them. */
const heard = async (port: number, { says, readies }: Script): Promise<readonly string[]> =>
  through(port, async (peer) => {
    await peer.ask(says, readies);
    return peer.frames.map(shown);
  });

const shown = ({ type, body, short }: Frame): string =>
  type === 'E' ? short : `${type} ${body.toString('latin1')}`;
const afterMasks = (frames: readonly string[]): readonly string[] =>
  frames.map((frame) =>
    /^[DdV] /.test(frame) ? masked(Buffer.from(frame, 'latin1')).toString('latin1') : frame,
  );

const scripts = [...simpleScripts, ...extendedScripts, ...copyScripts];

describe.each(scripts)('$name', (script) => {
  let direct: readonly string[];
  beforeAll(async () => {
    direct = await heard(bed.server.port, script);
    expect(direct.filter((frame) => frame.startsWith('Z'))).toHaveLength(script.readies);
  });

  test('Off: byte for byte', async () => {
    expect(await heard(bed.port.off, script)).toEqual(direct);
  });

  test('Report: byte for byte', async () => {
    expect(await heard(bed.port.report, script)).toEqual(direct);
  });

  test('Mask: as it is, but for the values', async () => {
    expect(await heard(bed.port.mask, script)).toEqual(afterMasks(direct));
  });

  test('by the baseline, whatever the Database says', async () => {
    // the baseline lets nothing be dropped
    if (script.says.some((bytes) => bytes.includes('DROP TABLE'))) return;
    expect(await heard(bed.port.baseline, script)).toEqual(afterMasks(direct));
  });
});

test.each(scripts.filter(({ name }) => /^(every|rows|never|COPY of long)/.test(name)))(
  'from a server over TLS: $name',
  async (script) => {
    const direct = await heard(bed.server.port, script);
    expect(await heard(bed.port.secure, script)).toEqual(afterMasks(direct));
  },
);

test('the scripts show what is planted', async () => {
  const seen = new Set<string>();
  for (const script of scripts)
    for (const frame of await heard(bed.server.port, script))
      for (const value of Object.values(planted)) if (frame.includes(value)) seen.add(value);
  expect([...seen].sort()).toEqual(Object.values(planted).sort());
});

test('wherever the stream of the server is cut, the client hears the same', async () => {
  const direct = new Map<Script, readonly string[]>();
  for (const script of scripts)
    direct.set(script, afterMasks(await heard(bed.server.port, script)));
  const size = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 40, max: 4000 }) },
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 4000, max: 70_000 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...scripts),
      fc.array(size, { minLength: 1, maxLength: 12 }),
      async (script, sizes) => {
        const long = script.name.includes('long') || script.name.includes('many');
        bed.cutter.sizes = long ? sizes.map((one) => one + 3000) : sizes;
        try {
          expect(await heard(bed.port.cut, script)).toEqual(direct.get(script));
        } finally {
          bed.cutter.sizes = [];
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

describe('honest values', () => {
  test.each([
    ['rows', [say.query('SELECT * FROM honest ORDER BY id')]],
    ['CSV', [say.query('COPY honest TO STDOUT (FORMAT csv, HEADER)')]],
    [
      'binary rows',
      [say.parse('SELECT * FROM honest ORDER BY id'), say.bind(), say.execute(), say.sync()],
    ],
    ['numbers', [say.query('COPY numbers TO STDOUT')]],
  ])('stay as they are: %s', async (name, says) => {
    const script = { name, says, readies: 1 };
    const direct = await heard(bed.server.port, script);
    expect(direct.length).toBeGreaterThan(1000);
    expect(await heard(bed.port.mask, script)).toEqual(direct);
  });
});

describe('a function called by message', () => {
  test.each<[string, string, 0 | 1]>([
    ['text', 'mail', 0],
    ['text in binary', 'mail', 1],
    ['jsonb', 'docs', 0],
    ['jsonb in binary', 'docs', 1],
    ['an array', 'lists', 0],
    ['an array in binary', 'lists', 1],
  ])('%s', async (name, called, format) => {
    const [row] = await bed.server.sql(
      `SELECT 'public.${called}(int)'::regprocedure::oid::int AS oid`,
    );
    const script: Script = {
      ...{ name, readies: 2 },
      says: [functionCall(Number(row?.['oid']), '1', format), say.query('SELECT 1')],
    };
    const direct = await heard(bed.server.port, script);
    expect(direct[0]).toMatch(/^V [^]*@example\.com/);
    expect(await heard(bed.port['unmasked-off'], script)).toEqual(direct);
    expect(await heard(bed.port['unmasked-report'], script)).toEqual(direct);
    expect(await heard(bed.port['unmasked-mask'], script)).toEqual(afterMasks(direct));
  });
});

describe('columns that policy knows', () => {
  const rows = async (port: number, sql: string): Promise<readonly string[]> =>
    through(port, (peer) => peer.query(sql));

  test.each<[string, string, string]>([
    [
      'of them only the others are looked at',
      'SELECT known, free, raw, other FROM contacts',
      '*****@example.com|free@example.com|xxx@example.com|xxxxx@example.com',
    ],
    ['what is made of an exempt one', 'SELECT lower(free) FROM contacts', 'free@example.com'],
    [
      'what is made of an exempt one and another',
      "SELECT free || ',' || other FROM contacts",
      'xxxx@example.com,xxxxx@example.com',
    ],
    [
      'a union with another column',
      'SELECT free FROM contacts UNION ALL SELECT other FROM contacts',
      'xxxx@example.com,xxxxx@example.com',
    ],
  ])('%s', async (_name, sql, expected) => {
    const found = await rows(bed.port.mask, sql);
    expect(found.map((row) => row.replace(/^[^|@]*(?=@example.com\|free)/, '*****')).join()).toBe(
      expected,
    );
  });

  test('a union with what may be anything', async () => {
    const sql = 'SELECT free FROM contacts UNION ALL SELECT public.mail(1)';
    expect(await rows(bed.port['unmasked-mask'], sql)).toEqual([
      'xxxx@example.com',
      left(planted.email),
    ]);
    expect(await rows(bed.port['unmasked-mask'], 'SELECT free FROM contacts')).toEqual([
      'free@example.com',
    ]);
  });

  test('through a cursor too', async () => {
    await through(bed.port.mask, async (peer) => {
      await peer.query('BEGIN');
      await peer.query('DECLARE c CURSOR FOR SELECT free, other FROM contacts');
      expect(await peer.query('FETCH ALL FROM c')).toEqual(['free@example.com|xxxxx@example.com']);
    });
  });

  test.each(['', '(FORMAT csv)', "(ENCODING 'SJIS')"])('in COPY %s', async (options) => {
    const heard = await through(bed.port.mask, (peer) =>
      peer.ask([say.query(`COPY contacts (free, other) TO STDOUT ${options}`)]),
    );
    const free = options.includes('SJIS') ? 'xxxx' : 'free';
    expect(heard.find((short) => short.startsWith('d'))).toMatch(
      new RegExp(`^d ${free}@example.com[\\t,]xxxxx@example.com$`),
    );
  });
});

test('limits count as before, and a cut result stays cut', async () => {
  const script = { name: 'few', says: [say.query('SELECT * FROM few ORDER BY id')], readies: 1 };
  const direct = await heard(bed.port.off, script);
  expect(direct.filter((frame) => frame.startsWith('D'))).toHaveLength(2);
  expect(direct.join()).toContain('result cut: more than 2 rows');
  expect(await heard(bed.port.mask, script)).toEqual(afterMasks(direct));
});
