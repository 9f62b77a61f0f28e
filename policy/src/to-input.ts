import {
  formatName,
  noFormerNames,
  parseColumnName,
  quoteIdentifier,
  type Analysis,
  type FormerNames,
  type ObjectName,
} from '@postern/sql';
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
  readonly former: FormerNames;
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
        reach:
          reach === 'anything'
            ? ['*']
            : reach.flatMap((name) => [formatName(name), ...formerly(columns, name)]),
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
  ...(object && formerly(known, object).length > 0 ? { formerly: formerly(known, object) } : {}),
  user,
  through: through.flatMap((name) => [formatName(name), ...formerly(known, name)]),
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

const formerly = ({ former }: ColumnKnowledge, relation: ObjectName): readonly string[] =>
  former.ofRelation(relation).map(formatName);

/** Under names of before as well: a rule that knows one of them goes on holding the column back. */
const originsOf = (
  columns: ColumnKnowledge,
  object: ObjectName,
  name: string,
): readonly string[] => {
  const self = `${formatName(object)}.${quoteIdentifier(name)}`;
  const origins = columns.originsOf(object, name).filter((origin) => origin !== self);
  const { former } = columns;
  if (former === noFormerNames) return origins;
  return [
    ...new Set([
      ...origins,
      ...[self, ...origins].flatMap((column) => namesBefore(former, column)),
    ]),
  ];
};

const namesBefore = (former: FormerNames, text: string): readonly string[] => {
  const { schema, name, column } = parseColumnName(text);
  const relations = [{ schema, name }, ...former.ofRelation({ schema, name })];
  const columns = [column, ...former.ofColumn({ schema, name }, column)];
  return relations
    .flatMap((relation) => columns.map((one) => `${formatName(relation)}.${quoteIdentifier(one)}`))
    .filter((one) => one !== text);
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
