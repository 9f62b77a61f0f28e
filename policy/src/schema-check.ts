import type { Database, DatabaseAccessPolicy, PathStep } from '@postern/crds';
import {
  checkRowFilter,
  classify,
  formatName,
  maskFits,
  matchesRelation,
  parseRelationPattern,
  quoteIdentifier,
  type Catalogue,
  type Classification,
  type Relation,
  type RelationPattern,
} from '@postern/sql';
import { maskOf, type PolicyRule } from './compile/policy.js';
import { columnKeys, parseParts, patternKey, patternShape, tagKeys } from './names.js';

/** What is wrong: the reason of a condition on the object. Documented in docs/reference/reasons.md. */
export type FindingReason =
  | 'MaskDoesNotFit'
  | 'RowFilterInvalid'
  | 'ColumnMissing'
  | 'ClassificationInvalid'
  | 'MatchesNothing';

/** Something in an object that does not fit the schema of a database. */
export interface Finding {
  /** statements are refused while it stands; or it is likely not what was meant */
  readonly severity: 'error' | 'warning';
  readonly reason: FindingReason;
  readonly object: Database | DatabaseAccessPolicy;
  readonly path: readonly PathStep[];
  readonly message: string;
  /** what to do */
  readonly hint: string;
}

/** What a policy's rules say, of one database. */
interface Against {
  readonly catalogue: Catalogue;
  readonly classification: Classification;
  /** those with rows */
  readonly relations: readonly Relation[];
}

/**
 * Holds a Database and the policies that select it against the schema of the database. Pure; the one check behind
 * `postern policy validate` and the conditions of the objects.
 *
 * @param policies those that do not select the Database are left out
 */
export const checkAgainstSchema = (
  database: Database,
  policies: readonly DatabaseAccessPolicy[],
  catalogue: Catalogue,
): readonly Finding[] => {
  const classification = classify(catalogue, database.spec.classifications ?? []);
  const relations = catalogue.data.relations.filter(({ kind }) => withRows.has(kind));
  const against = { catalogue, classification, relations };
  return [
    ...classificationFindings(database, classification),
    ...policies
      .filter((policy) => selects(policy, database))
      .flatMap((policy) =>
        (policy.spec.rules ?? []).flatMap((rule, i) =>
          ruleFindings(rule, against).map((found) => ({
            ...found,
            object: policy,
            path: ['spec', 'rules', i, ...found.path],
          })),
        ),
      ),
  ];
};

/** tables, partitioned ones, views, materialised ones, foreign tables */
const withRows: ReadonlySet<Relation['kind']> = new Set(['r', 'p', 'v', 'm', 'f'] as const);

/** As `selects_database` in postern.rego. */
const selects = ({ spec, metadata }: DatabaseAccessPolicy, database: Database): boolean => {
  const { matchLabels = {}, names } = spec.databases ?? {};
  const labels = database.metadata.labels ?? {};
  return (
    (metadata.namespace ?? 'default') === (database.metadata.namespace ?? 'default') &&
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    (names === undefined || names.includes(database.metadata.name))
  );
};

const classificationFindings = (
  database: Database,
  { problems, misplaced }: Classification,
): readonly Finding[] => {
  const given = database.spec.classifications ?? [];
  return problems.map(({ column, message }): Finding => {
    const { relation } = misplaced?.entries.find((entry) => entry.column === column) ?? {};
    return {
      severity: 'error',
      reason: 'ClassificationInvalid',
      object: database,
      path: ['spec', 'classifications', given.findIndex((it) => it.column === column), 'column'],
      message,
      hint:
        relation === undefined
          ? 'write the name that the relation has now, or take the entry out: under another name the column is not protected by it'
          : `write the name that the column has now, or take the entry out: until then statements on ${formatName(relation)} are refused where the tags matter`,
    };
  });
};

type RuleFinding = Omit<Finding, 'object'>;

const ruleFindings = (rule: PolicyRule, against: Against): readonly RuleFinding[] => {
  const patterns = (rule.tables ?? ['*.*']).map(parseRelationPattern);
  const named = against.relations.filter((relation) => isNamed(patterns, relation));
  return [
    ...unmatchedTables(rule, against),
    ...filterFindings(rule, named, against.catalogue),
    ...maskFindings(rule, named, against),
  ];
};

const isNamed = (patterns: readonly RelationPattern[], relation: Relation): boolean =>
  patterns.some((pattern) => matchesRelation(pattern, relation));

