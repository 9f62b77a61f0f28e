import type { NotUnderstood } from '../analysis.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { SqlError, type SqlErrorCode } from '../errors.js';
import { formatName, type ObjectName } from '../names.js';
import { characterPosition, type Offsets } from '../parse/positions.js';
import type { RelationUse } from './cells.js';
import type { NamePath } from './path.js';
import type { Block, Star } from './scope.js';
import type { Assignment, Write } from './writes.js';

/** What one statement's resolution knows and finds. */
export interface Resolver {
  readonly catalogue: Catalogue;
  readonly path: NamePath;
  readonly source: string;
  readonly offset: Offsets;
  /** every place a relation is named, in the order of resolution */
  readonly uses: RelationUse[];
  readonly blocks: Block[];
  readonly stars: Star[];
  readonly writes: Write[];
  readonly assignments: Assignment[];
  readonly notUnderstood: NotUnderstood[];
  /** user functions and dangerous built-in ones that are called */
  readonly functions: Map<string, ObjectName>;
  /** user functions and procedures that are executed */
  readonly executes: Map<string, ObjectName>;
  /** settings that function calls change; `*` when any */
  readonly settings: Set<string>;
  /** a function with side effects may be called */
  volatile: boolean;
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
