import type { ObjectName } from '../names.js';

/** `pg_class.relkind`: table, partitioned table, view, materialised view, foreign table, sequence, composite type, TOAST table. */
export type RelationKind = 'r' | 'p' | 'v' | 'm' | 'f' | 'S' | 'c' | 't';

export interface Column {
  readonly name: string;
  /** `attnum`, from 1 */
  readonly number: number;
  /** OID of the type, and its modifier (-1: none) */
  readonly type: number;
  readonly typmod: number;
  /** the modifier as SQL writes it behind the type's name: `(20)`, `(10,2)`, ` day to second(3)` */
  readonly modifier?: string;
  readonly notNull: boolean;
  /** the expression of a generated column */
  readonly generated?: string;
  /** if it says what the column holds: `postern:pii.email` */
  readonly comment?: string;
  /** written as SQL, when it is not the type's own */
  readonly collation?: string;
}

export interface Relation extends ObjectName {
  readonly oid: number;
  readonly kind: RelationKind;
  readonly temporary: boolean;
  readonly partition: boolean;
  /** live columns, by number */
  readonly columns: readonly Column[];
  /** SQL of a view or materialised view; unqualified names in it mean what `Catalogue.definitionPath` says */
  readonly definition?: string;
  /** OIDs of the relations it inherits from or is a partition of */
  readonly parents: readonly number[];
  /** column numbers of the primary key */
  readonly primaryKey: readonly number[];
  /** its foreign keys, when it has any */
  readonly foreignKeys?: readonly ForeignKey[];
  /** what else its values are checked against, or keeps some of them, when there is any */
  readonly keys?: readonly Key[];
  /** its users' triggers */
  readonly triggers: readonly Trigger[];
  /** those that are switched on */
  readonly rules: readonly Rule[];
  /** users' functions that its own expressions call, when there are any */
  readonly calls?: readonly OwnCall[];
  /** there when row-level security is switched on or has policies */
  readonly rowSecurity?: RowSecurity;
  /** of a foreign table: the foreign server's name */
  readonly server?: string;
}

/** `pg_constraint.confdeltype`, `confupdtype`: no action, restrict, cascade, set null, set default. */
export type ReferentialAction = 'a' | 'r' | 'c' | 'n' | 'd';

