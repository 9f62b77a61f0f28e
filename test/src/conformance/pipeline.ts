/** libpq's pipelines: what its test program says, and every message it sends and gets. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run } from '../harness/program.js';
import type { Suite } from './suites.js';

/** It sends until the kernel's buffers are full, of which there are twice as many with a proxy. */
const fillsBuffers: ReadonlySet<string> = new Set(['uniqviol']);
/** It reads as soon as something arrives: which answer came between which requests is chance. */
const readsAnyTime: ReadonlySet<string> = new Set(['pipelined_insert']);

export const pipeline: Suite = async ({ workplace, target, folder, only, onEnd }) => {
  const results = join(folder, 'results');
  await mkdir(results);
  const known = (await mustRun(workplace.pipeline, ['tests'])).stdout.split(/\s+/);
  const where = `host=${target.host} port=${target.port} user=postgres dbname=postgres`;
  for (const test of known.filter((name) => name !== '')) {
    if (only.length > 0 && !only.includes(test)) continue;
    const trace = join(folder, `${test}.trace`);
    const tracing = fillsBuffers.has(test) ? [] : ['-t', trace];
    const started = performance.now();
    const ran = await run(workplace.pipeline, ['-r', '700', ...tracing, test, where], {
      timeout: 120_000,
    });
    const milliseconds = performance.now() - started;
    const output = `exit: ${ran.signal ?? String(ran.code)}\n${ran.stdout}${ran.stderr}\n`;
    await writeFile(
      join(results, `${test}.out`),
      fillsBuffers.has(test)
        ? kindsOfLines(output)
        : `${output}messages:\n${await messagesIn(trace, test)}`,
    );
    await onEnd({ test, expected: ran.code === 0, milliseconds });
  }
  return results;
};

/** What it says when the buffers are full, and when it has sent all: before or behind which answer is chance. */
const ofBuffers = /^(?:switch to reading|done writing)$/;

/** Each kind of line once: numbers differ, and so does how often it was said. */
const kindsOfLines = (output: string): string => {
  const lines = output.split('\n').map((line) => line.replace(/^[.E]+/, '').replace(/\d+/g, 'N'));
  const kinds = [...new Set(lines)];
  const [told, buffers] = [false, true].map((of) => kinds.filter((l) => ofBuffers.test(l) === of));
  return `${[...(told ?? []), ...(buffers ?? []).sort()].join('\n')}\n`;
};

const messagesIn = async (trace: string, test: string): Promise<string> => {
  const text = await readFile(trace, 'utf8').catch(() => '(no trace)\n');
  if (!readsAnyTime.has(test)) return text;
  const lines = text.split('\n');
  const sent = lines.filter((line) => line.startsWith('F'));
  return [...sent, ...lines.filter((line) => !line.startsWith('F'))].join('\n');
};
