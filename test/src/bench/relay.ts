/**
 * The least a proxy in Node can do: bytes from one socket to the other, both ways. What Postern is
 * measured against, under the same Node.
 *
 * usage: node relay.js UPSTREAM_PORT [MICROSECONDS]; prints its own port. With microseconds it computes
 * for so long at each piece it passes on: what a proxy of that much more work could reach.
 */
import { connect, createServer } from 'node:net';

const upstreamPort = Number(process.argv[2]);
const microseconds = Number(process.argv[3] ?? 0);

let state = 1;
const compute = (times: number): void => {
  for (let i = 0; i < times; i += 1) state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
};

/** Rounds of the computation in a microsecond; by count and not by clock, which goes on while others run. */
const calibrated = (): number => {
  const rounds = 100_000_000;
  compute(rounds / 10);
  const before = performance.now();
  compute(rounds);
  return rounds / ((performance.now() - before) * 1000);
};

const times = microseconds === 0 ? 0 : Math.round(microseconds * calibrated());

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
  if (times > 0) {
    client.on('data', () => compute(times));
    upstream.on('data', () => compute(times));
  }
  client.pipe(upstream);
  upstream.pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
});

server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  process.stdout.write(`${typeof bound === 'object' && bound !== null ? bound.port : 0}\n`);
});
