import type { postern } from '@postern/proto';
import { quoteIdentifier } from '@postern/sql';
import type { Entry } from './timeline.js';

export interface Suggestion {
  /** `namespace/name` of the Database */
  readonly database: string;
  /** `schema.table.column`, quoted where SQL would quote it */
  readonly column: string;
  readonly tags: readonly {
    readonly tag: string;
    /** in which a detector found it */
    readonly values: number;
  }[];
  /** values that were looked at */
  readonly looked: number;
  readonly statements: number;
  /** all of them went out masked */
  readonly masked: boolean;
  /** Unix microseconds */
  readonly lastUs: number;
}

interface Gathered {
  readonly database: string;
  readonly column: string;
  readonly values: Map<string, number>;
  looked: number;
  statements: number;
  masked: boolean;
  lastUs: number;
}

/** What events tell of columns that hold personal data or secrets and have no tag that says so. */
export class Suggestions {
  private readonly columns = new Map<string, Gathered>();
  /** columns and tags that they had when a statement read them */
  private readonly classified = new Set<string>();
  private elsewhere = 0;

  add(entry: Entry): void {
    const { event, session } = entry;
    const findings = event?.statement?.findings ?? [];
    if (findings.length === 0) return;
    const database = session?.database ?? '';
    for (const access of entry.statementRecord?.accesses ?? []) this.know(database, access);
    if (findings.some(({ source }) => (source ?? '') === '')) this.elsewhere += 1;
    for (const finding of findings) {
      const column = finding.source ?? '';
      if (column === '') continue;
      const found = this.of(database, column);
      found.looked += finding.looked ?? 0;
      found.statements += 1;
      found.masked &&= finding.masked ?? false;
      found.lastUs = Math.max(found.lastUs, event?.timeUs ?? 0);
      for (const { tag, values } of finding.found ?? [])
        found.values.set(tag ?? '', (found.values.get(tag ?? '') ?? 0) + (values ?? 0));
    }
  }

  /** By database, where most was found first; `elsewhere` counts results of which no single column is known. */
  all(): { readonly suggestions: readonly Suggestion[]; readonly elsewhere: number } {
    const suggestions = [...this.columns.values()].flatMap(({ values, ...rest }) => {
      const tags = [...values]
        .filter(([tag]) => !this.classified.has(keyOf(rest.database, rest.column, tag)))
        .map(([tag, count]) => ({ tag, values: count }))
        .sort((a, b) => b.values - a.values);
      return tags.length === 0 ? [] : [{ ...rest, tags }];
    });
    const most = ({ tags }: Suggestion): number => tags[0]?.values ?? 0;
    return {
      suggestions: suggestions.sort(
        (a, b) =>
          compare(a.database, b.database) || most(b) - most(a) || compare(a.column, b.column),
      ),
      elsewhere: this.elsewhere,
    };
  }

  private know(database: string, { relation, columns }: postern.audit.v1.IAccess): void {
    for (const { name, tags } of columns ?? [])
      for (const tag of tags ?? [])
        this.classified.add(
          keyOf(database, `${relation ?? ''}.${quoteIdentifier(name ?? '')}`, tag),
        );
  }

  private of(database: string, column: string): Gathered {
    const key = keyOf(database, column, '');
    let found = this.columns.get(key);
    if (found === undefined) {
      found = {
        ...{ database, column, values: new Map() },
        ...{ looked: 0, statements: 0, masked: true, lastUs: 0 },
      };
      this.columns.set(key, found);
    }
    return found;
  }
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
