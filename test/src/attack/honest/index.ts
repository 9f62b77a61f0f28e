import type { Work } from '../work.js';
import { analytics } from './analytics.js';
import { beside } from './beside.js';
import { migrations } from './migrations.js';
import { psql } from './psql.js';
import { sessions } from './sessions.js';
import { writes } from './writes.js';

export const allWork: readonly Work[] = [
  ...analytics,
  ...beside,
  ...writes,
  ...migrations,
  ...sessions,
  ...psql,
];
