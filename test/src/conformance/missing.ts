/** What this machine lacks, and how to get it: said, and exit code 2. */
export class Missing extends Error {
  readonly code = 'missing';
}
