import type { Attack } from '../attack.js';
import { aggregates } from './aggregates.js';
import { casts } from './casts.js';
import { copies } from './copies.js';
import { cursors } from './cursors.js';
import { definitions } from './definitions.js';
import { errors } from './errors.js';
import { explain } from './explain.js';
import { expressions } from './expressions.js';
import { json } from './json.js';
import { prepared } from './prepared.js';
import { statistics } from './statistics.js';
import { xml } from './xml.js';

export const allAttacks: readonly Attack[] = [
  ...aggregates,
  ...casts,
  ...copies,
  ...cursors,
  ...definitions,
  ...errors,
  ...explain,
  ...expressions,
  ...json,
  ...prepared,
  ...statistics,
  ...xml,
];
