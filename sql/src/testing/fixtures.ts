import type { Mask } from '../mask.js';
import { parseColumnName, parseRelationName } from '../identifiers.js';
import type { Change } from '../rewrite/change.js';

/**
 * One fixture file: comment lines (the first says what it is about; `mask`, `filter` and `session` lines set the
 * change), the statement, `--->`, and what is expected.
 */
export interface Fixture {
  readonly name: string;
  readonly sql: string;
  readonly change: Change;
  readonly expected: string;
  /** writes what was found as the expectation */
  readonly refresh: (found: string) => void;
}

const arrow = '\n--->\n';

const change = (comments: readonly string[]): Change => {
  const masks: Change['masks'][number][] = [];
  const rowFilters: Change['rowFilters'][number][] = [];
  const session: Record<string, string> = {};
  for (const line of comments) {
    const mask = /^-- mask (\S+) (\{.*\})$/.exec(line);
    const filter = /^-- filter (\S+) (.*)$/.exec(line);
    const attribute = /^-- session (\S+)=(.*)$/.exec(line);
    if (mask?.[1] && mask[2]) {
      const name = parseColumnName(mask[1]);
      masks.push({
        relation: { schema: name.schema, name: name.name },
        column: name.column,
        mask: JSON.parse(mask[2]) as Mask,
      });
    }
    if (filter?.[1] && filter[2])
      rowFilters.push({ relation: parseRelationName(filter[1]), sql: filter[2] });
    if (attribute?.[1]) session[`session.${attribute[1]}`] = attribute[2] ?? '';
  }
  return { masks, rowFilters, session, key: new Uint8Array(32) };
};

/** The parts of `node:fs` that reading and refreshing fixtures takes. */
export interface Files {
  readonly readFileSync: (url: URL, encoding: 'utf8') => string;
  readonly readdirSync: (url: URL) => readonly string[];
  readonly writeFileSync: (url: URL, text: string) => void;
}

export const fixtures = (folder: string, files: Files): readonly Fixture[] => {
  const root = new URL(`../../fixtures/${folder}/`, import.meta.url);
  return [...files.readdirSync(root)]
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const url = new URL(file, root);
      const text = files.readFileSync(url, 'utf8');
      const [before = '', expected = ''] = text.split(arrow);
      const lines = before.split('\n');
      const first = lines.findIndex((line) => !line.startsWith('-- '));
      const comments = lines.slice(0, first);
      return {
        name: `${file}: ${comments[0]?.slice(3) ?? ''}`,
        sql: lines.slice(first).join('\n'),
        change: change(comments),
        expected: expected.trimEnd(),
        refresh: (found) => {
          files.writeFileSync(url, `${before}${arrow}${found}\n`);
        },
      };
    });
};
