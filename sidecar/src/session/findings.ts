import type { ColumnFinding } from '../audit/sink.js';
import type { ColumnFindings } from '../detectors/index.js';
import type { Watch } from '../enforcement/watch.js';
import { type Catalogue, formatName, quoteIdentifier } from '@postern/sql';
import type { Field } from '../wire/backend/row-description.js';

/** Columns that one event names; a result of more that hold such values needs no longer list. */
const mostColumns = 64;

/** What was found, with the names of the columns it was found in. */
export function columnFindings(
  found: readonly ColumnFindings[],
  { mode, columns, catalogue }: Watch,
  fields: readonly Field[] | undefined,
): readonly ColumnFinding[] {
  return found.slice(0, mostColumns).map(({ column, looked, found: kinds }) => {
    const field = fields?.[column];
    const known =
      fields === undefined || fields.length === columns.length ? columns[column] : undefined;
    return {
      position: column + 1,
      name: field?.name ?? known?.name ?? '',
      source: (field && originOf(field, catalogue)) ?? known?.source ?? '',
      looked,
      found: kinds.map(({ id, values }) => ({ tag: id, values })),
      masked: mode === 'mask',
    };
  });
}

/** The column that the server says the values are of. A temporary table is nobody else's to classify. */
function originOf({ table, attribute }: Field, catalogue: Catalogue): string | undefined {
  if (table === 0 || attribute <= 0) return undefined;
  const relation = catalogue.relationByOid(table);
  const column = relation?.columns.find(({ number }) => number === attribute);
  if (relation === undefined || column === undefined) return undefined;
  return relation.temporary ? '' : `${formatName(relation)}.${quoteIdentifier(column.name)}`;
}
