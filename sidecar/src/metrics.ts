import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface Measured {
  readonly sessions: () => number;
  readonly spool: () => Readonly<Record<string, number | undefined>>;
  readonly connected: () => boolean;
}

/** Prometheus metrics of one proxy; names begin with `postern_proxy_`. */
export function proxyMetrics(measured: Measured): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'postern_proxy_' });
  new Gauge({
    name: 'postern_proxy_sessions',
    help: 'Open governed sessions',
    registers: [registry],
    collect() {
      this.set(measured.sessions());
    },
  });
  new Gauge({
    name: 'postern_proxy_control_connected',
    help: '1 while the policy stream is up',
    registers: [registry],
    collect() {
      this.set(measured.connected() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'postern_proxy_spool',
    help: 'Audit spool: bytes, segments, backlog and the like, by label',
    labelNames: ['what'],
    registers: [registry],
    collect() {
      for (const [what, value] of Object.entries(measured.spool())) {
        if (value !== undefined) this.set({ what }, value);
      }
    },
  });
  return registry;
}