/** Functions may be named in `tables` too; temporary tables come and go. */
const unmatchedTables = (rule: PolicyRule, { catalogue }: Against): readonly RuleFinding[] =>
  (rule.tables ?? []).flatMap((text, i) => {
    const pattern = parseRelationPattern(text);
    const { schema, name } = pattern;
    if ((schema.kind === 'any' && name.kind === 'any') || text.startsWith('pg_temp.')) return [];
    const { relations, routines } = catalogue.data;
    if (relations.some((one) => matchesRelation(pattern, one))) return [];
    if (rule.actions.some(callsToo) && routines.some((one) => matchesRelation(pattern, one)))
      return [];
    return [
      warning(
        ['tables', i],
        `${text} names no relation of this database`,
        'check how it is spelled',
      ),
    ];
  });

const callsToo = (action: string): boolean => action === 'execute' || action === 'any';

const warning = (path: readonly PathStep[], message: string, hint: string): RuleFinding => ({
  severity: 'warning',
  reason: 'MatchesNothing',
  ...{ path, message, hint },
});

const filterFindings = (
  { rowFilter }: PolicyRule,
  named: readonly Relation[],
  catalogue: Catalogue,
): readonly RuleFinding[] =>
  rowFilter === undefined
    ? []
    : named.flatMap((relation) =>
        checkRowFilter(rowFilter, relation, catalogue).map(
          ({ message, position }): RuleFinding => ({
            severity: 'error',
            reason: 'RowFilterInvalid',
            path: ['rowFilter'],
            message: `${formatName(relation)}: ${message}${position === undefined ? '' : ` (at character ${position})`}`,
            hint: `mend the filter, or leave ${formatName(relation)} out of the rule: until then statements that read it are refused`,
          }),
        ),
      );

const maskFindings = (
  rule: PolicyRule,
  named: readonly Relation[],
  against: Against,
): readonly RuleFinding[] =>
  (rule.masks ?? []).flatMap((mask, j) => [
    ...(mask.columns ?? []).flatMap((column, k) =>
      unmatchedColumn(column, against).map((found) => ({
        ...found,
        path: ['masks', j, 'columns', k],
      })),
    ),
    ...named.flatMap((relation) =>
      reached(mask, relation, named, against).flatMap(({ name, why }): RuleFinding[] => [
        {
          severity: 'error',
          reason: 'MaskDoesNotFit',
          path: ['masks', j, 'mask'],
          message: `${formatName(relation)}.${quoteIdentifier(name)}: ${why}`,
          hint: 'choose a mask that fits: until then statements that read the column are refused',
        },
      ]),
    ),
  ]);

/** The columns of a relation that a mask is for and does not fit. Of a partition or child, those that no parent has that is named too. */
const reached = (
  { tags, columns, mask }: NonNullable<PolicyRule['masks']>[number],
  relation: Relation,
  named: readonly Relation[],
  { catalogue, classification }: Against,
): readonly { readonly name: string; readonly why: string }[] => {
  const wantedTags = new Set(tags);
  const wantedColumns = new Set((columns ?? []).map(patternKey));
  const shapes = [...new Set((columns ?? []).map(patternShape))];
  const own = formatName(relation);
  const inherited = new Set(
    named
      .filter(({ oid }) => relation.parents.includes(oid))
      .flatMap(({ columns: above }) => above.map(({ name }) => name)),
  );
  return relation.columns.flatMap((column) => {
    const { name } = column;
    if (inherited.has(name)) return [];
    const names = [`${own}.${quoteIdentifier(name)}`, ...classification.originsOf(relation, name)];
    const meant =
      classification
        .tagsOf(relation, name)
        .some((tag) => tagKeys(tag).some((key) => wantedTags.has(key))) ||
      names.some((one) => columnKeys(one, shapes).some((key) => wantedColumns.has(key)));
    const why = meant ? maskFits(catalogue, column, maskOf(mask)) : undefined;
    return why === undefined ? [] : [{ name, why }];
  });
};

const unmatchedColumn = (
  text: string,
  { catalogue, relations }: Against,
): readonly RuleFinding[] => {
  const [schema, table, column] = parseParts(text) ?? [];
  if (!schema || !table || !column) return [];
  const key = patternKey(text);
  const shape = patternShape(text);
  const known = relations.some((relation) =>
    relation.columns.some(({ name }) =>
      columnKeys(`${formatName(relation)}.${quoteIdentifier(name)}`, [shape]).includes(key),
    ),
  );
  if (known) return [];
  const relation =
    schema.any || table.any ? undefined : catalogue.relation(schema.name, table.name);
  if (relation === undefined || column.any)
    return [warning([], `${text} names no column of this database`, 'check how it is spelled')];
  return [
    {
      severity: 'error',
      reason: 'ColumnMissing',
      path: [],
      message: `column ${quoteIdentifier(column.name)} of ${formatName(relation)} does not exist`,
      hint: 'write the name that the column has now: under another name this mask does not reach it',
    },
  ];
};
