import { hash } from 'node:crypto';
import { postern } from '@postern/proto';
import { formatName, quoteIdentifier } from '@postern/sql';
import type { StatementContent, StatementHandle } from './sink.js';

/** Longer text is cut: one record must fit a gRPC message. The fingerprint still tells texts apart. */
export const maxSqlLength = 128 * 1024;

/** A statement record with its bytes, and the segment that holds it already. */
export class StatementEntry implements StatementHandle {
  readonly digest: Buffer;
  readonly bytes: Uint8Array;
  /** ordinal of the last segment it was written to */
  segment = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.digest = hash('sha256', bytes, 'buffer');
  }
}

/** The statement records of late, by content. */
export class StatementRecords {
  private readonly entries = new Map<string, StatementEntry>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  of(content: StatementContent): StatementEntry {
    const made = new StatementEntry(encodeStatementRecord(content));
    const key = made.digest.toString('latin1');
    const entry = this.entries.get(key) ?? made;
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.limit) {
      const [oldest] = this.entries.keys();
      if (oldest !== undefined) this.entries.delete(oldest);
    }
    return entry;
  }
}

export function encodeStatementRecord(content: StatementContent): Uint8Array {
  const { analysis, decision, tags } = content;
  return postern.audit.v1.StatementRecord.encode({
    normalisedSql: cut(content.normalisedSql),
    fingerprint: content.fingerprint,
    command: analysis.command,
    accesses: analysis.accesses.map(({ action, object, columns, through }) => {
      const relation = object === undefined ? '' : formatName(object);
      return {
        action,
        relation,
        columns: columns.map(({ name, uses }) => ({
          name,
          uses: [...uses],
          tags: [...(tags.get(`${relation}.${quoteIdentifier(name)}`) ?? [])],
        })),
        through: through.map(formatName),
      };
    }),
    functions: analysis.functions.map(formatName),
    decision: {
      effect: decision.effect,
      reasons: decision.reasons.map((reason) => ({ ...reason })),
      wouldHave: decision.wouldHave.map((reason) => ({ ...reason })),
      masks: decision.masks.map(({ relation, column, mask, policy, rule }) => ({
        relation,
        column,
        mask: Object.keys(mask)[0] ?? '',
        policy,
        rule,
      })),
      rowFilters: decision.rowFilters.map(({ relation, policy, rule }) => ({
        relation,
        policy,
        rule,
      })),
    },
    lineage: analysis.output.flatMap((output) =>
      output.sources.map(({ column, kind }) => ({
        source: `${formatName(column)}.${quoteIdentifier(column.column)}`,
        target: output.name,
        kind,
      })),
    ),
    bundleDigest: content.bundleDigest,
  }).finish();
}

function cut(sql: string): string {
  if (sql.length <= maxSqlLength) return sql;
  const dropped = sql.length - maxSqlLength;
  return `${sql.slice(0, maxSqlLength)} … (${String(dropped)} characters more)`;
}
