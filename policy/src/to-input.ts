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
  /** the function, when the protocol's FunctionCall asks for it instead of a statement */
  readonly functionCall?: ObjectName;
  /** a connection for replication is asked for instead of a statement */
  readonly replication?: boolean;
}

/** Everything but the time, which the evaluator adds. */
export type TimelessInput = Omit<Input, 'time'>;

/** What policy is asked about one analysed statement. */
export const toInput = (
  analysis: Analysis,
  columns: ColumnKnowledge,
  surroundings: Surroundings,
): TimelessInput => {
  const { identity, claims, workload, session, database, fingerprint, grants } = surroundings;
  const tagged = taggedOf(columns);
  const accesses = analysis.accesses.map((access) => accessFacts(access, columns));
  const { functionCall: called, replication: replicates = false } = surroundings;
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
      accesses: [
        ...accesses,
        ...(called === undefined ? [] : [functionCallOf(called)]),
        ...(replicates ? [replication] : []),
      ],
      functions: analysis.functions.map(formatName),
      calls: analysis.calls.map(formatName),
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

const accessFacts = (
  { object, action, user, through, columns }: Analysis['accesses'][number],
  known: ColumnKnowledge,
): AccessFacts => ({
  action,
  ...(object ? { object: formatName(object), schema: object.schema, name: object.name } : {}),
  user,
  through: through.map(formatName),
  columns: columns.map(({ name, uses }) => ({
    name,
    uses,
    tags: object ? known.tagsOf(object, name) : [],
    origins: object ? originsOf(known, object, name) : [],
  })),
});

const functionCallOf = ({ schema, name }: ObjectName): AccessFacts => ({
  action: 'function-call',
  object: formatName({ schema, name }),
  schema,
  name,
  user: true,
  through: [],
  columns: [],
});

const replication: AccessFacts = {
  action: 'replication',
  ...{ user: true, through: [], columns: [] },
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
