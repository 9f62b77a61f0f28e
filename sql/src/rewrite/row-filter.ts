import type { Node } from '@pgsql/types';
import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import { SqlError, type SqlErrorCode } from '../errors.js';
import { formatName, type ObjectName } from '../names.js';
import { as } from '../parse/nodes.js';
import { parse } from '../parse/parser.js';
import { characterPosition, offsetsOf } from '../parse/positions.js';
import { filterText, formerReadings, type FilterContext } from './filter-text.js';

/** Why a row filter cannot be used. */
export interface RowFilterProblem {
  readonly code: SqlErrorCode;
  readonly message: string;
  /** characters of the filter, from 1 */
  readonly position?: number;
}

const prefix = 'SELECT 1 WHERE (';

/** The filter as the one condition of a SELECT that has nothing else; text that breaks out of it is refused. */
const conditionOf = (sql: string): Node => {
  let statements;
  try {
    statements = parse(`${prefix}${sql}\n)`);
  } catch (error) {
    if (error instanceof SqlError && error.position !== undefined)
      throw new SqlError(error.code, error.message, {
        position: Math.max(error.position - prefix.length, 1),
        cause: error,
      });
    throw error;
  }
  const [only, ...more] = statements;
  const select = as(only?.node.stmt, 'SelectStmt');
  const allowed = new Set(['targetList', 'whereClause', 'limitOption', 'op']);
  if (
    !select?.whereClause ||
    more.length > 0 ||
    Object.keys(select).some((key) => !allowed.has(key))
  )
    throw new SqlError('syntax', 'a row filter is one condition');
  return select.whereClause;
};

const context = (
  sql: string,
  relation: Relation | undefined,
  catalogue: Catalogue | undefined,
  session: Readonly<Record<string, string>>,
): FilterContext => {
  const text = `${prefix}${sql}`;
  const offset = offsetsOf(text);
  return {
    relation,
    catalogue,
    session,
    position: (location) =>
      Math.max(characterPosition(text, offset(Math.max(location ?? 0, 0))) - prefix.length, 1),
  };
};

/**
 * The filter as SQL in which nothing depends on search_path.
 *
 * @param more.former  names that columns had before: it holds for whoever bears or bore the names that it is written with
 * @param more.alias   name that its columns are written with
 * @param more.columns is given the names of the columns that it looks at
 * @throws SqlError
 */
export const filterSql = (
  sql: string,
  relation: Relation,
  catalogue: Catalogue,
  session: Readonly<Record<string, string>>,
  more: Pick<FilterContext, 'alias' | 'columns' | 'former'> = {},
): string => {
  const condition = conditionOf(sql);
  const own = { ...context(sql, relation, catalogue, session), ...more };
  const text = filterText(condition, own);
  const readings = own.former ? formerReadings(condition, own) : 0;
  const others = Array.from({ length: readings }, (_, bearer) =>
    filterText(condition, { ...own, bearer }),
  );
  return readings === 0 ? text : [...new Set([text, ...others])].join(' AND ');
};

/**
 * Checks a filter; no problems for a good one. Without a relation and catalogue only what the text itself shows.
 */
export const checkRowFilter = (
  sql: string,
  relation?: ObjectName,
  catalogue?: Catalogue,
): readonly RowFilterProblem[] => {
  try {
    const found = relation && catalogue?.relation(relation.schema, relation.name);
    if (relation && catalogue && !found)
      throw new SqlError('undefined-table', `relation "${formatName(relation)}" does not exist`);
    filterText(conditionOf(sql), context(sql, found, catalogue, {}));
    return [];
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { code, message, position } = error;
    return [{ code, message, ...(position === undefined ? {} : { position }) }];
  }
};
