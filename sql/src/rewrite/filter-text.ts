import type { A_Const, A_Expr, FuncCall, Node, TypeName } from '@pgsql/types';
import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import { type FormerNames, noFormerNames } from '../classification/borne-names.js';
import { SqlError, type SqlErrorCode } from '../errors.js';
import { as, kindOf, texts } from '../parse/nodes.js';
import { isSessionAttribute } from './session-attributes.js';
import { literal, op, quoted } from './sql-text.js';

/** What a row filter is written against. */
export interface FilterContext {
  /** absent: column names are not checked */
  readonly relation: Relation | undefined;
  readonly catalogue: Catalogue | undefined;
  readonly session: Readonly<Record<string, string>>;
  /** name of the row source, where columns have to be written with it */
  readonly alias?: string;
  /** names that columns had before */
  readonly former?: FormerNames;
  /** which of the columns that had a name before to take for it; undefined: that which has it now */
  readonly bearer?: number;
  /** notes the columns that it looks at */
  readonly columns?: Set<string>;
  /** a location of the parsed text as a position in the filter */
  readonly position: (location: number | undefined) => number;
}

const problem = (
  c: FilterContext,
  code: SqlErrorCode,
  message: string,
  location?: number,
): SqlError => new SqlError(code, message, { position: c.position(location) });

const constant = (c: FilterContext, value: A_Const): string => {
  if (value.isnull) return 'NULL';
  if (value.ival) return `(${value.ival.ival ?? 0})`;
  if (value.fval) return `(${value.fval.fval ?? '0'})`;
  if (value.boolval) return value.boolval.boolval === true ? 'true' : 'false';
  if (value.sval) return literal(value.sval.sval ?? '');
  throw problem(c, 'syntax', 'this kind of constant has no place in a row filter', value.location);
};

const attribute = (
  c: FilterContext,
  path: readonly string[],
  location: number | undefined,
): string => {
  if (!isSessionAttribute(path))
    throw problem(
      c,
      'undefined-object',
      `unknown session attribute session.${path.join('.')}`,
      location,
    );
  const wanted = `session.${path.join('.')}`.toLowerCase();
  const found = Object.entries(c.session).find(([name]) => name.toLowerCase() === wanted);
  return found ? literal(found[1]) : 'NULL';
};

/** The column that bears the name, or bore it. */
const bearerOf = (c: FilterContext, relation: Relation, name: string): string | undefined => {
  const now = relation.columns.some((one) => one.name === name) ? name : undefined;
  const before = c.former?.bearers(relation, name) ?? [];
  if (c.bearer === undefined) return now ?? before[0];
  return before[c.bearer] ?? now ?? before[0];
};

/** Of how many columns that had another's name must the filter hold as well? */
export const formerReadings = (node: Node, c: FilterContext): number => {
  let most = 0;
  filterText(node, {
    ...c,
    former: {
      ...noFormerNames,
      bearers: (relation, name) => {
        const found = c.former?.bearers(relation, name) ?? [];
        most = Math.max(most, found.length);
        return found;
      },
    },
  });
  return most;
};

const column = (
  c: FilterContext,
  names: readonly string[],
  location: number | undefined,
): string => {
  const name = names.at(-1) ?? '';
  const { relation } = c;
  if (!relation) return quoted(name);
  const qualifier = names.slice(0, -1);
  const own =
    qualifier.length === 0 ||
    (qualifier.at(-1) === relation.name &&
      (qualifier.length === 1 || qualifier[0] === relation.schema));
  if (!own || names.length > 3)
    throw problem(
      c,
      'undefined-table',
      `missing FROM-clause entry for table "${qualifier.join('.')}"`,
      location,
    );
  const found = bearerOf(c, relation, name);
  if (found === undefined)
    throw problem(c, 'undefined-column', `column "${name}" does not exist`, location);
  c.columns?.add(found);
  return c.alias === undefined ? quoted(found) : `${quoted(c.alias)}.${quoted(found)}`;
};

const symbolOf = (c: FilterContext, expression: A_Expr): string => {
  const names = texts(expression.name);
  if (names.length > 1 && names[0] !== 'pg_catalog')
    throw problem(
      c,
      'undefined-object',
      "a row filter uses PostgreSQL's own operators only",
      expression.location,
    );
  return names.at(-1) ?? '';
};

const compared = (c: FilterContext, expression: A_Expr): string => {
  const symbol = symbolOf(c, expression);
  const left = expression.lexpr ? filterText(expression.lexpr, c) : undefined;
  const list = as(expression.rexpr, 'List')?.items;
  const rights = (list ?? (expression.rexpr ? [expression.rexpr] : [])).map((node) =>
    filterText(node, c),
  );
  const [right = 'NULL', second = 'NULL'] = rights;
  switch (expression.kind) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return left === undefined
        ? `(OPERATOR(pg_catalog.${symbol}) ${right})`
        : op(left, symbol, right);
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return `(${left ?? 'NULL'} OPERATOR(pg_catalog.${symbol}) ${expression.kind === 'AEXPR_OP_ANY' ? 'ANY' : 'ALL'} (${right}))`;
    case 'AEXPR_IN':
      return `(${rights.map((one) => op(left ?? 'NULL', symbol, one)).join(symbol === '=' ? ' OR ' : ' AND ')})`;
    case 'AEXPR_BETWEEN':
      return `(${op(left ?? 'NULL', '>=', right)} AND ${op(left ?? 'NULL', '<=', second)})`;
    case 'AEXPR_NOT_BETWEEN':
      return `(${op(left ?? 'NULL', '<', right)} OR ${op(left ?? 'NULL', '>', second)})`;
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const l = left ?? 'NULL';
      const distinct = `((${l} IS NULL AND ${right} IS NOT NULL) OR (${l} IS NOT NULL AND ${right} IS NULL) OR (${op(l, '<>', right)} IS TRUE))`;
      return expression.kind === 'AEXPR_DISTINCT' ? distinct : `(NOT ${distinct})`;
    }
    default:
      throw problem(
        c,
        'syntax',
        'this comparison has no place in a row filter',
        expression.location,
      );
  }
};

