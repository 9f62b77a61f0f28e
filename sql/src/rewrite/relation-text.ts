import type { RelationUse } from '../resolve/cells.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Tokens } from '../parse/tokens.js';

/** Where a FROM entry's relation stands in the text. */
export interface RelationText {
  /** from ONLY or the name to the end of the name, its parentheses and `*` */
  readonly start: number;
  readonly end: number;
  /** index of the first token of it, and of the first after it */
  readonly first: number;
  readonly next: number;
}

/** Finds `ONLY (schema.name)`, `schema.name *` and the like round the parser's location. */
export const relationText = (r: Resolver, use: RelationUse, tokens: Tokens): RelationText => {
  let first = tokens.indexAt(r.offset(use.node.location ?? 0));
  let next = tokens.afterName(first);
  if (tokens.text(first - 1) === '(' && tokens.isWord(first - 2, 'ONLY')) {
    first -= 2;
    next += 1;
  } else if (tokens.isWord(first - 1, 'ONLY')) first -= 1;
  else if (tokens.text(next) === '*') next += 1;
  return { start: tokens.startOf(first), end: tokens.endOf(next - 1), first, next };
};

/** The TABLESAMPLE clause after a relation and its alias: text and place. */
export const sampleText = (
  tokens: Tokens,
  next: number,
): { readonly start: number; readonly end: number } | undefined => {
  let i = next;
  for (let depth = 0; tokens.at(i); i += 1) {
    if (tokens.text(i) === '(') depth += 1;
    if (tokens.text(i) === ')') depth -= 1;
    if (depth === 0 && tokens.isWord(i, 'TABLESAMPLE')) break;
  }
  if (!tokens.at(i)) return undefined;
  let end = tokens.afterParenthesis(tokens.afterName(i + 1));
  if (tokens.isWord(end, 'REPEATABLE')) end = tokens.afterParenthesis(end + 1);
  return { start: tokens.startOf(i), end: tokens.endOf(end - 1) };
};
