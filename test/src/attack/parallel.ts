/** Does the work of all, so many at once. @returns results in the order of the list */
export const inParallel = async <T, R>(
  list: readonly T[],
  jobs: number,
  work: (each: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results = new Map<number, R>();
  const waiting = list.entries();
  const worker = async (): Promise<void> => {
    for (const [i, each] of waiting) results.set(i, await work(each));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
};
