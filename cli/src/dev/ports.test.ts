import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { chooseAddress, freePort, reachTrouble } from './ports.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A port that somebody listens on. */
const taken = async (): Promise<number> => {
  const port = await freePort('127.0.0.1');
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return port;
};

describe('where a Database is served', () => {
  test('a free explicit address is taken as it is, the next Database gets the next port', async () => {
    const port = await freePort('127.0.0.1');
    const listen = { kind: 'explicit', address: { host: '127.0.0.1', port } } as const;
    expect(await chooseAddress(listen, 0)).toEqual({ host: '127.0.0.1', port });
  });

  test('port 0 stays 0 for every Database', async () => {
    const listen = { kind: 'explicit', address: { host: '127.0.0.1', port: 0 } } as const;
    expect(await chooseAddress(listen, 3)).toEqual({ host: '127.0.0.1', port: 0 });
  });

  test('a taken explicit address is an error that says so', async () => {
    const port = await taken();
    const listen = { kind: 'explicit', address: { host: '127.0.0.1', port } } as const;
    await expect(chooseAddress(listen, 0)).rejects.toMatchObject({
      code: 'address-in-use',
      message: expect.stringContaining(`127.0.0.1:${port}`) as unknown,
    });
  });

  test('an address of another machine is an error that says so', async () => {
    const listen = { kind: 'explicit', address: { host: '192.0.2.1', port: 6432 } } as const;
    await expect(chooseAddress(listen, 0)).rejects.toMatchObject({ code: 'address-unusable' });
  });
});

describe('a look at the upstream', () => {
  test('finds nothing wrong with a server that answers', async () => {
    expect(await reachTrouble({ host: '127.0.0.1', port: await taken() }, 1000)).toBeUndefined();
  });

  test('says why it cannot be reached', async () => {
    const port = await freePort('127.0.0.1');
    expect(await reachTrouble({ host: '127.0.0.1', port }, 1000)).toContain('ECONNREFUSED');
  });
});
