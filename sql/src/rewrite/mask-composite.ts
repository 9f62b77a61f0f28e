import type { ColumnType, CompositeType } from './column-type.js';
import { cast, quoted, when } from './sql-text.js';

/** A row whose fields are masked one by one; undefined when the mask fits none of them. */
export const maskedRow = (
  value: string,
  { text, fields }: CompositeType,
  mask: (value: string, type: ColumnType) => string | undefined,
): string | undefined => {
  const masked = fields.map(({ name, type }) => {
    const field = mask(`(${value}).${quoted(name)}`, type);
    return field === undefined ? undefined : cast(field, type.text);
  });
  if (masked.every((field) => field === undefined)) return undefined;
  // `IS NOT NULL` of a row asks about its fields.
  return when(
    `${value} IS DISTINCT FROM NULL`,
    cast(`ROW(${masked.map((field) => field ?? 'NULL').join(', ')})`, text),
  );
};