/** Columns of a relation that refer to those of another one, or of its own. */
export interface ForeignKey {
  /** OID of the relation that is referred to */
  readonly to: number;
  /** column numbers, in the order of those that they refer to */
  readonly columns: readonly number[];
  readonly toColumns: readonly number[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** the columns that `ON DELETE SET NULL (a, b)` or `SET DEFAULT (a, b)` names */
  readonly set?: readonly number[];
}

/** By what the server takes a value of these columns, sends it elsewhere, or refuses it; beside the primary key. */
export interface Key {
  /** `constants`: an index in whose predicate or expressions there are some */
  readonly kind: 'unique' | 'exclusion' | 'partition' | 'constants';
  /** column numbers, those of expressions too */
  readonly columns: readonly number[];
}

export type TriggerEvent = 'insert' | 'update' | 'delete' | 'truncate';

/** `pg_trigger` */
export interface Trigger {
  readonly name: string;
  readonly function: ObjectName;
  readonly timing: 'before' | 'after' | 'instead of';
  readonly level: 'row' | 'statement';
  readonly events: readonly TriggerEvent[];
  /** numbers of the columns that `UPDATE OF` names */
  readonly columns?: readonly number[];
  /** `pg_trigger.tgenabled`: not while replicating, never, only while replicating, always */
  readonly enabled: 'O' | 'D' | 'R' | 'A';
  /** a partition's copy of its table's */
  readonly inherited?: true;
}

/** `pg_event_trigger`, of those that are switched on */
export interface EventTrigger {
  readonly event: 'ddl_command_start' | 'ddl_command_end' | 'sql_drop' | 'table_rewrite';
  readonly function: ObjectName;
  /** the commands that it is for, when it is not for all */
  readonly tags?: readonly string[];
}

/** A user's function, or that of a user's operator, in an expression that belongs to a relation (`pg_depend`). */
export interface OwnCall {
  readonly by: 'default' | 'generated column' | 'constraint' | 'index' | 'partition key';
  /** number of the column whose default or value it is */
  readonly column?: number;
  /** OID */
  readonly function: number;
}

/** Row-level security of a table: `pg_class.relrowsecurity`, `relforcerowsecurity`, `pg_policy`. */
export interface RowSecurity {
  readonly enabled: boolean;
  /** for the table's owner too */
  readonly forced: boolean;
  readonly policies: readonly Policy[];
}

export interface Policy {
  readonly name: string;
  /** the command it is for: select, insert, update, delete, or all */
  readonly command: 'r' | 'a' | 'w' | 'd' | '*';
  readonly permissive: boolean;
  /** names; `public` for everybody */
  readonly roles: readonly string[];
  /** SQL that a row must satisfy to be seen, and to be written */
  readonly using?: string;
  readonly check?: string;
}

export interface Argument {
  /** empty when it has none */
  readonly name: string;
  /** OID */
  readonly type: number;
}

/** A rewrite rule beside a view's own. */
export interface Rule {
  readonly name: string;
  /** `CREATE RULE ...`, names as in a view's definition */
  readonly definition: string;
}

/** All overloads of one name in one schema, taken together. */
export interface Routine extends ObjectName {
  readonly overloads: readonly Overload[];
}

export interface Overload {
  readonly oid: number;
  /** function, procedure, aggregate, window function */
  readonly kind: 'f' | 'p' | 'a' | 'w';
  readonly language: string;
  readonly volatility: 'i' | 's' | 'v';
  readonly leakproof: boolean;
  readonly set: boolean;
  readonly securityDefiner: boolean;
  /** fewest and most arguments it can be called with; most is -1 for variadic */
  readonly least: number;
  readonly most: number;
  /** those that a call gives, in order; the last one of a variadic function is an array */
  readonly arguments: readonly Argument[];
  /** SQL for the last of these, with commas between */
  readonly defaults?: string;
  readonly result: number;
  /** its OUT, INOUT and TABLE arguments */
  readonly out: readonly Argument[];
  /** `name=value`: what is set while it runs */
  readonly settings: readonly string[];
  /** whose rights it has when it is a security definer; empty for PostgreSQL's own */
  readonly owner: string;
  /** of a user's function in SQL */
  readonly body?: string;
  /** The body stands in the syntax of SQL (`BEGIN ATOMIC`, `RETURN`), names as in a view's definition. */
  readonly atomic?: true;
  /** OIDs of the functions that a user's aggregate is made of: of its state, its result, combining, serialising, moving */
  readonly parts?: readonly number[];
  /** the extension it belongs to */
  readonly extension?: string;
}

export interface Type extends ObjectName {
  readonly oid: number;
  /** `pg_type.typtype`: base, composite, domain, enum, pseudo, range, multirange */
  readonly kind: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm';
  /** `pg_type.typcategory` */
  readonly category: string;
  /** `pg_type.typispreferred` */
  readonly preferred?: true;
  /** OID of the element type of an array, otherwise 0 */
  readonly element: number;
  /** OID of a domain's base type, otherwise 0 */
  readonly base: number;
  /** that of a domain's base type, as `Column.modifier` */
  readonly modifier?: string;
  /** OID of a composite type's relation, otherwise 0 */
  readonly relation: number;
  /** a domain's constraints, as SQL */
  readonly checks: readonly string[];
  /** OIDs of users' functions that these call, when there are any */
  readonly calls?: readonly number[];
  /** an enum's values, in their order */
  readonly labels?: readonly string[];
  /** OID of the type that a range is over */
  readonly subtype?: number;
  /** OID of the type of several of its ranges; PostgreSQL has them from version 14 on */
  readonly multirange?: number;
  readonly extension?: string;
}

export interface Operator extends ObjectName {
  /** OIDs of the operands' types; 0 for none */
  readonly left: number;
  readonly right: number;
  readonly result: number;
  /** OID of the function that it calls; 0 while there is none */
  readonly function: number;
  /** of PostgreSQL's own: says nothing of its operands but its result */
  readonly leakproof?: true;
  readonly extension?: string;
}

/** `pg_cast`: how a value of one type becomes one of another. */
export interface Cast {
  /** OIDs of the types */
  readonly from: number;
  readonly to: number;
  /** done without being asked for, in assignments, only when asked for */
  readonly context: 'i' | 'a' | 'e';
  /** OID of the function that it calls, 0 for none */
  readonly function: number;
  readonly extension?: string;
}

/** The plain data of a snapshot; what `JSON.stringify(catalogue)` writes. */
export interface CatalogueData {
  readonly format: 2;
  readonly version: string;
  readonly serverVersionNum: number;
  readonly database: string;
  /** the schemas in which unqualified names of view definitions and expressions are meant */
  readonly definitionPath: readonly string[];
  readonly schemas: readonly string[];
  readonly relations: readonly Relation[];
  readonly routines: readonly Routine[];
  readonly types: readonly Type[];
  /** PostgreSQL's own too */
  readonly operators: readonly Operator[];
  readonly casts: readonly Cast[];
  /** when there are any */
  readonly eventTriggers?: readonly EventTrigger[];
}

/** An immutable snapshot of a database's schema objects, with its indexes. */
export interface Catalogue {
  /** changes with the content; part of every cache key */
  readonly version: string;
  readonly serverVersionNum: number;
  readonly database: string;
  readonly definitionPath: readonly string[];
  /** Relations that were read make their columns when they are asked for: a spread of one is without. See `toJSON`. */
  readonly data: CatalogueData;
  hasSchema(schema: string): boolean;
  relation(schema: string, name: string): Relation | undefined;
  relationByOid(oid: number): Relation | undefined;
  routine(schema: string, name: string): Routine | undefined;
  /** the routine one of whose overloads has this OID, and that overload */
  routineByOid(oid: number): { readonly routine: Routine; readonly overload: Overload } | undefined;
  type(schema: string, name: string): Type | undefined;
  typeByOid(oid: number): Type | undefined;
  /** the range type that a multirange type is of several of */
  rangeOf(multirange: number): Type | undefined;
  /** the array type whose elements are of this type */
  arrayOf(element: number): Type | undefined;
  /** of all schemas */
  operators(symbol: string): readonly Operator[];
  /** is there one of this symbol that is a user's own? */
  userOperator(symbol: string): boolean;
  leakproofOperator(symbol: string, left: number, right: number): boolean;
  cast(from: number, to: number): Cast | undefined;
  /** does a function that is a user's own cast from or to this type? */
  userCast(type: number): boolean;
  /** relations that inherit from, or are partitions of, this one */
  children(oid: number): readonly Relation[];
  /** the foreign keys that refer to this relation, and whose they are */
  referring(oid: number): readonly { readonly relation: Relation; readonly key: ForeignKey }[];
  toJSON(): CatalogueData;
}
