import fastify, { type FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { z } from 'zod';
import { entryJson } from '@postern/proto';
import { CollectorError } from '../errors.js';
import type { Record } from '../record.js';

const text = z.string().max(1000).optional();
const query = z
  .object({
    identity: text,
    relation: text,
    column: text,
    tag: text,
    detected: text,
    kind: text,
    decision: text,
    outcome: text,
    text,
    fingerprint: text,
    database: text,
    session: text,
    /** RFC 3339 */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
    limit: z.coerce.number().int().min(1).max(1000).optional(),
    after: text,
    ascending: z.enum(['true', 'false']).optional(),
  })
  .strict();

const statuses: Readonly<{ [K in CollectorError['code']]: number }> = {
  config: 500,
  storage: 503,
  request: 400,
  'not-found': 404,
  'log-key': 500,
  'rolled-back': 500,
};

/** The HTTP side: search in JSON, the log's checkpoint and key, health and metrics. */
export function httpServer(record: Record): FastifyInstance {
  const server = fastify({ logger: false });
  const metrics = registry(record);
  server.setErrorHandler((cause, _request, reply) => {
    const known = cause instanceof CollectorError;
    const message = known ? cause.message : 'the collector could not answer; see its log';
    return reply
      .code(known ? statuses[cause.code] : 500)
      .send({ error: known ? cause.code : 'internal', message });
  });
  server.get('/api/v1/events', async (request) => {
    const parsed = query.safeParse(request.query);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(
        (issue) => `${issue.path.join('.')}: ${issue.message}`,
      );
      throw new CollectorError('request', problems.join('; '));
    }
    const { from, to, ascending, ...filters } = parsed.data;
    const given = Object.fromEntries(
      Object.entries(filters).filter(([, value]) => value !== undefined),
    );
    const { entries, next } = await record.search({
      ...given,
      ...(from === undefined ? {} : { fromUs: Date.parse(from) * 1000 }),
      ...(to === undefined ? {} : { toUs: Date.parse(to) * 1000 }),
      ascending: ascending === 'true',
    });
    return { events: entries.map(entryJson), next };
  });
  server.get<{ Params: { id: string } }>('/api/v1/events/:id', async (request) =>
    entryJson(await record.get(request.params.id)),
  );
  server.get('/checkpoint', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(await record.checkpoint()),
  );
  server.get('/verifier-key', async (_request, reply) =>
    reply.type('text/plain').send(`${record.verifierKey}\n`),
  );
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    try {
      await record.ping();
      return await reply.send({ ready: true, reasons: [] });
    } catch {
      return reply.code(503).send({ ready: false, reasons: ['the database does not answer'] });
    }
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  return server;
}

function registry(record: Record): Registry {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'postern_collector_' });
  new Gauge({
    name: 'postern_collector_events_stored',
    help: 'Events stored since this process started',
    registers: [metrics],
    collect() {
      this.set(record.stored);
    },
  });
  return metrics;
}
