import { execFile } from 'node:child_process';
import { PolicyError } from '../errors.js';

export interface OpaResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Runs the opa program.
 *
 * @param timeoutMs after which it is killed
 * @throws PolicyError `opa` when it cannot be started
 */
export const runOpa = (
  opa: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly timeoutMs?: number },
): Promise<OpaResult> =>
  new Promise((resolve, reject) => {
    execFile(
      opa,
      [...args],
      {
        cwd: options.cwd,
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: 1 << 26,
        killSignal: 'SIGKILL',
      },
      (cause, stdout, stderr) => {
        if (!cause) resolve({ code: 0, stdout, stderr, timedOut: false });
        else if (typeof cause.code === 'number')
          resolve({ code: cause.code, stdout, stderr, timedOut: false });
        else if (cause.killed) resolve({ code: -1, stdout, stderr, timedOut: true });
        else reject(new PolicyError('opa', `cannot run ${opa}: ${cause.message}`, cause));
      },
    );
  });
