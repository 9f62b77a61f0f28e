import type { CreateFunctionStmt, FuncCall } from '@pgsql/types';
import type { Access, NotUnderstood, SessionEffect } from '../analysis.js';
import type { Catalogue, Overload, Relation, Routine, Rule } from '../catalogue/catalogue.js';
import { SqlError, type SqlErrorCode } from '../errors.js';
import { formatName, type ObjectName } from '../names.js';
import { characterPosition, type Offsets } from '../parse/positions.js';
import type { Cell, RelationUse } from './cells.js';
import type { NamePath } from './path.js';
import type { Block, Named, Scope, Star } from './scope.js';
import type { SessionSettings } from './settings.js';
import type { Assignment, Write } from './writes.js';

/** A statement that runs because another one does: of a function's body, or a rule's action. */
export interface Body {
  /** what runs it, and where that stands in the other statement (byte offset) */
  readonly construct: string;
  readonly location: number;
  readonly resolver: Resolver;
  /** For use when all is resolved. */
  accesses(): readonly Access[];
  readonly session: readonly SessionEffect[];
  readonly readOnly: boolean;
  /** it is kept for later, and does not run now */
  readonly kept?: true;
}

/** A body that is being looked into: what a call of itself in it is given, and gives back. */
export interface Frame {
  readonly parameters: readonly Cell[];
  /** columns of such calls, for each of them */
  readonly results: (readonly Named[])[];
}

/** What a call gives for one of a function's arguments. */
export interface Given {
  /** `name => value` */
  readonly name: string | undefined;
  readonly cell: Cell;
}

export type RuleEvent = 'CMD_INSERT' | 'CMD_UPDATE' | 'CMD_DELETE';

/** Looks into what other statements run. */
export interface Bodies {
  /** @returns columns of what the function gives back; undefined when its body is not understood */
  ofFunction(
    r: Resolver,
    routine: Routine,
    overload: Overload,
    given: readonly Given[],
    location: number,
  ): readonly Named[] | undefined;
  /** What a function's body would do is noted where the function is made. */
  ofCreated(r: Resolver, stmt: CreateFunctionStmt): void;
  /** @returns whether it is understood; so is one for another event */
  ofRule(r: Resolver, relation: Relation, rule: Rule, event: RuleEvent, location: number): boolean;
  /** how many more may be looked into */
  left: number;
}

/** What one statement's resolution knows and finds. */
export interface Resolver {
  readonly catalogue: Catalogue;
  readonly session: SessionSettings;
  /** names around the statement: arguments of the function that it belongs to, OLD and NEW of a rule */
  readonly outer: Scope | undefined;
  /** what `$1`, `$2`, ... stand for */
  readonly parameters: readonly Cell[];
  /** OIDs of the types of parameters by their numbers, as far as they are known yet; undefined: they may be of any type */
  readonly deduced: Map<number, number> | undefined;
  /** queries whose columns without a type take that of the place they go to, by their SelectStmt */
  readonly untyped: Set<unknown>;
  /** functions and rules whose bodies the statement stands in */
  readonly within: ReadonlyMap<string, Frame>;
  readonly lookInto: Bodies;
  readonly bodies: Body[];
  /** columns of calls whose bodies are known, by their FuncCall */
  readonly results: Map<unknown, readonly Named[]>;
  /** types of calls, by their FuncCall */
  readonly types: Map<unknown, number>;
  /** columns of subqueries in expressions, by their SubLink */
  readonly subqueries: Map<unknown, readonly Cell[]>;
  readonly path: NamePath;
  readonly source: string;
  readonly offset: Offsets;
  /** every place a relation is named, in the order of resolution */
  readonly uses: RelationUse[];
  /** relations that a utility statement is about, with the columns that it names or looks at */
  readonly subjects: RelationUse[];
  readonly blocks: Block[];
  readonly stars: Star[];
  readonly writes: Write[];
  readonly assignments: Assignment[];
  readonly notUnderstood: NotUnderstood[];
  /** places (byte offsets) where a row whose columns lack an equality is compared with itself, and their cells */
  readonly sameRows: { readonly location: number; readonly cells: readonly Cell[] }[];
  /** calls that show contents of the catalogue */
  readonly veiled: FuncCall[];
  /** system relations whose contents are shown */
  readonly veiledUses: RelationUse[];
  /** all that are called */
  readonly calls: Map<string, ObjectName>;
  /** user functions and dangerous built-in ones among them */
  readonly functions: Map<string, ObjectName>;
  /** user functions and procedures that are executed */
  readonly executes: Map<string, ObjectName>;
  /** OIDs of users' functions that the statement itself calls, by name or by operator */
  readonly called: Set<number>;
  /** OIDs of types that it names */
  readonly named: Set<number>;
  /** settings that function calls change; `*` when any */
  readonly settings: Set<string>;
  /** EXPLAIN: it is planned and not carried out */
  planned: boolean;
  /** a function with side effects may be called */
  volatile: boolean;
  /** ... of which nothing else is known */
  anyEffect: boolean;
  /** nesting of queries being resolved */
  depth: number;
}

/** Deeper nesting of queries than this is refused. */
export const deepest = 200;

export const fail = (
  r: Resolver,
  code: SqlErrorCode,
  message: string,
  location: number | undefined,
  hint?: string,
): SqlError =>
  new SqlError(code, message, {
    position:
      location === undefined || location < 0
        ? undefined
        : characterPosition(r.source, r.offset(location)),
    hint,
  });

/** What a newer parser knows and this version does not: nothing of it is guessed. */
export const unknownNode = (r: Resolver, kind: string | undefined, location?: number): SqlError =>
  fail(
    r,
    'unknown-node',
    `the parser's node ${kind ?? '(none)'} is not known to this version`,
    location,
    'Write the statement without it, or use a newer version.',
  );

/** Notes a part that is not seen through; without a known reach it may touch anything. */
export const opaque = (
  r: Resolver,
  construct: string,
  location: number | undefined,
  reach: NotUnderstood['reach'] = 'anything',
): void => {
  const position = r.offset(Math.max(location ?? 0, 0));
  if (r.notUnderstood.some((n) => n.construct === construct && n.position === position)) return;
  r.notUnderstood.push({ construct, position, reach });
};

export const callsFunction = (r: Resolver, name: ObjectName): void => {
  r.functions.set(formatName(name), name);
};
