/** What the shell is told. Documented in `docs/reference/cli.md`; scripts rely on it. */
export const exit = {
  /** done; the answer is yes */
  ok: 0,
  /** the command ran and the answer is no: invalid files, a denied statement, a record that does not verify */
  no: 1,
  /** the command could not run: wrong usage, a missing file, nobody listening */
  failed: 2,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
