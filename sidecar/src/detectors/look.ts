/**
 * How a value is looked at:
 * - `text`: the whole of it is text
 * - `jsonb`: text behind a version byte, as jsonb and jsonpath are sent in binary
 * - `array`, `record`, `hstore`: the binary forms, with values inside that are looked at one by one
 * - `skip`: the type holds no text
 * - `opaque`: binary, of a type that is not known here; it passes as it is
 */
export type Look = 'text' | 'jsonb' | 'array' | 'record' | 'hstore' | 'skip' | 'opaque';

/** A column as RowDescription tells it. */
export interface ColumnShape {
  /** OID */
  readonly dataType: number;
  /** 0 text, 1 binary */
  readonly format: 0 | 1;
}

/** OIDs of PostgreSQL's own types, src/include/catalog/pg_type.dat. */
const noText: readonly number[] = [
  // bool, bytea, "char", int8, int2, int4, regproc, oid, tid, xid, cid; pg_lsn, xid8
  ...[16, 17, 18, 20, 21, 23, 24, 26, 27, 28, 29, 3220, 5069],
  // geometry: point, lseg, path, box, polygon, line, circle
  ...[600, 601, 602, 603, 604, 628, 718],
  // float4, float8, money, numeric; macaddr, macaddr8
  ...[700, 701, 790, 1700, 829, 774],
  // date, time, timestamp, timestamptz, interval, timetz; bit, varbit; uuid
  ...[1082, 1083, 1114, 1184, 1186, 1266, 1560, 1562, 2950],
  // arrays of these
  ...[
    1000, 1001, 1002, 1005, 1007, 1016, 1021, 1022, 1028, 1231, 791, 1115, 1182, 1183, 1185, 1187,
  ],
  ...[1270, 1561, 1563, 2951, 1017],
  // ranges and multiranges of numbers and times
  ...[3904, 3906, 3908, 3910, 3912, 3926, 4451, 4532, 4533, 4534, 4535, 4536],
  // void
  2278,
];

/** In binary the same bytes as in text: text, varchar, bpchar, name, json, xml, unknown, cstring, refcursor. */
const plain: readonly number[] = [25, 1043, 1042, 19, 114, 142, 705, 2275, 1790];

/** Arrays of `plain`, of jsonb and jsonpath, of records. */
const arrays: readonly number[] = [1009, 1015, 1014, 1003, 199, 143, 2201, 3807, 4073, 2287, 1263];

const binary = new Map<number, Look>([
  ...noText.map((type) => [type, 'skip'] as const),
  ...plain.map((type) => [type, 'text'] as const),
  ...arrays.map((type) => [type, 'array'] as const),
  [3802, 'jsonb'],
  [4072, 'jsonb'],
  [2249, 'record'],
]);
const skippedAsText = new Set(noText);

/** Types of the database's own, citext for one, that are sent in binary; by OID. */
export type OwnTypes = ReadonlyMap<number, Look>;

/**
 * How values of a column are looked at. Of types with text and of unknown ones everything sent as text is; in binary
 * only what is known. Numbers are no text: an identifier in a column of bigint is not looked for.
 *
 * @param own what the catalogue tells of types the database defined itself
 */
export function lookOf({ dataType, format }: ColumnShape, own?: OwnTypes): Look {
  if (format === 0) return skippedAsText.has(dataType) ? 'skip' : 'text';
  return binary.get(dataType) ?? own?.get(dataType) ?? 'opaque';
}

/**
 * How each column of a row is looked at.
 *
 * @param exempt indices of columns that are masked already or need none
 */
export const looksOf = (
  columns: readonly ColumnShape[],
  exempt: ReadonlySet<number>,
  own?: OwnTypes,
): readonly Look[] => columns.map((column, i) => (exempt.has(i) ? 'skip' : lookOf(column, own)));
