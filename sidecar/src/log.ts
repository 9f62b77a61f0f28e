import { type Logger, pino, stdSerializers } from 'pino';

/**
 * Logs as JSON lines on standard error. Errors are logged by name, code and stack without their
 * message's SQL: nothing of ours puts a literal, parameter or credential into an error.
 */
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
