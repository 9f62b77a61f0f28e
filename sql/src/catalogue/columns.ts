import type { Column } from './catalogue.js';
import { num } from './rows.js';
import { oneOf, sinceOwn } from './sql.js';

// Of a large schema, statements name few relations. The columns of one stay the text that the server wrote, which
// takes a third of the memory, until somebody asks for them.

/** Of what format_type() writes, what does not depend on the search path. */
export const modifierText = (type: string, modifier: string): string =>
  `CASE WHEN ${modifier} OPERATOR(pg_catalog.>=) 0 THEN
    CASE WHEN ${oneOf(type, [1186, 1187])} THEN pg_catalog.regexp_replace(pg_catalog.format_type(${type}, ${modifier}), '^interval|\\[\\]$', '', 'g')
    ELSE pg_catalog.substring(pg_catalog.format_type(${type}, ${modifier}), '.*(\\([^()]*\\))') END END`;

/** A column's default, or what generates it. */
const expression = `(SELECT pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) FROM pg_catalog.pg_attrdef ad
       WHERE ad.adrelid OPERATOR(pg_catalog.=) a.attrelid AND ad.adnum OPERATOR(pg_catalog.=) a.attnum)`;

/** The live columns of the relation `c`, by number, as one text, and whether one of them is generated. */
export const columnsQuery = `SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
    ${modifierText('a.atttypid', 'a.atttypmod')},
    CASE WHEN a.attgenerated OPERATOR(pg_catalog.<>) '' THEN ${expression} END,
    CASE WHEN a.attcollation OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND a.attcollation OPERATOR(pg_catalog.<>) 100::pg_catalog.oid
      AND ${sinceOwn('a.attrelid')} THEN
      (SELECT pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(co.collname)) FROM pg_catalog.pg_collation co
       JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) co.collnamespace WHERE co.oid OPERATOR(pg_catalog.=) a.attcollation) END,
    CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' THEN '' WHEN a.atthasdef AND a.attgenerated OPERATOR(pg_catalog.=) '' AND ${sinceOwn('a.attrelid')} THEN ${expression} END)
    ORDER BY a.attnum) AS text,
  pg_catalog.bool_or(a.attgenerated OPERATOR(pg_catalog.<>) '') AS generated
  FROM pg_catalog.pg_attribute a
  WHERE c.relkind OPERATOR(pg_catalog.<>) 't'::pg_catalog."char" AND a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped`;

/** What `columnsQuery` says of a column. JSON has OIDs as texts. */
type ColumnRow = readonly [
  number: number,
  name: string,
  type: string,
  typmod: number,
  notNull: boolean,
  modifier: string | null,
  generated: string | null,
  collation: string | null,
  byDefault: string | null,
];

type Comments = readonly (readonly [number: number, comment: string])[];

/** The columns of a relation. */
export class Columns {
  /** Is one generated, or has it a comment? */
  readonly marked: boolean;
  private source: string | Columns;
  private readonly comments: Comments;
  private made: readonly Column[] | undefined;

  /** @param source what `columnsQuery` gave, or the columns that get comments */
  constructor(source: string | Columns, marked: boolean, comments: Comments = []) {
    this.source = source;
    this.marked = marked;
    this.comments = comments;
  }

  /** From now on they are there, and their text is not. */
  get all(): readonly Column[] {
    this.made ??= this.look();
    this.source = '';
    return this.made;
  }

  /** For one caller, who does not keep them. */
  look(): readonly Column[] {
    if (this.made) return this.made;
    return typeof this.source === 'string'
      ? columnsFrom(this.source)
      : withComments(this.source.look(), this.comments);
  }

  with(comments: Comments | undefined): Columns {
    return comments === undefined ? this : new Columns(this, true, comments);
  }
}

const columnsFrom = (json: string): readonly Column[] =>
  (JSON.parse(json) as readonly ColumnRow[]).map(
    ([number, name, type, typmod, notNull, modifier, generated, collation, byDefault]) => ({
      name,
      number,
      type: num(type),
      typmod,
      notNull,
      ...(modifier === null ? {} : { modifier }),
      ...(generated === null ? {} : { generated }),
      ...(collation === null ? {} : { collation }),
      ...(byDefault === null ? {} : { default: byDefault }),
    }),
  );

const withComments = (columns: readonly Column[], comments: Comments): readonly Column[] => {
  const texts = new Map(comments);
  return columns.map((column) => {
    const comment = texts.get(column.number);
    return comment === undefined ? column : { ...column, comment };
  });
};

/** Every TOAST table has these (src/backend/catalog/toasting.c). */
export const toastColumns = new Columns(
  JSON.stringify([
    [1, 'chunk_id', '26', -1, false, null, null, null, null],
    [2, 'chunk_seq', '23', -1, false, null, null, null, null],
    [3, 'chunk_data', '17', -1, false, null, null, null, null],
  ] satisfies readonly ColumnRow[]),
  false,
);
