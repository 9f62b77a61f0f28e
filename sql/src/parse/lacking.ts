import type { MergeStmt } from '@pgsql/types';
import { as, firstLocation } from './nodes.js';
import type { Tokens } from './tokens.js';

/** Finds where something stands that a server does not understand. */
export interface Lacking {
  readonly tokens: Tokens;
  /** index of a token */
  readonly at: number;
  /** @param location byte offset */
  place(location: number): Pick<Lacking, 'tokens' | 'at'>;
}

type Content = Readonly<Record<string, unknown>>;

/** The word before a place, or the place itself where there is none. */
const back = ({ tokens, at }: Pick<Lacking, 'tokens' | 'at'>, word: string): number => {
  let i = at;
  while (i > 0 && !tokens.isWord(i, word)) i -= 1;
  return i;
};

const ahead = (
  { tokens, at }: Pick<Lacking, 'tokens' | 'at'>,
  found: (index: number) => boolean,
): number => {
  let i = at;
  while (tokens.at(i) !== undefined && !found(i)) i += 1;
  return i;
};

const merge = (version: number, stmt: MergeStmt, place: Lacking['place']): number | undefined => {
  const target = place(stmt.relation?.location ?? 0);
  if (version < 150000) return back(target, 'MERGE');
  if (version >= 170000) return undefined;
  const bySide = (stmt.mergeWhenClauses ?? []).some(
    (node) => as(node, 'MergeWhenClause')?.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE',
  );
  const { tokens } = target;
  if (bySide)
    return ahead(target, (i) => tokens.isWord(i, 'BY') && tokens.isWord(i - 1, 'MATCHED'));
  const clause = stmt.returningClause;
  return clause && back(place(firstLocation(clause.exprs) ?? 0), 'RETURNING');
};

/** The token at which a server of this version finds a syntax error in a node, not in those below it. */
export const firstIn = (
  version: number,
  kind: string,
  content: Content,
  place: Lacking['place'],
): number | undefined => {
  const location = Number(content['location'] ?? 0);
  if (kind === 'MergeStmt') return merge(version, content, place);
  if (kind === 'JsonTable' && version < 170000) {
    const { tokens, at } = place(location);
    return tokens.notOfCall(at + 1) ?? at;
  }
  if (kind === 'JsonIsPredicate' && version < 160000) {
    const start = place(firstLocation(content['expr']) ?? location);
    const { tokens } = start;
    const is = (i: number): boolean =>
      tokens.isWord(tokens.isWord(i - 1, 'NOT') ? i - 2 : i - 1, 'IS');
    return ahead(start, (i) => tokens.isWord(i, 'JSON') && is(i));
  }
  if (kind === 'ReturningOption') return back(place(location), 'WITH');
  return undefined;
};
