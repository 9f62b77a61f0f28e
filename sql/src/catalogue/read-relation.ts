import type { Column, Relation } from './catalogue.js';
import type { Columns } from './columns.js';

/**
 * A relation as it was read, whose columns are made when somebody asks for them. A spread of it would lack them:
 * `toJSON` gives a plain one.
 */
export class ReadRelation implements Relation {
  declare readonly definition?: string;
  declare readonly foreignKeys?: NonNullable<Relation['foreignKeys']>;
  declare readonly keys?: NonNullable<Relation['keys']>;
  declare readonly calls?: NonNullable<Relation['calls']>;
  declare readonly rowSecurity?: NonNullable<Relation['rowSecurity']>;
  declare readonly server?: string;
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: Relation['kind'];
  readonly temporary: boolean;
  readonly partition: boolean;
  readonly parents: Relation['parents'];
  readonly primaryKey: Relation['primaryKey'];
  readonly triggers: Relation['triggers'];
  readonly rules: Relation['rules'];
  readonly #columns: Columns;

  /** @param parts what others say of it too */
  constructor(parts: Omit<Relation, 'columns'>, columns: Columns) {
    this.oid = parts.oid;
    this.schema = parts.schema;
    this.name = parts.name;
    this.kind = parts.kind;
    this.temporary = parts.temporary;
    this.partition = parts.partition;
    this.parents = parts.parents;
    this.primaryKey = parts.primaryKey;
    this.triggers = parts.triggers;
    this.rules = parts.rules;
    this.#columns = columns;
    // Few have these.
    const { definition, foreignKeys, keys, calls, rowSecurity, server } = parts;
    if (definition !== undefined) this.definition = definition;
    if (foreignKeys !== undefined) this.foreignKeys = foreignKeys;
    if (keys !== undefined) this.keys = keys;
    if (calls !== undefined) this.calls = calls;
    if (rowSecurity !== undefined) this.rowSecurity = rowSecurity;
    if (server !== undefined) this.server = server;
  }

  get columns(): readonly Column[] {
    return this.#columns.all;
  }

  /** Is a column generated, or has it a comment? Asking for that makes no columns. */
  get marked(): boolean {
    return this.#columns.marked;
  }

  /** Its columns for one caller, who does not keep them. */
  look(): readonly Column[] {
    return this.#columns.look();
  }

  /** Were the columns of both read once? */
  sharesColumns(other: ReadRelation): boolean {
    return this.#columns === other.#columns;
  }

  /** A plain one, which does not make this one larger. */
  toJSON(): Relation {
    return Object.assign({}, this, { columns: this.#columns.look() });
  }
}

/** The columns of both, if something may tell them apart. Of one that was read, they are not made. */
export const columnsThatChanged = (
  before: Relation,
  now: Relation,
): readonly [readonly Column[], readonly Column[]] | undefined => {
  if (!(before instanceof ReadRelation && now instanceof ReadRelation))
    return before.columns === now.columns ? undefined : [before.columns, now.columns];
  return before.sharesColumns(now) ? undefined : [before.look(), now.look()];
};

/** Columns that are generated or have a comment. */
export const markedColumns = (relation: Relation): readonly Column[] =>
  relation instanceof ReadRelation && !relation.marked
    ? []
    : relation.columns.filter((c) => c.generated !== undefined || c.comment !== undefined);
