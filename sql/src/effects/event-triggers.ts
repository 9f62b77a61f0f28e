import type { EventTrigger } from '../catalogue/catalogue.js';
import { formatName } from '../names.js';
import { opaque, type Resolver } from '../resolve/resolver.js';
import type { Outcome } from './outcome.js';

/** Commands about what all databases share, and those that are no DDL to PostgreSQL. */
const silent =
  / (?:ROLE|DATABASE|TABLESPACE|EVENT TRIGGER|SYSTEM)$|^(?:VACUUM|ANALYZE|CLUSTER|REASSIGN OWNED|EXPLAIN)$/;

const events: Readonly<Record<EventTrigger['event'], RegExp>> = {
  ddl_command_start: /^/,
  ddl_command_end: /^/,
  sql_drop: /^(?:DROP|ALTER) /,
  table_rewrite: /^ALTER (?:TABLE|TYPE|MATERIALIZED VIEW)$/,
};

const firesAt = (command: string, { event, tags }: EventTrigger): boolean =>
  events[event].test(command) &&
  // The commands in the script of an extension have tags of their own.
  (tags === undefined || tags.includes(command) || /^CREATE EXTENSION$/.test(command));

/** Notes the functions of event triggers that a command fires (documentation, "Event Trigger Firing Matrix"). */
export const fireEventTriggers = (r: Resolver, { command, deeds, planned }: Outcome): void => {
  const { eventTriggers = [] } = r.catalogue.data;
  if (eventTriggers.length === 0 || planned || silent.test(command)) return;
  // From version 17 on.
  if (command === 'REINDEX' && r.catalogue.serverVersionNum < 170000) return;
  if (!deeds?.some(({ action }) => action === 'ddl' || action === 'privilege')) return;
  for (const trigger of eventTriggers)
    if (firesAt(command, trigger))
      opaque(r, `event trigger function ${formatName(trigger.function)}`, 0);
};
