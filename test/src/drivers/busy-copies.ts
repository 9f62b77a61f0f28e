import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { failing, urlOf, type Login } from './driver.js';

export type Format = 'text' | 'binary';

export const connected = async (login: Login): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: urlOf(login) });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

export const using = async <T>(
  login: Login,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = await connected(login);
  try {
    return await act(client);
  } finally {
    await client.end();
  }
};

/** All of a table, in order. @param pause milliseconds after each half a megabyte */
export const copyOut = (login: Login, table: string, format: Format, pause = 0): Promise<Buffer> =>
  using(login, async (client) => {
    const chunks: Buffer[] = [];
    let unread = 0;
    const sink = new Writable({
      highWaterMark: 65_536,
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        unread += chunk.length;
        if (pause === 0 || unread < 524_288) {
          done();
          return;
        }
        unread = 0;
        setTimeout(done, pause);
      },
    });
    const sql = `COPY (SELECT * FROM ${table} ORDER BY id) TO STDOUT (FORMAT ${format})`;
    await pipeline(client.query(copyStreams.to(sql)), sink);
    return Buffer.concat(chunks);
  });

const copyFrom = (table: string, format: Format): string =>
  `COPY ${table} FROM STDIN (FORMAT ${format})`;

/** In pieces that end anywhere. */
export const copyIn = (login: Login, table: string, format: Format, data: Buffer): Promise<void> =>
  using(login, async (client) => {
    const pieces = function* (): Generator<Buffer> {
      for (let at = 0, size = 1; at < data.length; at += size, size = (size * 7 + 13) % 90_001)
        yield data.subarray(at, at + size);
    };
    const copy = client.query(copyStreams.from(copyFrom(table, format)));
    await pipeline(Readable.from(pieces()), copy);
  });

export const checksum = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

const lines = (first: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${first + i}\t${'lost '.repeat(20)}\n`).join('');

/** What becomes of copies that do not come to their end, by what ends them. */
export const interruptions: Readonly<Record<string, (login: Login) => Promise<unknown>>> = {
  'the client fails it': (login) =>
    using(login, async (client) => {
      const copy = client.query(copyStreams.from(copyFrom('busy_lost', 'text')));
      copy.write(lines(1, 20_000));
      const failed = once(copy, 'error');
      copy.destroy(new Error('given up'));
      const [error] = (await failed) as [Error];
      return [error.message, await goesOn(client)];
    }),
  'the data is wrong': (login) =>
    using(login, async (client) => {
      const data = [lines(1, 20_000), 'not a number\tx\n', lines(20_001, 20_000)];
      const copy = client.query(copyStreams.from(copyFrom('busy_lost', 'text')));
      return [await failing(() => pipeline(Readable.from(data), copy)), await goesOn(client)];
    }),
  'the data is wrong, in a transaction': (login) =>
    using(login, async (client) => {
      await client.query('BEGIN');
      await client.query("INSERT INTO busy_lost VALUES (1, 'lost')");
      await client.query('SAVEPOINT s');
      const copy = client.query(copyStreams.from(copyFrom('busy_lost', 'text')));
      const problem = await failing(() => pipeline(Readable.from(['1\tx\n2\n']), copy));
      await client.query('ROLLBACK TO s');
      const within = await goesOn(client);
      await client.query('ROLLBACK');
      return [problem, within, await goesOn(client)];
    }),
  'the binary data ends early': (login) =>
    using(login, async (client) => {
      const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
      const copy = client.query(copyStreams.from(copyFrom('busy_lost', 'binary')));
      const cut = Readable.from([header, Buffer.from([0, 2, 0, 0, 0])]);
      return [await failing(() => pipeline(cut, copy)), await goesOn(client)];
    }),
  'the client dies': async (login) => {
    const client = await connected(login);
    const copy = client.query(copyStreams.from(copyFrom('busy_lost', 'text')));
    copy.on('error', () => undefined);
    copy.write(lines(1, 20_000));
    await sleep(100);
    cut(client);
    return using(login, goesOn);
  },
  'the reader dies': async (login) => {
    const client = await connected(login);
    const copy = client.query(copyStreams.to('COPY busy_source TO STDOUT'));
    copy.on('error', () => undefined);
    await once(copy, 'readable');
    cut(client);
    return using(login, goesOn);
  },
  'the reading fails': (login) =>
    using(login, async (client) => {
      const sql = 'COPY (SELECT 1 / (5000 - id) FROM busy_source ORDER BY id) TO STDOUT';
      const nowhere = new Writable({ write: (_chunk, _, done) => done() });
      const copy = client.query(copyStreams.to(sql));
      return [await failing(() => pipeline(copy, nowhere)), await goesOn(client)];
    }),
};

const goesOn = async (client: pg.Client): Promise<unknown> =>
  (await client.query('SELECT $1::int + 1 AS two', [1])).rows;

/** As a client that is killed: no Terminate. */
const cut = (client: pg.Client): void => {
  const { connection } = client as unknown as {
    readonly connection: { readonly stream: { destroy(): void } };
  };
  connection.stream.destroy();
};
