/** What the environment says; read here and nowhere else in the package. */
export interface Config {
  /** `POSTERN_OPA`: the opa program to use */
  readonly opa: string | undefined;
  /** `POSTERN_COLLECTOR`: host:port that `postern audit` talks to */
  readonly collector: string | undefined;
  readonly path: readonly string[];
  /** Passed on to the processes that `dev` starts. Libpq's variables stay behind: they may hold a password. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** https://no-color.org */
  readonly noColor: boolean;
  readonly forceColor: boolean;
  /** npm runs this command: `npx postern` */
  readonly underNpm: boolean;
  readonly temporaryDirectory: string | undefined;
}

export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => ({
  opa: filled(env['POSTERN_OPA']),
  collector: filled(env['POSTERN_COLLECTOR']),
  path: (env['PATH'] ?? '').split(':').filter((directory) => directory !== ''),
  childEnvironment: Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('PG') ? [] : [[name, value]],
    ),
  ),
  noColor: filled(env['NO_COLOR']) !== undefined || env['TERM'] === 'dumb',
  forceColor: filled(env['FORCE_COLOR']) !== undefined && env['FORCE_COLOR'] !== '0',
  underNpm: filled(env['npm_command']) !== undefined,
  temporaryDirectory: filled(env['TMPDIR']),
});

const filled = (value: string | undefined): string | undefined =>
  value === '' ? undefined : value;
