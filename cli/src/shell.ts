import type { Config } from './config.js';
import type { ExitCode } from './exit.js';
import type { Installation } from './installation.js';
import type { Terminal } from './output/terminal.js';

/** What a command gets from outside: the rest of the package touches no global. */
export interface Shell {
  readonly terminal: Terminal;
  readonly config: Config;
  readonly installation: Installation;
  readonly readStdin: () => Promise<Buffer>;
  /** Calls `stop` on SIGINT and SIGTERM, each time. @returns how to stop listening */
  readonly onStop: (stop: (signal: string) => void) => () => void;
  /** Sets the exit code of the process; what a command does not set is `ok`. */
  readonly exit: (code: ExitCode) => void;
}
