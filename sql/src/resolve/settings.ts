import { SqlError } from '../errors.js';

/** What of a session decides the meaning of names. */
export interface SessionSettings {
  /** as written in `search_path`, from `parseSearchPath`; `$user` stands unresolved */
  readonly searchPath: readonly string[];
  readonly user: string;
  /** the role of SET ROLE; `none` when there is none */
  readonly role: string;
  /** this session's temporary schema (`pg_temp_3`), once it has one */
  readonly temporarySchema?: string;
}

/**
 * The entries of a `search_path` as `SHOW search_path` gives it: `"$user", public`.
 *
 * @throws SqlError `bad-name`
 */
export const parseSearchPath = (text: string): readonly string[] => {
  const entries: string[] = [];
  const entry = /\s*(?:"((?:[^"]|"")*)"|([^",\s]+))\s*(,|$)/y;
  if (text.trim() === '') return entries;
  for (;;) {
    const found = entry.exec(text);
    if (!found) throw new SqlError('bad-name', `search_path is not a list of names: ${text}`);
    const name = found[1]?.replaceAll('""', '"') ?? found[2]?.toLowerCase() ?? '';
    if (name !== '') entries.push(name);
    if (found[3] === '') return entries;
  }
};
