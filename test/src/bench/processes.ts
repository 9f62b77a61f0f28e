import { readFile, readdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';

/** Clock ticks a second in /proc: 100 on every Linux Node runs on. */
const ticks = 100;

/** What a process used since it started. */
export interface Usage {
  /** user and system, all threads, seconds */
  readonly cpuSeconds: number;
  /** MiB */
  readonly residentMiB: number;
  /** highest since it started or `forgetPeak`, MiB */
  readonly peakMiB: number;
}

/** Reads proc(5). @returns undefined: the process is gone, or this is no Linux */
export const usageOf = async (pid: number): Promise<Usage | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // the name in parentheses may hold spaces
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const kib = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
      residentMiB: kib('VmRSS') / 1024,
      peakMiB: kib('VmHWM') / 1024,
    };
  } catch {
    return undefined;
  }
};

/** Starts its peak anew, from what it holds now. Where that is not allowed it stays (proc(5), clear_refs). */
export const forgetPeak = async (pid: number): Promise<void> => {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined);
};

/** What the numbers were measured on. */
export const machine = async (): Promise<{ readonly cpu: string; readonly cores: number }> => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores:
    (await readdir('/sys/devices/system/cpu').catch(() => [])).filter((n) => /^cpu\d+$/.test(n))
      .length || availableParallelism(),
});
