import { type Spelled, spellPlainStrings, type Statement } from '@postern/sql';
import { characters } from './splice.js';
import type { Piece, StagedVerdict, Verdict } from './verdict.js';

/** The whole of a text. */
export const whole = (sql: string): Piece => ({ sql, toOriginal: (position) => position });

/** One statement of a text, word for word. */
export const pieceOf = ({ source, start, end }: Statement): Piece => ({
  sql: source.slice(start, end),
  toOriginal: (position) => characters(source.slice(0, start)) + position,
});

/**
 * Statements that are decided and sent one after the other. The server would have read all of them before
 * the first one ran: what that one sets must not change how the next is read.
 */
export const staged = (
  statements: readonly Statement[],
  standardStrings: boolean,
): StagedVerdict => ({
  kind: 'staged',
  pieces: statements.map((statement) => {
    const piece = pieceOf(statement);
    const { sql, toOriginal } = spellPlainStrings(piece.sql, standardStrings);
    return { sql, toOriginal: (position) => piece.toOriginal(toOriginal(position)) };
  }),
  until: Infinity,
});

/**
 * The verdict on `spelled` as that on the client's text: what is not rewritten goes to the server as the
 * client wrote it, and positions are those of the client's text.
 */
export function ofClient(verdict: Verdict, sql: string, spelled: Spelled): Verdict {
  if (spelled.sql === sql) return verdict;
  const { toOriginal } = spelled;
  const back = (piece: Piece): Piece =>
    piece.sql === spelled.sql
      ? whole(sql)
      : { ...piece, toOriginal: (position) => toOriginal(piece.toOriginal(position)) };
  switch (verdict.kind) {
    case 'forward':
      return { ...verdict, toOriginal: (position) => toOriginal(verdict.toOriginal(position)) };
    case 'staged':
      return { ...verdict, pieces: verdict.pieces.map(back) };
    case 'refuse': {
      const { refusal, serversWords } = verdict;
      const { position } = refusal;
      return {
        ...verdict,
        refusal: position === undefined ? refusal : { ...refusal, position: toOriginal(position) },
        serversWords: serversWords === undefined ? undefined : back(serversWords),
      };
    }
  }
}