const builtIn = (c: FilterContext, names: readonly string[]): boolean =>
  names.length === 1 || names[0] === 'pg_catalog'
    ? c.catalogue?.routine('pg_catalog', names.at(-1) ?? '') !== undefined
    : false;

const called = (c: FilterContext, call: FuncCall): string => {
  const names = texts(call.funcname);
  if (call.over || call.agg_star || call.agg_distinct || call.agg_filter || call.agg_within_group)
    throw problem(
      c,
      'syntax',
      'aggregates and windows have no place in a row filter',
      call.location,
    );
  const schema = names.length === 1 || names[0] === 'pg_catalog' ? 'pg_catalog' : names[0];
  if (c.catalogue && schema === 'pg_catalog' && !builtIn(c, names))
    throw problem(
      c,
      'undefined-function',
      `function ${names.join('.')} does not exist in pg_catalog; a function of yours needs its schema`,
      call.location,
    );
  const args = (call.args ?? []).map((arg) => filterText(arg, c)).join(', ');
  return `${quoted(schema ?? 'pg_catalog')}.${quoted(names.at(-1) ?? '')}(${args})`;
};

const typeName = (c: FilterContext, type: TypeName): string => {
  const names = texts(type.names);
  const modifiers = (type.typmods ?? []).map((node) => filterText(node, c)).join(', ');
  const schema = names.length > 1 ? (names.at(-2) ?? '') : 'pg_catalog';
  return `${quoted(schema)}.${quoted(names.at(-1) ?? '')}${modifiers === '' ? '' : `(${modifiers})`}${type.arrayBounds ? '[]' : ''}`;
};

const nullTests = { IS_NULL: 'IS NULL', IS_NOT_NULL: 'IS NOT NULL' } as const;

/** A condition, fully in parentheses: an operator written with its schema has another precedence. */
export const filterText = (node: Node, c: FilterContext): string => {
  const value = as(node, 'A_Const');
  if (value) return constant(c, value);
  const ref = as(node, 'ColumnRef');
  if (ref) {
    const names = texts(ref.fields);
    if (ref.fields?.some((f) => as(f, 'A_Star')))
      throw problem(c, 'syntax', '* has no place in a row filter', ref.location);
    return names[0] === 'session' && names.length > 1 && c.relation?.name !== 'session'
      ? attribute(c, names.slice(1), ref.location)
      : column(c, names, ref.location);
  }
  const expression = as(node, 'A_Expr');
  if (expression) return compared(c, expression);
  const bool = as(node, 'BoolExpr');
  if (bool) {
    const parts = (bool.args ?? []).map((arg) => filterText(arg, c));
    if (bool.boolop === 'NOT_EXPR') return `(NOT ${parts[0] ?? 'NULL'})`;
    return `(${parts.join(bool.boolop === 'AND_EXPR' ? ' AND ' : ' OR ')})`;
  }
  const nullTest = as(node, 'NullTest');
  if (nullTest?.arg)
    return `(${filterText(nullTest.arg, c)} ${nullTests[nullTest.nulltesttype ?? 'IS_NULL']})`;
  const boolTest = as(node, 'BooleanTest');
  if (boolTest?.arg)
    return `(${filterText(boolTest.arg, c)} ${(boolTest.booltesttype ?? 'IS_TRUE').replace('IS_NOT_', 'IS NOT ').replace('IS_', 'IS ')})`;
  const call = as(node, 'FuncCall');
  if (call) return called(c, call);
  const cast = as(node, 'TypeCast');
  if (cast?.arg && cast.typeName)
    return `(${filterText(cast.arg, c)})::${typeName(c, cast.typeName)}`;
  const coalesce = as(node, 'CoalesceExpr');
  if (coalesce) return `COALESCE(${(coalesce.args ?? []).map((a) => filterText(a, c)).join(', ')})`;
  const array = as(node, 'A_ArrayExpr');
  if (array) return `ARRAY[${(array.elements ?? []).map((a) => filterText(a, c)).join(', ')}]`;
  if (as(node, 'SQLValueFunction')) return sqlValue(c, node);
  throw problem(
    c,
    'syntax',
    `${kindOf(node) ?? 'this'} has no place in a row filter: it compares columns, constants and session attributes`,
  );
};

const sqlValue = (c: FilterContext, node: Node): string => {
  const { op: which, location } = as(node, 'SQLValueFunction') ?? {};
  const words: Readonly<Record<string, string>> = {
    SVFOP_CURRENT_DATE: 'CURRENT_DATE',
    SVFOP_CURRENT_TIMESTAMP: 'CURRENT_TIMESTAMP',
    SVFOP_LOCALTIMESTAMP: 'LOCALTIMESTAMP',
    SVFOP_CURRENT_USER: 'CURRENT_USER',
    SVFOP_SESSION_USER: 'SESSION_USER',
  };
  const word = words[which ?? ''];
  if (!word) throw problem(c, 'syntax', 'this value has no place in a row filter', location);
  return word;
};
