import type { Attack } from '../attack.js';
import { aggregates } from './aggregates.js';
import { casts } from './casts.js';
import { errors } from './errors.js';
import { expressions } from './expressions.js';
import { json } from './json.js';
import { xml } from './xml.js';

export const allAttacks: readonly Attack[] = [
  ...expressions,
  ...casts,
  ...json,
  ...xml,
  ...aggregates,
  ...errors,
];
