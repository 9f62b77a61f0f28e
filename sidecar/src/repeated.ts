/**
 * Passes a message on unless the same was passed on less than `pause` ago.
 *
 * @param pause milliseconds
 */
export function withoutRepeats(
  say: (cause: unknown) => void,
  pause: number,
  now: () => number,
): (cause: unknown) => void {
  let last = '';
  let time = Number.NEGATIVE_INFINITY;
  return (cause) => {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (text === last && now() - time < pause) return;
    last = text;
    time = now();
    say(cause);
  };
}
