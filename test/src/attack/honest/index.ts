import type { Work } from '../work.js';
import { analytics } from './analytics.js';
import { beside } from './beside.js';
import { dashboards } from './dashboards.js';
import { meanwhile } from './meanwhile.js';
import { migrations } from './migrations.js';
import { psql } from './psql.js';
import { sessions } from './sessions.js';
import { tools } from './tools.js';
import { writes } from './writes.js';

export const allWork: readonly Work[] = [
  ...analytics,
  ...beside,
  ...writes,
  ...migrations,
  ...sessions,
  ...meanwhile,
  ...tools,
  ...dashboards,
  ...psql,
];
