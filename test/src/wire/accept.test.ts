/** What happens before a session: encryption of the clients' leg, ceilings, packets that are none. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import pg from 'pg';
import { driverPolicy, serverWithTables } from '../drivers/bed.js';
import type { Login } from '../drivers/driver.js';
import { findClient } from '../harness/binaries.js';
import { type Certificates, makeCertificates, readPem } from '../harness/certificates.js';
import { type Postern, startPostern } from '../harness/postern.js';
import type { Postgres } from '../harness/postgres.js';
import { run } from '../harness/program.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-accept-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

let plainServer: { readonly server: Postgres; readonly direct: Login };
let certificates: Certificates;
let folder: string;

beforeAll(async () => {
  folder = await newFolder();
  certificates = await makeCertificates(folder, ['IP:127.0.0.1', 'DNS:localhost']);
  plainServer = await serverWithTables(undo, { auth: 'scram-sha-256' });
}, 120_000);

const before = async (
  upstream: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly postern: Postern; readonly port: number }> => {
  const postern = await startPostern({
    files: [driverPolicy],
    upstream,
    words: ['--as', 'user:tester'],
    env,
  });
  undo.push(() => postern.stop());
  return { postern, port: Number(new URL(postern.governed).port) };
};

const withTls = (): Readonly<Record<string, string>> => ({
  POSTERN_TLS_CERT_FILE: certificates.cert,
  POSTERN_TLS_KEY_FILE: certificates.key,
});

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const gssRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]);
const startupPacket = (user: string, database: string): Buffer => {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
};

/** The CancelRequest of a session. */
const cancelOf = (client: pg.Client): Buffer => {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80877102, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  return request;
};

/** Everything a socket says until it closes or `milliseconds` pass. */
const hear = async (socket: Socket, milliseconds = 5000): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([
    new Promise((resolve) => {
      socket.once('close', resolve);
    }),
    sleep(milliseconds, undefined, { ref: false }),
  ]);
  return Buffer.concat(chunks);
};

const say = async (port: number, bytes: Buffer): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1' });
  const heard = hear(socket);
  socket.write(bytes);
  const text = (await heard).toString('latin1');
  socket.destroy();
  return text;
};

/** TLS without asking first. */
const direct = (port: number, alpn: string[] | undefined): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...(alpn === undefined ? {} : { ALPNProtocols: alpn }),
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });

const query = async (login: Login, ssl: pg.ClientConfig['ssl']): Promise<unknown> => {
  const client = new pg.Client({ ...login, ssl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query('SELECT 1 AS one')).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

describe('TLS for clients', () => {
  let port: number;
  let login: Login;
  beforeAll(async () => {
    ({ port } = await before(plainServer.server.url('drivers'), withTls()));
    login = { ...plainServer.direct, host: '127.0.0.1', port };
  }, 60_000);

  test('is offered to those who ask, and not forced on the others', async () => {
    const ca = await readPem(certificates.ca);
    await expect(query(login, { ca })).resolves.toEqual([{ one: 1 }]);
    await expect(query(login, false)).resolves.toEqual([{ one: 1 }]);
  });

  test('the certificate is the configured one', async () => {
    const stranger = await makeCertificates(await newFolder(), ['IP:127.0.0.1']);
    const ca = await readPem(stranger.ca);
    await expect(query(login, { ca })).rejects.toThrow(/certificate|signature/i);
  });

  test('GSS is refused, then TLS may be asked for', async () => {
    const socket = connect({ port, host: '127.0.0.1' });
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString('latin1'));
      if (heard.length === 1) socket.write(sslRequest);
      else socket.destroy();
    });
    socket.write(gssRequest);
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
    expect(heard).toEqual(['N', 'S']);
  });

  test('what is sent in clear behind the request is refused, not taken for something said inside', async () => {
    const injected = Buffer.concat([sslRequest, startupPacket('app', 'drivers')]);
    const heard = await say(port, injected);
    expect(heard).toContain('received unencrypted data after encryption request');
    expect(heard.startsWith('S')).toBe(false);
  });

  test('it may begin without asking, when the client names the protocol', async () => {
    const socket = await direct(port, ['postgresql']);
    expect(socket.alpnProtocol).toBe('postgresql');
    const heard = hear(socket, 2000);
    socket.write(startupPacket('app', 'drivers'));
    // AuthenticationSASL
    expect((await heard).subarray(0, 1).toString()).toBe('R');
    socket.destroy();
  });

  test.each([
    ['no protocol', undefined],
    ['another protocol', ['http/1.1']],
  ])('beginning without asking, with %s named, is refused', async (_name, alpn) => {
    const outcome = await direct(port, alpn).then(
      async (socket) => {
        const heard = hear(socket);
        socket.write(startupPacket('app', 'drivers'));
        return (await heard).length === 0 ? 'closed' : 'heard';
      },
      () => 'closed',
    );
    expect(outcome).toBe('closed');
  });

  test('libpq, TLS on our leg only', async () => {
    const psql = await findClient('psql');
    if (psql === undefined) return;
    const ran = await run(
      psql,
      ['-XAtc', 'SELECT 1', `host=127.0.0.1 port=${port} user=app dbname=drivers sslmode=require`],
      { env: { ...process.env, PGPASSWORD: login.password } },
    );
    expect(ran).toMatchObject({ code: 0, stdout: '1\n' });
  });
});

