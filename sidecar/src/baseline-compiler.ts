import { setFlagsFromString } from 'node:v8';

const baseline = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
const usual = ['--no-liftoff-only', '--wasm-tier-up', '--wasm-dynamic-tiering'];

/**
 * Loads a Wasm module so that V8's optimising compiler leaves it alone: for PostgreSQL's parser that of
 * Node 24 takes 550 MiB for a moment, more than a sidecar's container has. Parsing becomes a fifth
 * slower (28 to 35 µs for a statement of 100 bytes), and a cached statement is not parsed.
 *
 * @param load also calls the functions that matter: they are compiled at their first call
 */
export async function withBaselineCompiler<T>(load: () => Promise<T>): Promise<T> {
  for (const flag of baseline) setFlagsFromString(flag);
  try {
    return await load();
  } finally {
    for (const flag of usual) setFlagsFromString(flag);
  }
}
