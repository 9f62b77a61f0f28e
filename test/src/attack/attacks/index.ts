import type { Attack } from '../attack.js';
import { aggregates } from './aggregates.js';
import { casts } from './casts.js';
import { constraints } from './constraints.js';
import { copies } from './copies.js';
import { cursors } from './cursors.js';
import { definitions } from './definitions.js';
import { encodings } from './encodings.js';
import { errors } from './errors.js';
import { explain } from './explain.js';
import { expressions } from './expressions.js';
import { filters } from './filters.js';
import { functions } from './functions.js';
import { json } from './json.js';
import { matches } from './matches.js';
import { oracles } from './oracles.js';
import { poisoning } from './poisoning.js';
import { prepared } from './prepared.js';
import { protocol } from './protocol.js';
import { renames } from './renames.js';
import { wholeRows } from './rows.js';
import { server } from './server.js';
import { shadowing } from './shadowing.js';
import { statistics } from './statistics.js';
import { views } from './views.js';
import { writes } from './writes.js';
import { xml } from './xml.js';

export const allAttacks: readonly Attack[] = [
  ...expressions,
  ...wholeRows,
  ...casts,
  ...json,
  ...xml,
  ...aggregates,
  ...errors,
  ...statistics,
  ...definitions,
  ...explain,
  ...cursors,
  ...copies,
  ...prepared,
  ...functions,
  ...views,
  ...writes,
  ...renames,
  ...shadowing,
  ...encodings,
  ...poisoning,
  ...oracles,
  ...matches,
  ...constraints,
  ...filters,
  ...protocol,
  ...server,
];