test('where TLS is required a client without it is told so', async () => {
  const upstream = plainServer.server.url('drivers');
  const { port } = await before(upstream, { ...withTls(), POSTERN_TLS: 'require' });
  const login = { ...plainServer.direct, host: '127.0.0.1', port };
  await expect(query(login, false)).rejects.toMatchObject({ code: '28000' });
  await expect(query(login, { rejectUnauthorized: false })).resolves.toEqual([{ one: 1 }]);
}, 60_000);

test('a renewed certificate is served without a restart, half of one is not', async () => {
  const home = await newFolder();
  const old = await makeCertificates(home, ['IP:127.0.0.1']);
  const renewed = await makeCertificates(await newFolder(), ['IP:127.0.0.1']);
  const { port } = await before(plainServer.server.url('drivers'), {
    POSTERN_TLS_CERT_FILE: old.cert,
    POSTERN_TLS_KEY_FILE: old.key,
  });
  const login = { ...plainServer.direct, host: '127.0.0.1', port };
  const [oldCa, newCa] = [await readPem(old.ca), await readPem(renewed.ca)];
  await expect(query(login, { ca: oldCa })).resolves.toEqual([{ one: 1 }]);
  await copyFile(renewed.cert, old.cert);
  await expect(query(login, { ca: oldCa })).resolves.toEqual([{ one: 1 }]);
  await copyFile(renewed.key, old.key);
  await expect(query(login, { ca: newCa })).resolves.toEqual([{ one: 1 }]);
  await expect(query(login, { ca: oldCa })).rejects.toThrow(/certificate|signature/i);
}, 60_000);

describe('TLS on both legs', () => {
  test('a client that could bind to the channel is told what to do, and then gets in', async () => {
    const psql = await findClient('psql');
    if (psql === undefined) return;
    const { server } = await serverWithTables(undo, {
      auth: 'scram-sha-256',
      tlsNames: ['IP:127.0.0.1'],
    });
    const upstream = `${server.url('drivers')}?sslmode=require`;
    const { port } = await before(upstream, withTls());
    const ask = (binding: string): ReturnType<typeof run> =>
      run(
        psql,
        [
          '-XAtc',
          'SELECT 1',
          `host=127.0.0.1 port=${port} user=app dbname=drivers sslmode=require channel_binding=${binding}`,
        ],
        { env: { ...process.env, PGPASSWORD: plainServer.direct.password } },
      );
    const prefers = await ask('prefer');
    expect(prefers.code).not.toBe(0);
    expect(prefers.stderr).toContain('channel_binding=disable');
    expect(await ask('disable')).toMatchObject({ code: 0, stdout: '1\n' });
  }, 60_000);
});

