import type { Node } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import type { Relation } from '../catalogue/catalogue.js';
import { under } from '../effects/updatable-view.js';
import { formatName, type ObjectName } from '../names.js';
import { as, walk } from '../parse/nodes.js';
import { mark, type RelationUse } from '../resolve/cells.js';
import { publicName } from '../resolve/path.js';
import type { Write } from '../resolve/writes.js';
import type { RewriteRefusal } from './change.js';
import { refuse } from './checks.js';

// Who may not see a column could write guesses to it: a foreign key takes what is there, a partition is another one for
// each value, and ON CONFLICT says whether a key has it. A key that refuses a row aloud is not asked so: the statement
// fails, and the record has it.

type Check = 'foreign key' | 'partition key' | 'unique key' | 'exclusion constraint';

const ownChecks = (relation: Relation, number: number): readonly Check[] => {
  const kinds = new Set(
    (relation.keys ?? []).filter((key) => key.columns.includes(number)).map(({ kind }) => kind),
  );
  const refers = (relation.foreignKeys ?? []).some((key) => key.columns.includes(number));
  return [
    ...(refers ? (['foreign key'] as const) : []),
    ...(kinds.has('partition') ? (['partition key'] as const) : []),
    ...(kinds.has('unique') || relation.primaryKey.includes(number)
      ? (['unique key'] as const)
      : []),
    ...(kinds.has('exclusion') ? (['exclusion constraint'] as const) : []),
  ];
};

/** What values of a column are checked against, in its own table and in those that it is a partition of. */
const checksOf = (analyzed: Analyzed, relation: Relation, column: string): readonly Check[] => {
  const number = relation.columns.find(({ name }) => name === column)?.number;
  const own = number === undefined ? [] : ownChecks(relation, number);
  if (!relation.partition) return own;
  return [
    ...own,
    ...relation.parents.flatMap((oid) => {
      const parent = analyzed.catalogue.relationByOid(oid);
      return parent ? checksOf(analyzed, parent, column) : [];
    }),
  ];
};

/** It refuses a row, and says no more than that. */
const isAloud = (check: Check): boolean =>
  check === 'unique key' || check === 'exclusion constraint';

/** Tables in which the value comes to lie, each of which may have keys of its own, and its column there. */
const landing = (
  { catalogue }: Analyzed,
  relation: Relation,
  column: string,
): readonly (readonly [Relation, string])[] => {
  const all: (readonly [Relation, string])[] = [[relation, column]];
  for (const [one, name] of all) {
    if (one.kind === 'p')
      all.push(...catalogue.children(one.oid).map((child) => [child, name] as const));
    const below = one.kind === 'v' ? under(catalogue, one) : undefined;
    const base = below?.columns.get(name);
    if (below && base !== undefined) all.push([below.relation, base]);
  }
  return all;
};

const isGuess = (value: Node | undefined): boolean =>
  value === undefined || !(as(value, 'SetToDefault') ?? as(value, 'A_Const')?.isnull);

type Values = readonly (Node | undefined)[];

const named = (targets: readonly Node[] | undefined): ReadonlyMap<string, Values> =>
  new Map(
    (targets ?? []).flatMap((node) => {
      const target = as(node, 'ResTarget');
      return target?.name === undefined ? [] : [[target.name, [target.val]] as const];
    }),
  );

interface Given {
  readonly values: ReadonlyMap<string, Values>;
  /** a conflict is no error */
  readonly onConflict: boolean;
}

/** What INSERT and UPDATE write to the columns of their target, as far as they say it. */
const givenTo = (analyzed: Analyzed, { relation, node }: RelationUse): Given => {
  const found = new Map<string, Values>();
  let onConflict = false;
  const note = (values: ReadonlyMap<string, Values>): void => {
    for (const [name, some] of values) found.set(name, [...(found.get(name) ?? []), ...some]);
  };
  walk(analyzed.statement.node, (kind, content) => {
    if (content['relation'] !== node) return true;
    if (kind === 'UpdateStmt') note(named(content['targetList'] as Node[] | undefined));
    if (kind !== 'InsertStmt') return true;
    const { cols, selectStmt, onConflictClause } = content as {
      readonly cols?: readonly Node[];
      readonly selectStmt?: Node;
      readonly onConflictClause?: { readonly targetList?: readonly Node[] };
    };
    const names =
      cols?.map((one) => as(one, 'ResTarget')?.name ?? '') ??
      relation.columns.map(({ name }) => name);
    const rows = (as(selectStmt, 'SelectStmt')?.valuesLists ?? []).map(
      (row) => as(row, 'List')?.items ?? [],
    );
    note(
      new Map(
        names.map((name, i) => [name, rows.length === 0 ? [undefined] : rows.map((row) => row[i])]),
      ),
    );
    note(named(onConflictClause?.targetList));
    if (onConflictClause) onConflict = true;
    return true;
  });
  return { values: found, onConflict };
};

/** A value that a statement writes to a column where what comes of it says whether it is there. */
export interface Guess {
  readonly relation: ObjectName;
  readonly column: string;
  /** for those who may not see the column as it is */
  readonly refusal: RewriteRefusal;
}

const guessesIn = (analyzed: Analyzed, { use, location }: Write): readonly Guess[] => {
  const relation = publicName(analyzed.resolved.resolver.path, use.relation);
  const name = formatName(relation);
  let given: Given | undefined;
  return [...use.cells].flatMap(([column, cell]): readonly Guess[] => {
    if ((cell.marks & mark.write) === 0) return [];
    const checks = landing(analyzed, use.relation, column).flatMap(([where, itsName]) =>
      checksOf(analyzed, where, itsName),
    );
    if (checks.length === 0) return [];
    given ??= givenTo(analyzed, use);
    const { values, onConflict } = given;
    const check = checks.find((one) => onConflict || !isAloud(one));
    if (check === undefined || !(values.get(column) ?? [undefined]).some(isGuess)) return [];
    const refusal = refuse(
      analyzed,
      'write',
      use.node.location ?? location,
      `column ${column} of ${name} is masked, and whether its ${check} takes a value would say what is there`,
      `Leave ${column} out, or set it to NULL or its default; write through a role or workload for which it is not masked; or have predicates: allow put at its mask.`,
    );
    return [{ relation, column, refusal }];
  });
};

/** Values that a statement writes whose taking would confirm them. */
export const guessesOf = (analyzed: Analyzed): readonly Guess[] =>
  analyzed.resolved.resolver.writes.flatMap((write) =>
    write.action === 'delete' || write.byKey === true ? [] : guessesIn(analyzed, write),
  );
