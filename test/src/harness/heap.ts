/** What a process keeps in memory, without what only waits to be collected. */
export interface HeapWatch {
  /** Ends it. @returns the least that was in use in the last third of the time, MiB: what a collection leaves */
  stop(): number;
}

const interval = 250;

/** @param http where the process serves `/metrics` */
export function watchHeap(http: string): HeapWatch {
  const used: number[] = [];
  const look = async (): Promise<void> => {
    const text = await (await fetch(`${http}/metrics`)).text();
    const bytes = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) =>
      Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1] ?? Number.NaN),
    );
    used.push(bytes.reduce((sum, each) => sum + each, 0) / 1024 / 1024);
  };
  const timer = setInterval(() => {
    // A process that is gone is noticed by the test itself.
    look().catch(() => undefined);
  }, interval);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.min(...used.slice(-Math.ceil(used.length / 3)));
    },
  };
}
