import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** milliseconds a stopping process gets before it is killed */
const grace = 10_000;

export interface Part {
  readonly name: string;
  spawn(): ChildProcess;
  /** A line of its standard output or error. */
  line(from: 'stdout' | 'stderr', text: string): void;
  /** It ended by itself and is started again after `restartInMs`. */
  died(how: string, restartInMs: number, failures: number): void;
}

/**
 * Milliseconds to wait before a process is started again.
 *
 * @param failures how often in a row it ended before it was ready
 */
export const backoff = (failures: number): number =>
  Math.min(50 * 2 ** Math.min(failures, 6), 2_000);

/** A process that is started again whenever it ends, until it is stopped. */
export class Supervised {
  readonly #part: Part;
  #child: ChildProcess | undefined;
  #failures = 0;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(part: Part) {
    this.#part = part;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const child = this.#part.spawn();
    this.#child = child;
    this.#read('stdout', child.stdout);
    this.#read('stderr', child.stderr);
    let ended = false;
    const end = (how: string): void => {
      if (ended) return;
      ended = true;
      this.#ended(how);
    };
    child.once('error', (thrown) => {
      end(thrown.message);
    });
    child.once('exit', (code, signal) => {
      end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  }

  /** It did its first useful thing: what happens from now on is a new failure, not the same again. */
  ready(): void {
    this.#failures = 0;
  }

  /** SIGTERM, then SIGKILL after the grace time. @returns when it is gone */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), grace);
      child.once('exit', () => {
        clearTimeout(force);
        resolve();
      });
      child.kill('SIGTERM');
    });
  }

  /** At once, without grace. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
  }

  #ended(how: string): void {
    if (this.#stopping) return;
    const delay = backoff(this.#failures);
    this.#failures += 1;
    this.#part.died(how, delay, this.#failures);
    this.#startAfter(delay);
  }

  /** Whoever heard of the death may have asked to stop. */
  #startAfter(delay: number): void {
    if (this.#stopping) return;
    this.#timer = setTimeout(() => {
      this.start();
    }, delay);
  }

  #read(from: 'stdout' | 'stderr', stream: Readable | null): void {
    if (!stream) return;
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (text) => {
      this.#part.line(from, text);
    });
  }
}
