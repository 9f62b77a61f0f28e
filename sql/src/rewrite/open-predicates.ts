import type { A_Expr, Node, TypeName } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import type { Column } from '../catalogue/catalogue.js';
import { as, text, texts, walk } from '../parse/nodes.js';
import type { RelationUse } from '../resolve/cells.js';
import { findType } from '../resolve/path.js';
import { baseType } from '../types/parts.js';
import { rawPrefix } from './substitute.js';

// `predicates: allow`: where a masked column is compared with a constant or a parameter for equality, it is compared as
// it is. Nothing else is applied to it there: no function, cast or operator that anybody has made.

/** FirstNormalObjectId: types below are PostgreSQL's own. */
const firstOwn = 16_384;

const isOwnType = ({ catalogue, resolved }: Analyzed, name: TypeName | undefined): boolean => {
  const names = texts(name?.names);
  const type = findType(catalogue, resolved.resolver.path, names.at(-2), names.at(-1) ?? '');
  return name?.pct_type !== true && type !== undefined && type.oid < firstOwn;
};

const isConstant = (analyzed: Analyzed, node: Node | undefined): boolean => {
  if (as(node, 'A_Const') ?? as(node, 'ParamRef')) return true;
  const cast = as(node, 'TypeCast');
  const arg = as(cast?.arg, 'A_Const') ?? as(cast?.arg, 'ParamRef');
  return arg !== undefined && isOwnType(analyzed, cast?.typeName);
};

const isEquality = ({ name = [] }: A_Expr): boolean => {
  const names = texts(name);
  return names.at(-1) === '=' && (names.length === 1 || names[0] === 'pg_catalog');
};

/** Byte offset of the column that is compared with constants; undefined when it is no such comparison. */
const compared = (analyzed: Analyzed, expression: A_Expr): number | undefined => {
  const { kind, lexpr, rexpr } = expression;
  if (!isEquality(expression)) return undefined;
  const locationOf = (node: Node | undefined): number | undefined => {
    const column = as(node, 'ColumnRef');
    const plain = column?.fields?.every((field) => as(field, 'String') && text(field) !== '');
    return plain === true ? (column?.location ?? 0) : undefined;
  };
  const constant = (node: Node): boolean => isConstant(analyzed, node);
  switch (kind) {
    case 'AEXPR_OP':
      if (rexpr && constant(rexpr)) return locationOf(lexpr);
      return lexpr && constant(lexpr) ? locationOf(rexpr) : undefined;
    case 'AEXPR_IN':
      return as(rexpr, 'List')?.items?.every(constant) === true ? locationOf(lexpr) : undefined;
    case 'AEXPR_OP_ANY': {
      const elements = as(rexpr, 'A_ArrayExpr')?.elements;
      const many = elements ? elements.every(constant) : rexpr !== undefined && constant(rexpr);
      return many ? locationOf(lexpr) : undefined;
    }
    default:
      return undefined;
  }
};

/** The conditions of a statement and its subqueries, and of their joins. */
const conditionsOf = (analyzed: Analyzed): readonly Node[] => {
  const found: Node[] = [];
  walk(analyzed.statement.node.stmt, (kind, content) => {
    const { whereClause, quals, joinCondition } = content as Readonly<Record<string, Node>>;
    if (['SelectStmt', 'UpdateStmt', 'DeleteStmt'].includes(kind) && whereClause)
      found.push(whereClause);
    if (kind === 'JoinExpr' && quals) found.push(quals);
    if (kind === 'MergeStmt' && joinCondition) found.push(joinCondition);
    return true;
  });
  return found;
};

/** Byte offsets of columns that are compared so, in conditions and what AND, OR and NOT make of them. */
export const comparedColumns = (analyzed: Analyzed): ReadonlySet<number> => {
  const found = new Set<number>();
  const look = (node: Node): void => {
    const bool = as(node, 'BoolExpr');
    if (bool) for (const arg of bool.args ?? []) look(arg);
    const expression = as(node, 'A_Expr');
    const at = expression && compared(analyzed, expression);
    if (at !== undefined) found.add(at);
  };
  for (const condition of conditionsOf(analyzed)) look(condition);
  return found;
};

/** Does `=` mean PostgreSQL's own, whatever the constant is? */
const hasOwnEquality = ({ catalogue }: Analyzed, { type }: Column): boolean => {
  const base = baseType(catalogue, type);
  const known = catalogue.typeByOid(base);
  const isKnown = base < firstOwn || known?.kind === 'e';
  const others = catalogue.operators('=').filter(({ schema }) => schema !== 'pg_catalog');
  return (
    isKnown &&
    !catalogue.userCast(base) &&
    !catalogue.userCast(type) &&
    others.every(
      ({ extension, left, right }) =>
        extension !== undefined &&
        left !== base &&
        right !== base &&
        left !== type &&
        right !== type,
    )
  );
};

/**
 * The places where a use's columns are compared as they are.
 *
 * @param open the masked columns that may be
 */
export const rawReferences = (
  analyzed: Analyzed,
  use: RelationUse,
  open: ReadonlySet<string>,
  places: ReadonlySet<number>,
): ReadonlySet<number> => {
  const found = new Set<number>();
  for (const { name, location } of use.references) {
    const column = use.relation.columns.find((one) => one.name === name);
    if (column && open.has(name) && places.has(location) && hasOwnEquality(analyzed, column))
      found.add(location);
  }
  return found;
};

/**
 * Could the statement come to the column as it is, of which its subquery has one more? By the row of a join, by a join
 * over all columns of one name, or by its name.
 */
export const reachesRaw = (analyzed: Analyzed): boolean => {
  const { source, start, end, node } = analyzed.statement;
  const text = source.slice(start, end);
  let found = text.toLowerCase().includes(rawPrefix) || /u&"/i.test(text);
  walk(node.stmt, (kind, content) => {
    found ||=
      kind === 'JoinExpr' && (content['alias'] !== undefined || content['isNatural'] === true);
    return !found;
  });
  return found;
};
