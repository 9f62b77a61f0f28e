/**
 * The least a proxy in Node can do: bytes from one socket to the other, both ways. What Postern is
 * measured against, under the same Node.
 *
 * usage: node relay.js UPSTREAM_PORT; prints its own port
 */
import { connect, createServer } from 'node:net';

const upstreamPort = Number(process.argv[2]);

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
  client.pipe(upstream);
  upstream.pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
});

server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  process.stdout.write(`${typeof bound === 'object' && bound !== null ? bound.port : 0}\n`);
});
