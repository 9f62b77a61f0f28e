import {
  type Analyzed,
  analyze,
  type Catalogue,
  catalogueFromData,
  parse,
  outputTypes,
  parseSearchPath,
  readCatalogue,
  type SessionSettings,
  SqlError,
} from '@postern/sql';
import type pg from 'pg';
import { changedTables, unnamed } from './changed.js';
import { columnsOf, type Difference, difference } from './compare.js';
import { mistaken, mistyped, originsOf, unoriginal } from './origins.js';
import { type Truth, truthOf, truthOfWrite } from './truth.js';
import { withoutUnrecorded } from './unrecorded.js';

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
  /** without what functions, rules and foreign keys do */
  readonly catalogue: Catalogue;
  readonly whole: Catalogue;
  readonly settings: SessionSettings;
}

export async function openCourt(client: pg.Client): Promise<Court> {
  const rows = async (text: string): Promise<Rows> => {
    const types = { getTypeParser: () => (value: string) => value };
    const result = await client.query<(string | null)[]>({ text, rowMode: 'array', types });
    return result.rows;
  };
  const [facts] = await rows(`SELECT current_setting('search_path'), session_user`);
  const [path, user] = facts ?? [];
  const whole = await readCatalogue(rows);
  return {
    client,
    catalogue: withoutBodies(whole),
    whole,
    settings: { searchPath: parseSearchPath(path ?? ''), user: user ?? '', role: 'none' },
  };
}

/** The server records what a statement names, not what the functions that it calls do. */
const withoutBodies = (catalogue: Catalogue): Catalogue => {
  const data = catalogue.toJSON();
  const routines = data.routines.map((routine) => ({
    ...routine,
    overloads: routine.overloads.map(({ body: _body, ...overload }) => overload),
  }));
  const relations = data.relations.map((relation) => ({ ...relation, rules: [], foreignKeys: [] }));
  return catalogueFromData({ ...data, routines, relations });
};

/** Does the analysis of a query name the columns that the server finds in it, and where those of its result come from? */
export async function judge(court: Court, query: string): Promise<Judgement> {
  const judgement = await judgeBy(court, query, false, (analyzed) =>
    truthOf(court.client, query, analyzed?.analysis.output.length),
  );
  if (judgement.kind !== 'agree') return judgement;
  const origins = await originsOf(court, query);
  const [statement] = parse(query);
  if (origins === undefined || statement === undefined) return judgement;
  const analyzed = analyze(statement, court.catalogue, court.settings);
  const { analysis } = analyzed;
  const missed = [
    ...mistaken(origins, analysis),
    ...mistyped(court.catalogue, origins, outputTypes(analyzed)),
  ];
  const invented = unoriginal(query, origins, analysis);
  return missed.length + invented.length === 0
    ? judgement
    : { kind: 'differ', how: { missed, invented } };
}

/** The same of a statement that changes rows, with the columns that it writes, and the tables whose rows change. */
export async function judgeWrite(court: Court, statement: string): Promise<Judgement> {
  const judgement = await judgeBy(court, statement, true, () =>
    truthOfWrite(court.client, statement, court.whole.serverVersionNum),
  );
  if (judgement.kind !== 'agree') return judgement;
  const changed = await changedTables(court.client, statement);
  const [parsed] = parse(statement);
  if (changed === undefined || parsed === undefined) return judgement;
  const { accesses, notUnderstood } = analyze(parsed, court.whole, court.settings).analysis;
  // What a trigger or a function that is not in SQL does cannot be known.
  if (notUnderstood.some(({ reach }) => reach === 'anything')) return judgement;
  const missed = unnamed(court.whole, accesses, changed);
  return missed.length === 0 ? judgement : { kind: 'differ', how: { missed, invented: [] } };
}

async function judgeBy(
  { catalogue, settings }: Court,
  sql: string,
  written: boolean,
  truthFor: (analyzed: Analyzed | undefined) => Promise<Truth>,
): Promise<Judgement> {
  let analyzed: Analyzed | undefined;
  let why = '';
  try {
    const [statement, second] = parse(sql);
    if (statement === undefined || second !== undefined) return { kind: 'unknown' };
    analyzed = analyze(statement, catalogue, settings);
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    why = thrown.message;
  }
  const truth = await truthFor(analyzed);
  if (truth.kind === 'no-view') return { kind: 'unknown' };
  if (analyzed === undefined) return { kind: 'refused', why };
  const width = (relation: string): number => {
    const [schema = '', name = ''] = relation.split('.');
    return catalogue.relation(schema, name)?.columns.length ?? 0;
  };
  const ours = columnsOf(analyzed.analysis.accesses, written);
  const found = difference(truth.columns, ours, width);
  const how =
    found && written
      ? withoutUnrecorded(found, analyzed.statement.node, truth.columns, width)
      : found;
  return how === undefined ? { kind: 'agree' } : { kind: 'differ', how };
}
