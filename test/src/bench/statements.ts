/** Words that differ in shape, not only in constants: no cache by fingerprint knows the statement. */
const pieces = [
  'a.abalance + 1',
  'coalesce(a.filler, $$-$$)',
  'a.bid * 2',
  'CASE WHEN a.abalance > 0 THEN 1 ELSE 0 END',
  'length(a.filler)',
  'b.bbalance - a.abalance',
  'upper(a.filler::text)',
  'abs(a.abalance)',
] as const;

/**
 * A statement of an ordinary size over two tables that no other number gives: its shape follows the
 * digits of `n`, and its names carry `n` itself.
 */
export const unseenStatement = (n: number): string => {
  const chosen: string[] = [];
  for (let rest = n; rest > 0; rest = Math.floor(rest / pieces.length)) {
    chosen.push(pieces[rest % pieces.length] ?? 'a.bid');
  }
  const columns = chosen.map((piece, i) => `${piece} AS c${n}_${i}`).join(', ');
  return `SELECT a.aid AS k${n}, ${columns} FROM public.pgbench_accounts a JOIN public.pgbench_branches b ON b.bid = a.bid WHERE a.aid = ${1 + (n % 100_000)}`;
};

/** About 9 kB: a long list, as ORMs write it. */
export const statement9k = (n: number): string => {
  const keys = Array.from({ length: 1300 }, (_, i) => 100_000 + ((n * 1300 + i * 7) % 900_000));
  return `SELECT a.aid AS k${n}, a.abalance FROM public.pgbench_accounts a WHERE a.aid = ${n} OR (a.bid = -1 AND a.aid IN (${keys.join(',')}))`;
};
