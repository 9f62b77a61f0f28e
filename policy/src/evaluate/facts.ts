import { quoteIdentifier } from '@postern/sql';
import { functionCallAction, statementAction } from '../compile/actions.js';
import type { ObjectKind } from '../compile/data.js';
import type { AccessFacts, ColumnFacts } from '../input.js';
import { columnKeys, commandKeys, objectKeys, parseParts, tagKeys } from '../names.js';
import type { TimelessInput } from '../to-input.js';

/** What postern.rego reads of a statement: each name with the patterns that name it. */
export interface Facts {
  /** numbers of the policies that decide */
  readonly selected: readonly number[];
  readonly commands: readonly string[];
  readonly unfiltered: boolean;
  readonly region: string;
  readonly schedules: readonly boolean[];
  readonly grants: readonly { readonly policy: string; readonly rule: string }[];
  readonly accesses: readonly {
    readonly action: string;
    /** the action, and select when columns are read */
    readonly as: readonly string[];
    readonly kind: ObjectKind;
    readonly keys: readonly string[];
    /** of names that it had before */
    readonly former: readonly string[];
    readonly via: readonly string[];
    readonly need: boolean;
  }[];
  readonly relations: readonly RelationFacts[];
  readonly unknown: readonly {
    readonly construct: string;
    readonly anything: boolean;
    readonly relations: readonly {
      readonly kind: 'relation';
      readonly keys: readonly string[];
      readonly tagged: boolean;
    }[];
  }[];
  /** numbers of those of the selected that have Rego of their own, by name */
  readonly custom: Readonly<Record<string, number>>;
}

interface RelationFacts {
  readonly name: string;
  readonly kind: 'relation';
  readonly as: readonly string[];
  readonly keys: readonly string[];
  readonly former: readonly string[];
  readonly via: readonly string[];
  readonly columns: readonly {
    readonly name: string;
    readonly full: string;
    readonly tags: readonly string[];
    readonly keys: readonly string[];
    readonly read: boolean;
  }[];
}

/** Parts of the facts that the statement does not say. */
export type Circumstances = Pick<Facts, 'selected' | 'schedules' | 'custom'>;

const reading = new Set<string>(['select', 'copy-out', 'execute']);

const isRead = ({ uses }: ColumnFacts): boolean => uses.some((use) => use !== 'write');

const keysOfName = (name: string): readonly string[] => {
  const [schema, relation] = parseParts(name) ?? [];
  return schema && relation ? objectKeys(schema.name, relation.name) : [];
};

/**
 * @param shapes column patterns in use, see names.ts
 * @param builtins some rule names functions of PostgreSQL's own
 */
export const factsOf = (
  { statement, session, request }: TimelessInput,
  circumstances: Circumstances,
  shapes: readonly number[],
  builtins: boolean,
): Facts => {
  // Also columns that no rule can speak of: the policies' own Rego may.
  const every = Object.keys(circumstances.custom).length > 0;
  const accesses = statement.accesses.map(accessFacts);
  return {
    ...circumstances,
    commands: commandKeys(statement.command),
    unfiltered: statement.unfiltered,
    region: session.region ?? '',
    grants: request.grants
      .filter(({ fingerprint }) => fingerprint === statement.fingerprint)
      .map(({ policy, rule }) => ({ policy, rule })),
    accesses: [
      ...(accesses.length > 0 ? accesses : [nothing]),
      ...(builtins ? builtinCalls(statement).map(callFacts) : []),
    ],
    relations: relationsOf(statement.accesses, shapes, every),
    unknown: statement.notUnderstood.map(({ construct, reach, tagged }) => ({
      construct,
      anything: reach.includes('*'),
      relations: reach
        .filter((name) => name !== '*')
        .map((name) => ({
          kind: 'relation' as const,
          keys: keysOfName(name),
          tagged: tagged?.includes(name) ?? true,
        })),
    })),
  };
};

const nothing: Facts['accesses'][number] = {
  action: statementAction,
  as: [statementAction],
  kind: 'statement',
  keys: [],
  former: [],
  via: [],
  need: false,
};

/** Of PostgreSQL's own functions, those that are called. */
export const builtinCalls = ({ calls = [] }: TimelessInput['statement']): readonly string[] =>
  calls.filter((name) => name.startsWith('pg_catalog.'));

const callFacts = (name: string): Facts['accesses'][number] => ({
  action: 'execute',
  as: ['execute'],
  kind: 'builtin',
  keys: keysOfName(name),
  former: [],
  via: [],
  need: false,
});

const ofFunctions = new Set<string>(['execute', functionCallAction]);

const kindOf = ({ action, object }: AccessFacts): ObjectKind =>
  object === undefined ? 'none' : ofFunctions.has(action) ? 'function' : 'relation';

const asOf = ({ action, columns }: AccessFacts): readonly string[] =>
  action !== 'select' && columns.some(isRead) ? [action, 'select'] : [action];

/** What a definition makes of the rows, those who may not see them all must not decide. */
const filteredAs = (access: AccessFacts): readonly string[] =>
  access.action === 'ddl' ? ['ddl', 'select'] : asOf(access);

const keysOf = ({ schema, name, object }: AccessFacts): readonly string[] =>
  schema !== undefined && name !== undefined
    ? objectKeys(schema, name)
    : object === undefined
      ? []
      : keysOfName(object);

const formerOf = ({ formerly = [] }: AccessFacts): readonly string[] =>
  formerly.flatMap(keysOfName);

const viaOf = ({ through }: AccessFacts): readonly string[] => [
  ...new Set(through.flatMap(keysOfName)),
];

const accessFacts = (access: AccessFacts): Facts['accesses'][number] => ({
  action: access.action,
  as: asOf(access),
  kind: kindOf(access),
  keys: keysOf(access),
  former: formerOf(access),
  via: viaOf(access),
  need: access.user || !reading.has(access.action),
});

/** Each relation once, with everything that is done to it and the columns that a rule may speak of. */
const relationsOf = (
  accesses: readonly AccessFacts[],
  shapes: readonly number[],
  every: boolean,
): readonly RelationFacts[] => {
  const byName = new Map<string, AccessFacts[]>();
  for (const access of accesses) {
    if (access.object === undefined || ofFunctions.has(access.action)) continue;
    const known = byName.get(access.object);
    if (known) known.push(access);
    else byName.set(access.object, [access]);
  }
  return [...byName].flatMap(([name, same]): readonly RelationFacts[] => {
    const [first] = same;
    if (!first) return [];
    const columns = new Map<string, RelationFacts['columns'][number]>();
    for (const access of same) {
      for (const column of access.columns) {
        const known = columns.get(column.name);
        const read = isRead(column) || (known?.read ?? false);
        if (known) {
          if (read && !known.read) columns.set(column.name, { ...known, read });
          continue;
        }
        const full = `${name}.${quoteIdentifier(column.name)}`;
        const keys =
          shapes.length === 0
            ? []
            : [full, ...column.origins].flatMap((c) => columnKeys(c, shapes));
        if (column.tags.length === 0 && keys.length === 0 && !every) continue;
        columns.set(column.name, {
          name: column.name,
          full,
          tags: [...new Set(column.tags.flatMap(tagKeys))],
          keys,
          read,
        });
      }
    }
    return [
      {
        name,
        kind: 'relation',
        as: [...new Set(same.flatMap(filteredAs))],
        keys: keysOf(first),
        former: [...new Set(same.flatMap(formerOf))],
        via: [...new Set(same.flatMap(viaOf))],
        columns: [...columns.values()],
      },
    ];
  });
};
