import { formatName, type Analysis, type Catalogue, type ObjectName } from '@postern/sql';
import type { Decision, Limits } from './decision.js';
import type { Words } from './words.js';

/** Commands that run a query or a body, which may change rows. */
const running: ReadonlySet<string> = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'CALL', 'DO', 'EXPLAIN'],
  ...['PREPARE', 'DECLARE CURSOR'],
]);

/** They write the rows of a query. */
const making: ReadonlySet<string> = new Set([
  ...['CREATE TABLE AS', 'SELECT INTO', 'CREATE MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW'],
]);

const writing: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge', 'copy-in']);

/** Aggregates whose one value holds all that they are given. */
const collecting =
  /^(?:array_agg|string_agg|jsonb?_(?:object_)?agg(?:_unique)?(?:_strict)?|json_(?:array|object)agg|xmlagg)$/;

/** Does a statement run what changes rows, or may? */
export const changesRows = ({ command, flags, accesses, notUnderstood }: Analysis): boolean =>
  !flags.readOnly &&
  (making.has(command) ||
    (running.has(command) &&
      (notUnderstood.length > 0 || accesses.some(({ action }) => writing.has(action)))));

const source = (limits: Limits, name: string): string => {
  const from = limits.from?.[name];
  return from ? `policy=${from.policy} rule=${from.rule}` : 'policy=unknown';
};

/** Why an allowed statement cannot run under its limits, if what they bound cannot be known; undefined: it may. */
export const limitWords = (
  analysis: Analysis,
  { limits }: Decision,
  catalogue: Catalogue,
): Words | undefined => {
  if (limits.maxAffectedRows !== undefined) {
    const found = uncounted(analysis, catalogue);
    if (found)
      return {
        sqlstate: '42501',
        message: `policy limits how many rows a statement changes, and ${found.message}`,
        detail: `${source(limits, 'maxAffectedRows')} reason=not-counted construct=${found.construct}`,
        hint: found.hint,
      };
  }
  if (limits.maxExportRows === undefined || !analysis.flags.wholesale) return undefined;
  const found = uncut(analysis);
  return (
    found && {
      sqlstate: '42501',
      message: `policy limits bulk exports, and ${found.message}`,
      detail: `${source(limits, 'maxExportRows')} reason=bulk-export limit=${limits.maxExportRows}`,
      hint: found.hint,
    }
  );
};

interface Found {
  readonly construct: string;
  readonly message: string;
  readonly hint: string;
}

const uncounted = (analysis: Analysis, catalogue: Catalogue): Found | undefined => {
  const { command, flags, accesses } = analysis;
  if (flags.readOnly) return undefined;
  const truncated = accesses.find(({ action, lock }) => action === 'truncate' && !lock);
  if (truncated && (command.startsWith('TRUNCATE') || changesRows(analysis)))
    return {
      construct: 'TRUNCATE',
      message: 'TRUNCATE does not say how many it removes',
      hint: 'DELETE the rows, with a WHERE that keeps within the limit.',
    };
  if (!changesRows(analysis)) return undefined;
  if (command === 'DECLARE CURSOR')
    return {
      construct: 'cursor',
      message: 'those of a cursor may be changed as late as the COMMIT',
      hint: 'Run the query without a cursor.',
    };
  const foreign = accesses.find(
    ({ action, object }) => writing.has(action) && object && isForeign(catalogue, object),
  );
  return (
    foreign && {
      construct: 'foreign-table',
      message: `${foreign.object ? formatName(foreign.object) : 'it'} keeps rows on another server, which are not counted here`,
      hint: 'Change them on the server that has them, or in a table of this one.',
    }
  );
};

const isForeign = (catalogue: Catalogue, { schema, name }: ObjectName): boolean => {
  const reach = [catalogue.relation(schema, name)];
  // What was added on the way is looked at too.
  for (const relation of reach) {
    if (relation?.kind === 'f') return true;
    if (relation) reach.push(...catalogue.children(relation.oid).filter((c) => !reach.includes(c)));
  }
  return false;
};

const uncut = ({
  command,
  accesses,
  calls,
  notUnderstood,
}: Analysis): Omit<Found, 'construct'> | undefined => {
  const outside = notUnderstood.some(({ construct }) => construct.startsWith('COPY '));
  if (command === 'COPY' && outside && accesses.some(({ action }) => action === 'copy-out'))
    return {
      message: 'what the server writes to a file or a program cannot be cut',
      hint: 'COPY to the client (TO STDOUT), or with a WHERE that looks at the columns.',
    };
  const call = calls.find(({ schema, name }) => schema === 'pg_catalog' && collecting.test(name));
  return (
    call && {
      message: `${call.name} puts all rows of a table that is read without a condition into one`,
      hint: 'Read the table with a WHERE that looks at its columns, or read its rows as rows.',
    }
  );
};
