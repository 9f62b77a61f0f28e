import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

export interface HealthParts {
  /** why the proxy is not ready; empty: it is */
  readonly unready: () => readonly string[];
  readonly metrics: Registry;
}

/** `/healthz` (alive), `/readyz` (has policy, listens, records), `/metrics` (Prometheus text). */
export function healthServer(parts: HealthParts): FastifyInstance {
  const server = fastify({ logger: false });
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reasons = parts.unready();
    return reply
      .code(reasons.length === 0 ? 200 : 503)
      .send({ ready: reasons.length === 0, reasons });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.metrics()),
  );
  return server;
}
