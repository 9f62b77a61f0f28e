import { formatName, quoteIdentifier, type Analysis, type ObjectName } from '@postern/sql';
import type {
  AccessFacts,
  DatabaseFacts,
  Grant,
  Identity,
  Input,
  SessionFacts,
  Workload,
} from './input.js';

/** What is known of columns; `Classification` of @postern/sql fits. */
export interface ColumnKnowledge {
  tagsOf(relation: ObjectName, column: string): readonly string[];
  originsOf(relation: ObjectName, column: string): readonly string[];
  /** every relation with a tagged column */
  readonly taggedRelations: readonly ObjectName[];
}

/** What surrounds the statement. */
export interface Surroundings {
  readonly identity: Identity;
  readonly claims: Readonly<Record<string, string>>;
  readonly workload: Workload;
  readonly session: SessionFacts;
  readonly database: DatabaseFacts;
  readonly fingerprint: string;
  readonly grants: readonly Grant[];
}

/** Everything but the time, which the evaluator adds. */
export type TimelessInput = Omit<Input, 'time'>;

/** What policy is asked about one analysed statement. */
export const toInput = (
  analysis: Analysis,
  columns: ColumnKnowledge,
  { identity, claims, workload, session, database, fingerprint, grants }: Surroundings,
): TimelessInput => {
  const tagged = taggedOf(columns);
  return {
    version: 1,
    identity,
    claims,
    workload,
    session,
    database,
    statement: {
      command: analysis.command,
      fingerprint,
      accesses: analysis.accesses.map((access): AccessFacts => {
        const { object } = access;
        return {
          action: access.action,
          ...(object
            ? { object: formatName(object), schema: object.schema, name: object.name }
            : {}),
          user: access.user,
          through: access.through.map(formatName),
          columns: access.columns.map(({ name, uses }) => ({
            name,
            uses,
            tags: object ? columns.tagsOf(object, name) : [],
            origins: object ? originsOf(columns, object, name) : [],
          })),
        };
      }),
      functions: analysis.functions.map(formatName),
      unfiltered: analysis.flags.unfiltered,
      readOnly: analysis.flags.readOnly,
      notUnderstood: analysis.notUnderstood.map(({ construct, reach }) => ({
        construct,
        reach: reach === 'anything' ? ['*'] : reach.map(formatName),
        tagged:
          reach === 'anything' ? [] : reach.map(formatName).filter((name) => tagged.has(name)),
      })),
    },
    request: { grants },
  };
};

const originsOf = (
  columns: ColumnKnowledge,
  object: ObjectName,
  name: string,
): readonly string[] => {
  const self = `${formatName(object)}.${quoteIdentifier(name)}`;
  return columns.originsOf(object, name).filter((origin) => origin !== self);
};

const known = new WeakMap<ColumnKnowledge, ReadonlySet<string>>();

const taggedOf = (columns: ColumnKnowledge): ReadonlySet<string> => {
  let names = known.get(columns);
  if (!names) {
    names = new Set(columns.taggedRelations.map(formatName));
    known.set(columns, names);
  }
  return names;
};
