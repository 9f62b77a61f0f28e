import {
  type Analyzed,
  analyze,
  buildCatalogue,
  type Catalogue,
  catalogueFingerprintQuery,
  catalogueQueries,
  type CatalogueRows,
  parse,
  parseSearchPath,
  type SessionSettings,
  SqlError,
} from '@postern/sql';
import type pg from 'pg';
import { columnsOf, type Difference, difference } from './compare.js';
import { truthOf } from './truth.js';

export type Judgement =
  | { readonly kind: 'agree' }
  /** the server makes no view of it, or it is no single statement that reads: nothing is known */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'differ'; readonly how: Difference }
  /** the server understands it, and the analysis does not */
  | { readonly kind: 'refused'; readonly why: string };

type Rows = readonly (readonly (string | null)[])[];

/** A database, and what the analysis knows of it. */
export interface Court {
  readonly client: pg.Client;
  readonly catalogue: Catalogue;
  readonly settings: SessionSettings;
}

export async function openCourt(client: pg.Client): Promise<Court> {
  const rows = async (text: string): Promise<Rows> => {
    const types = { getTypeParser: () => (value: string) => value };
    const result = await client.query<(string | null)[]>({ text, rowMode: 'array', types });
    return result.rows;
  };
  const [facts] = await rows(
    `SELECT current_setting('server_version_num'), current_setting('search_path'), session_user`,
  );
  const [version, path, user] = facts ?? [];
  const [fingerprint] = await rows(catalogueFingerprintQuery);
  const found: Record<string, Rows> = {};
  for (const { name, sql } of catalogueQueries(Number(version))) found[name] = await rows(sql);
  return {
    client,
    catalogue: buildCatalogue(found as unknown as CatalogueRows, fingerprint?.[0] ?? ''),
    settings: { searchPath: parseSearchPath(path ?? ''), user: user ?? '', role: 'none' },
  };
}

/** Does the analysis of a query name the columns that the server finds in it? */
export async function judge(
  { client, catalogue, settings }: Court,
  query: string,
): Promise<Judgement> {
  let analyzed: Analyzed | undefined;
  let why = '';
  try {
    const [statement, second] = parse(query);
    if (statement === undefined || second !== undefined) return { kind: 'unknown' };
    analyzed = analyze(statement, catalogue, settings);
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    why = thrown.message;
  }
  if (analyzed === undefined) {
    const known = await truthOf(client, query, undefined);
    return known.kind === 'no-view' ? { kind: 'unknown' } : { kind: 'refused', why };
  }
  const { analysis } = analyzed;
  const width = (relation: string): number => {
    const [schema = '', name = ''] = relation.split('.');
    return catalogue.relation(schema, name)?.columns.length ?? 0;
  };
  const truth = await truthOf(client, query, analysis.output.length);
  if (truth.kind === 'no-view') return { kind: 'unknown' };
  const how = difference(truth.columns, columnsOf(analysis.accesses), width);
  return how === undefined ? { kind: 'agree' } : { kind: 'differ', how };
}
