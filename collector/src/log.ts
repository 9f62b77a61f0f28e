import { type Logger, pino, stdSerializers } from 'pino';

/** Logs as JSON lines on standard error; never what an event holds. */
export const logger = (level: string): Logger =>
  pino(
    {
      level,
      base: null,
      serializers: { err: stdSerializers.err },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    process.stderr,
  );
