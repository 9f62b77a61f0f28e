import type { AlterTableCmd } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import { mentionedColumns } from '../effects/mentioned-columns.js';
import { formatName } from '../names.js';
import { as } from '../parse/nodes.js';
import { publicName } from '../resolve/path.js';
import type { Change } from './change.js';
import { refuse, type Wanted } from './checks.js';
import { filterSql } from './row-filter.js';
import { orUnfit } from './unfit.js';

// ALTER TABLE of a relation with a row filter: rows that the filter hides must not come to satisfy it, neither by new
// values for all of them nor by another column under a name that the filter knows.

const why = (cmd: AlterTableCmd, looked: (column: string) => boolean): string | undefined => {
  const { subtype, name = '', def } = cmd;
  const column = as(def, 'ColumnDef');
  if (subtype === 'AT_SetExpression' || (subtype === 'AT_AlterColumnType' && column?.raw_default))
    return `${name} of every row would be written anew`;
  if (subtype === 'AT_DropColumn' && looked(name)) return `${name} decides about it`;
  return undefined;
};

/** @throws RewriteRefusal */
export const checkFilteredDefinition = (analyzed: Analyzed, want: Wanted, change: Change): void => {
  const stmt = as(analyzed.statement.node.stmt, 'AlterTableStmt');
  if (!stmt || want.filters.size === 0) return;
  const { resolver: r } = analyzed.resolved;
  for (const { relation, node } of r.subjects) {
    const name = formatName(publicName(r.path, relation));
    const columns = new Set<string>();
    const filters = want.filters.get(name);
    if (!filters) continue;
    for (const sql of filters)
      orUnfit(analyzed, { relation, node }, () =>
        filterSql(sql, relation, analyzed.catalogue, change.session, {
          columns,
          ...(change.former ? { former: change.former } : {}),
        }),
      );
    const looked = (column: string): boolean =>
      columns.has(column) ||
      relation.columns.some(
        (one) =>
          columns.has(one.name) &&
          one.generated !== undefined &&
          mentionedColumns(relation, one.generated).includes(column),
      );
    for (const cmd of stmt.cmds ?? []) {
      const command = as(cmd, 'AlterTableCmd');
      const reason = command && why(command, looked);
      if (reason === undefined) continue;
      throw refuse(
        analyzed,
        analyzed.analysis.command,
        node.location,
        `${name} has a row filter for this identity: ${reason}`,
        'Have it run by a role or workload without a row filter on this table.',
      );
    }
  }
};
