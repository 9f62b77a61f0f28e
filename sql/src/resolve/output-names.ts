import type { Node, SelectStmt } from '@pgsql/types';
import { as, kindOf, text } from '../parse/nodes.js';

interface Figured {
  readonly name: string;
  /** 2: a good name; 1: only for want of a better one */
  readonly strength: 0 | 1 | 2;
}

const none: Figured = { name: '?column?', strength: 0 };
const good = (name: string): Figured => ({ name, strength: 2 });

const sqlValue = (op: string): string =>
  op
    .replace(/^SVFOP_/, '')
    .replace(/_N$/, '')
    .toLowerCase();

/** The side of a set operation that names its columns. */
const leftmost = (query: SelectStmt | undefined): SelectStmt | undefined =>
  query?.larg ? leftmost(query.larg) : query;

/** PostgreSQL's FigureColnameInternal (parse_target.c). */
const figure = (node: Node | undefined): Figured => {
  const kind = node && kindOf(node);
  switch (kind) {
    case 'ColumnRef': {
      const last = as(node, 'ColumnRef')
        ?.fields?.filter((f) => as(f, 'String'))
        .at(-1);
      return last ? good(text(last)) : none;
    }
    case 'A_Indirection': {
      const part = as(node, 'A_Indirection');
      const last = part?.indirection?.filter((f) => as(f, 'String')).at(-1);
      return last ? good(text(last)) : figure(part?.arg);
    }
    case 'FuncCall':
      return good(text(as(node, 'FuncCall')?.funcname?.at(-1)));
    case 'A_Expr':
      return as(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? good('nullif') : none;
    case 'TypeCast': {
      const cast = as(node, 'TypeCast');
      const inner = figure(cast?.arg);
      const type = text(cast?.typeName?.names?.at(-1));
      return inner.strength === 2 || type === '' ? inner : { name: type, strength: 1 };
    }
    case 'CollateClause':
      return figure(as(node, 'CollateClause')?.arg);
    case 'GroupingFunc':
      return good('grouping');
    case 'MergeSupportFunc':
      return good('merge_action');
    case 'SubLink': {
      const link = as(node, 'SubLink');
      if (link?.subLinkType === 'EXISTS_SUBLINK') return good('exists');
      if (link?.subLinkType === 'ARRAY_SUBLINK') return good('array');
      if (link?.subLinkType !== 'EXPR_SUBLINK') return none;
      const query = leftmost(as(link.subselect, 'SelectStmt'));
      if (query?.valuesLists) return good('column1');
      const target = as(query?.targetList?.[0], 'ResTarget');
      return target ? good(target.name ?? figure(target.val).name) : none;
    }
    case 'CaseExpr': {
      const inner = figure(as(node, 'CaseExpr')?.defresult);
      return inner.strength === 2 ? inner : { name: 'case', strength: 1 };
    }
    case 'A_ArrayExpr':
      return good('array');
    case 'RowExpr':
      return good('row');
    case 'CoalesceExpr':
      return good('coalesce');
    case 'MinMaxExpr':
      return good(as(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest');
    case 'SQLValueFunction':
      return good(sqlValue(as(node, 'SQLValueFunction')?.op ?? ''));
    case 'XmlExpr': {
      const op = as(node, 'XmlExpr')?.op ?? '';
      return op === 'IS_DOCUMENT' ? none : good(op.replace(/^IS_/, '').toLowerCase());
    }
    case 'XmlSerialize':
      return good('xmlserialize');
    case 'JsonParseExpr':
      return good('json');
    case 'JsonScalarExpr':
      return good('json_scalar');
    case 'JsonSerializeExpr':
      return good('json_serialize');
    case 'JsonObjectConstructor':
      return good('json_object');
    case 'JsonArrayConstructor':
    case 'JsonArrayQueryConstructor':
      return good('json_array');
    case 'JsonObjectAgg':
      return good('json_objectagg');
    case 'JsonArrayAgg':
      return good('json_arrayagg');
    case 'JsonFuncExpr':
      return good((as(node, 'JsonFuncExpr')?.op ?? '').replace(/_OP$/, '').toLowerCase());
    default:
      return none;
  }
};

/** The name PostgreSQL gives to a select list entry without an alias. */
export const outputName = (node: Node | undefined): string => figure(node).name;
