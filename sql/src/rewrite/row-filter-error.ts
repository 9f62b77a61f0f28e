import { call, literal } from './sql-text.js';

// A row that a filter does not let in makes the statement fail: nothing raises an error with a text of one's own but the
// name of a setting that does not exist. Without a dot in it, nobody can make one of that name.

/** `new`: a row that is written; `existing`: one that ON CONFLICT would change. */
export type RowFilterViolation = {
  readonly row: 'new' | 'existing';
  /** the relation's own name */
  readonly relation: string;
};

const prefix = 'postern row filter';

/** A condition that fails with an error; the server does not evaluate it while it plans. */
export const violation = ({ row, relation }: RowFilterViolation): string => {
  const name = encodeURIComponent(relation).replaceAll('.', '%2E');
  return `${call('current_setting', literal(`${prefix} ${row} ${name}`))} IS NOT NULL`;
};

/**
 * What an error of the server's says of a row that a filter does not let in.
 *
 * @returns undefined for any other error
 */
export const rowFilterViolation = (
  sqlstate: string,
  message: string,
): RowFilterViolation | undefined => {
  const found = new RegExp(`${prefix} (new|existing) ([^ "]+)`).exec(message);
  if (sqlstate !== '42704' || !found) return undefined;
  try {
    return {
      row: found[1] === 'new' ? 'new' : 'existing',
      relation: decodeURIComponent(found[2] ?? ''),
    };
  } catch {
    // Somebody asked for a setting of such a name.
    return undefined;
  }
};
