import { doors, relations } from '../generated/reach.js';

const known = new Set(relations.split(/\s+/));

/**
 * Does reading these columns of a system relation show more than names and definitions? One that nobody knows may show
 * anything.
 *
 * @param schema of any relation; of others than PostgreSQL's own it says nothing
 */
export const isSideDoor = (schema: string, name: string, columns: Iterable<string>): boolean => {
  if (!isSystem(schema)) return false;
  const door = Object.hasOwn(doors, name) ? doors[name] : undefined;
  if (door === undefined) return !known.has(`${schema}.${name}`);
  if (door.includes('*')) return true;
  for (const column of columns) if (door.includes(column)) return true;
  return false;
};

/** Relations whose doors can be shut for some relations and left open for the others; see rewrite/veils.ts. */
const veilable = new Set(
  `pg_attribute pg_class pg_cursors pg_index pg_indexes pg_prepared_statements pg_stat_activity pg_statistic
   pg_statistic_ext_data pg_stats pg_stats_ext pg_stats_ext_exprs`.split(/\s+/),
);

/** @param name of a relation of pg_catalog */
export const isVeilable = (name: string): boolean => veilable.has(name);

const isSystem = (schema: string): boolean =>
  schema === 'pg_catalog' || schema === 'information_schema';
