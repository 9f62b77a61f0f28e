/** The public face of the package: the command line as a function, for programs that embed it. */
export { exit, type ExitCode } from './exit.js';
export { run } from './run.js';
export type { Shell } from './shell.js';
