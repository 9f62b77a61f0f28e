import { eventKinds, type postern } from '@postern/proto';
import { type RawBuilder, sql } from 'kysely';
import { CollectorError } from '../errors.js';

export type SearchRequest = postern.audit.v1.ISearchRequest;

/** `*` stands for any characters; everything else is taken literally. */
const pattern = (text: string): string =>
  text.replaceAll(/[\\%_]/g, (special) => `\\${special}`).replaceAll('*', '%');

const kinds = new Set<string>(eventKinds.map(([, name]) => name));
const decisions = new Set(['allow', 'deny', 'require-approval']);
const outcomes = new Set(['completed', 'failed', 'refused', 'cut', 'unknown']);

const oneOf = (what: string, value: string, known: ReadonlySet<string>): string => {
  if (known.has(value)) return value;
  throw new CollectorError(
    'request',
    `unknown ${what} ${JSON.stringify(value)}; known: ${[...known].join(', ')}`,
  );
};

/** A name that stands for a whole dotted one, or for its last part: `orders` finds `public.orders`. */
const named = (array: RawBuilder<unknown>, name: string): RawBuilder<boolean> =>
  sql<boolean>`EXISTS (SELECT FROM unnest(${array}) AS n(name) WHERE n.name LIKE ${pattern(name)} OR n.name LIKE ${`%.${pattern(name)}`})`;

/**
 * The conditions of a search over `e` (events), `r` (statement records) and `s` (sessions).
 * @throws CollectorError `request` naming the filter that makes no sense
 */
export function conditions(request: SearchRequest): RawBuilder<boolean>[] {
  const found: RawBuilder<boolean>[] = [];
  const given = (
    value: string | null | undefined,
    make: (text: string) => RawBuilder<boolean>,
  ): void => {
    if (value != null && value !== '') found.push(make(value));
  };
  given(request.identity, (identity) => {
    const like = pattern(identity);
    return sql<boolean>`(s.subject LIKE ${like} OR s.name LIKE ${like} OR s.namespace || '/' || s.name LIKE ${like}
      OR EXISTS (SELECT FROM unnest(s.groups) AS g(name) WHERE g.name LIKE ${like}))`;
  });
  given(request.relation, (relation) => named(sql`r.relations`, relation));
  given(request.column, (column) => named(sql`r.columns`, column));
  given(
    request.tag,
    (tag) =>
      sql<boolean>`EXISTS (SELECT FROM unnest(r.tags) AS t(name) WHERE t.name LIKE ${pattern(tag)})`,
  );
  given(request.kind, (kind) =>
    kinds.has(kind.toLowerCase())
      ? sql<boolean>`e.kind = ${kind.toLowerCase()}`
      : sql<boolean>`r.command LIKE ${pattern(kind.toUpperCase())}`,
  );
  given(request.detected, (tag) => {
    const like = pattern(tag);
    return sql<boolean>`e.detected IS NOT NULL AND EXISTS (SELECT FROM unnest(e.detected) AS d(name) WHERE d.name LIKE ${like})`;
  });
  given(
    request.decision,
    (decision) => sql<boolean>`r.effect = ${oneOf('decision', decision, decisions)}`,
  );
  given(
    request.outcome,
    (outcome) => sql<boolean>`e.outcome = ${oneOf('outcome', outcome, outcomes)}`,
  );
  given(request.text, (text) => sql<boolean>`r.normalised_sql ILIKE ${`%${pattern(text)}%`}`);
  given(request.fingerprint, (fingerprint) => sql<boolean>`r.fingerprint = ${fingerprint}`);
  given(request.database, (database) => sql<boolean>`s.database LIKE ${pattern(database)}`);
  given(request.session, (session) => {
    const hex = session.replaceAll('-', '').toLowerCase();
    if (!/^[0-9a-f]{32}$/.test(hex)) {
      throw new CollectorError(
        'request',
        `${JSON.stringify(session)} is no session: it is named by its UUID`,
      );
    }
    return sql<boolean>`e.session_id = decode(${hex}, 'hex')`;
  });
  if ((request.fromUs ?? 0) > 0) found.push(sql<boolean>`e.time_us >= ${request.fromUs}`);
  if ((request.toUs ?? 0) > 0) found.push(sql<boolean>`e.time_us < ${request.toUs}`);
  return found;
}
