import type { ObjectName } from './names.js';

/** What a statement does to a relation or function; the words of `policy.md`. */
export type Action =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'copy-in'
  | 'copy-out'
  | 'ddl'
  | 'privilege'
  | 'config'
  | 'execute';

/** How a column is used; `output` reaches the client or the written row. */
export type Use = 'output' | 'filter' | 'join' | 'group' | 'order' | 'write';

export interface ColumnUse {
  readonly name: string;
  readonly uses: readonly Use[];
}

/** One relation (or function, or setting) touched in one way. */
export interface Access {
  readonly action: Action;
  /** The relation, or for `execute` the function; absent for objects without a schema (roles, settings, databases). */
  readonly object?: ObjectName;
  readonly columns: readonly ColumnUse[];
  /** For a view: every relation its definition reads, directly or through other views. */
  readonly through: readonly ObjectName[];
  /** Of LOCK TABLE, in PostgreSQL's words: `access exclusive`. The action is the right that it takes; no row is touched. */
  readonly lock?: string;
  /** False for `pg_catalog` and `information_schema`: readable without a rule. */
  readonly user: boolean;
}

/** An object other than a relation or function that a statement names: an extension, a role, a setting, a channel. */
export interface NamedObject {
  /** PostgreSQL's own word in small letters: `extension`, `event trigger`; `parameter` for a setting */
  readonly type: string;
  /** as SQL writes it, with the schema if the statement says it: `audit on public.orders` of what belongs to a relation */
  readonly name: string;
}

/** A part of the statement that this version cannot see through. Never ignored: policy refuses it near protected data. */
export interface NotUnderstood {
  /** PostgreSQL's own word for it, e.g. `JSON_TABLE`, `function public.f(integer)`. */
  readonly construct: string;
  /** Character offset in the statement text as the client sent it. */
  readonly position: number;
  /** The relations it can touch; `anything` when that cannot be bounded. */
  readonly reach: 'anything' | readonly ObjectName[];
}

export interface ColumnRef extends ObjectName {
  readonly column: string;
}

/** One output column and where it comes from. */
export interface OutputColumn {
  readonly name: string;
  readonly sources: readonly {
    readonly column: ColumnRef;
    readonly kind: 'identity' | 'transformation' | 'aggregation';
  }[];
  /** Columns that decide which rows there are, in which groups or order, without being in the value. */
  readonly influences: readonly ColumnRef[];
}

/** One column of a relation that gets values, and where they come from. */
export interface WrittenColumn extends Omit<OutputColumn, 'name'> {
  readonly target: ColumnRef;
  /** `create`: the relation is made of a query's rows, or the column of others (`GENERATED`, `USING`) */
  readonly action: 'insert' | 'update' | 'create';
}

/** What the statement does to the session itself; the proxy follows these. */
export type SessionEffect =
  | {
      readonly kind: 'transaction';
      readonly verb: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'other';
    }
  /** Name and meaning may have changed: `search_path`, `role`, ...; `*` when any may have. */
  | { readonly kind: 'settings'; readonly names: readonly string[] }
  | { readonly kind: 'prepare'; readonly name: string }
  | { readonly kind: 'execute'; readonly name: string }
  /** `name` absent: all */
  | { readonly kind: 'deallocate'; readonly name?: string }
  | { readonly kind: 'declare'; readonly name: string }
  | { readonly kind: 'fetch'; readonly name: string }
  | { readonly kind: 'discard' }
  /** Schema objects change; `temporary` when only pg_temp can be concerned. */
  | { readonly kind: 'catalogue'; readonly temporary: boolean };

export interface Flags {
  /** UPDATE or DELETE without a WHERE that looks at a row. */
  readonly unfiltered: boolean;
  /** A relation's rows come out, and no WHERE looks at its columns. */
  readonly wholesale: boolean;
  /** Nothing is written and no function with side effects is known to be called. */
  readonly readOnly: boolean;
}

/**
 * Everything Postern knows about one statement: the result of parse, resolve and effects.
 * Immutable and independent of any policy; the same for every identity.
 */
export interface Analysis {
  /** PostgreSQL's command tag without counts: `SELECT`, `DROP TABLE`, `CREATE INDEX`. */
  readonly command: string;
  readonly accesses: readonly Access[];
  /** What it names beside relations and functions. */
  readonly objects: readonly NamedObject[];
  /** Every function and procedure called, PostgreSQL's own too; several where overloads of schemas compete. */
  readonly calls: readonly ObjectName[];
  /** Functions called that are not plain immutable/stable built-ins, by name; built-in ones too when dangerous. */
  readonly functions: readonly ObjectName[];
  readonly output: readonly OutputColumn[];
  /** A column may occur twice: inserted, and updated on conflict. */
  readonly written: readonly WrittenColumn[];
  readonly flags: Flags;
  readonly notUnderstood: readonly NotUnderstood[];
  /**
   * Relations and functions of pg_catalog that show contents of the catalogue, which may be values of columns:
   * `Change.hidden` keeps those back.
   */
  readonly veiled: readonly string[];
  readonly sessionEffects: readonly SessionEffect[];
}
