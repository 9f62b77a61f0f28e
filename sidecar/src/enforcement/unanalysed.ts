import type { Analysis } from '@postern/sql';

/** Of what is not looked into: nothing is known but what it is called in the record. */
export const unanalysed = (command: string): Analysis => ({
  command,
  accesses: [],
  objects: [],
  calls: [],
  functions: [],
  output: [],
  written: [],
  flags: { unfiltered: false, wholesale: false, readOnly: false },
  notUnderstood: [],
  veiled: [],
  sessionEffects: [],
});
