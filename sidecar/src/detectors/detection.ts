import type { Hits } from './hits.js';
import { type DetectorId, detectorIds, type Kind } from './kinds.js';

export interface Found {
  readonly id: DetectorId;
  /** values in which it was found */
  readonly values: number;
  /** how often in all, several times in one value counted each */
  readonly matches: number;
}

export interface ColumnFindings {
  /** from 0, as in the row */
  readonly column: number;
  /** values that were looked at: neither NULL nor of an exempt column or a type that holds no text */
  readonly looked: number;
  /** what was found at all, in the order of `detectorIds` */
  readonly found: readonly Found[];
}

interface Counts {
  looked: number;
  readonly values: number[];
  readonly matches: number[];
}

/** What was found in the rows of one result or one COPY, counted per column. Holds no values. */
export class Detection {
  private readonly counts: (Counts | undefined)[] = [];

  /** A value of a column was looked at. */
  looked(column: number): void {
    this.of(column).looked += 1;
  }

  /** What one value of a column contained. */
  found(column: number, hits: Hits): void {
    const { values, matches } = this.of(column);
    let seen = 0;
    hits.each((what: Kind) => {
      matches[what] = (matches[what] ?? 0) + 1;
      if ((seen & (1 << what)) === 0) values[what] = (values[what] ?? 0) + 1;
      seen |= 1 << what;
    });
  }

  /** Columns in which something was found, in their order. */
  columns(): readonly ColumnFindings[] {
    return this.counts.flatMap((counts, column) => {
      const found = counts === undefined ? [] : foundIn(counts);
      return found.length === 0 ? [] : [{ column, looked: counts?.looked ?? 0, found }];
    });
  }

  private of(column: number): Counts {
    let counts = this.counts[column];
    if (counts === undefined) {
      counts = {
        looked: 0,
        values: detectorIds.map(() => 0),
        matches: detectorIds.map(() => 0),
      };
      this.counts[column] = counts;
    }
    return counts;
  }
}

const foundIn = ({ values, matches }: Counts): readonly Found[] =>
  detectorIds
    .map((id, what) => ({ id, values: values[what] ?? 0, matches: matches[what] ?? 0 }))
    .filter((found) => found.matches > 0);
