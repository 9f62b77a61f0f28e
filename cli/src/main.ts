import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.js';
import { CliError, messageOf, systemCode } from './errors.js';
import type { Installation } from './installation.js';
import { paintFor } from './output/paint.js';
import type { Channel } from './output/terminal.js';
import { run } from './run.js';

const config = readConfig(process.env);

const channel = (stream: NodeJS.WriteStream): Channel => ({
  paint: paintFor(config, stream.isTTY),
  line: (text) => {
    stream.write(`${text}\n`);
  },
});

const installation: Installation = {
  modules: fileURLToPath(new URL('.', import.meta.url)),
  version: versionIn(await readFile(new URL('../package.json', import.meta.url), 'utf8')),
  main: (part) => {
    try {
      return fileURLToPath(import.meta.resolve(`@postern/${part}/main`));
    } catch (thrown) {
      throw new CliError(
        'not-built',
        `the ${part} is not installed: ${messageOf(thrown)}`,
        'run `make build`',
        { cause: thrown },
      );
    }
  },
};

function versionIn(text: string): string {
  const facts: unknown = JSON.parse(text);
  return typeof facts === 'object' && facts !== null && 'version' in facts
    ? String(facts.version)
    : 'unknown';
}

// nobody reads any more (`postern audit tail | head`): stop as if asked to, which is no failure
process.stdout.on('error', (thrown) => {
  if (systemCode(thrown) !== 'EPIPE') throw thrown;
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit();
});
process.stderr.on('error', (thrown) => {
  if (systemCode(thrown) !== 'EPIPE') throw thrown;
});

process.exitCode = await run(process.argv.slice(2), {
  config,
  installation,
  terminal: { out: channel(process.stdout), err: channel(process.stderr) },
  readStdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  },
  onStop: (stop) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, stop);
    return () => {
      for (const signal of signals) process.off(signal, stop);
    };
  },
});
