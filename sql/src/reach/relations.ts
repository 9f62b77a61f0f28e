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

const isSystem = (schema: string): boolean =>
  schema === 'pg_catalog' || schema === 'information_schema';