test('the server may listen on a unix socket only, on which there is no TLS', async () => {
  const home = await newFolder();
  await chmod(home, 0o777);
  const { server, direct: login } = await serverWithTables(undo, {
    auth: 'scram-sha-256',
    settings: { unix_socket_directories: home },
  });
  const upstream = `postgres:///drivers?host=${home}&port=${server.port}&sslmode=require`;
  const { port } = await before(upstream, {});
  await expect(query({ ...login, host: '127.0.0.1', port }, false)).resolves.toEqual([{ one: 1 }]);
  // cancelling takes a connection of its own
  const client = new pg.Client({ ...login, host: '127.0.0.1', port });
  await client.connect();
  const sleeping = client.query('SELECT pg_sleep(20)');
  await sleep(300);
  void say(port, cancelOf(client));
  await expect(sleeping).rejects.toMatchObject({ code: '57014' });
  await client.end();
}, 60_000);

describe('the ceiling of connections', () => {
  test('the client past it gets 53300, and there is room again when another leaves', async () => {
    const { port } = await before(plainServer.server.url('drivers'), {
      POSTERN_MAX_CONNECTIONS: '2',
    });
    const login = { ...plainServer.direct, host: '127.0.0.1', port };
    const open = async (): Promise<pg.Client> => {
      const client = new pg.Client({ ...login, connectionTimeoutMillis: 10_000 });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    const [first, second] = [await open(), await open()];
    await expect(open()).rejects.toMatchObject({ code: '53300', severity: 'FATAL' });
    // those inside are not disturbed, and can be cancelled
    const sleeping = first.query('SELECT pg_sleep(20)');
    await sleep(300);
    void say(port, cancelOf(first));
    await expect(sleeping).rejects.toMatchObject({ code: '57014' });
    await second.end();
    await sleep(200);
    const third = await open();
    await third.end();
    await first.end();
  }, 60_000);
});

describe('what is no start-up packet', () => {
  const bad: Readonly<Record<string, Buffer>> = {
    'HTTP on the port': Buffer.from('GET / HTTP/1.1\r\nHost: db\r\n\r\n'),
    'a length of zero': Buffer.from([0, 0, 0, 0, 0, 3, 0, 0]),
    'a length below its own header': Buffer.from([0, 0, 0, 4]),
    'a negative length': Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0]),
    'more than 10,000 bytes': Buffer.from([0, 0, 0x27, 0x11, 0, 3, 0, 0]),
    'no terminator': Buffer.from([0, 0, 0, 13, 0, 3, 0, 0, 0x75, 0x73, 0x65, 0x72, 0x73]),
    'TLS where none is offered': Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]),
    'protocol 2': Buffer.concat([Buffer.from([0, 0, 1, 40, 0, 2, 0, 0]), Buffer.alloc(288)]),
    'encryption asked for twice': Buffer.concat([sslRequest, sslRequest]),
  };
  let port: number;
  beforeAll(async () => {
    ({ port } = await before(plainServer.server.url('drivers'), {
      POSTERN_STARTUP_TIMEOUT_MS: '1500',
    }));
  }, 60_000);

  test.each(Object.keys(bad))(
    '%s: an error of class 08 or 0A, and the connection closes',
    async (name) => {
      const heard = await say(port, bad[name] ?? Buffer.alloc(0));
      expect(heard).toMatch(/C08P01\0|C0A000\0/);
      expect(heard).toContain('SFATAL');
    },
  );

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a packet', startupPacket('app', 'drivers').subarray(0, 10)],
  ])('a client that says %s is dropped in time', async (_name, bytes) => {
    const from = performance.now();
    const heard = await say(port, bytes);
    expect(performance.now() - from).toBeGreaterThan(1000);
    expect(heard).toContain('no startup packet in time');
  });
});
