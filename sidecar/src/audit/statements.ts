import { hash } from 'node:crypto';
import type { Reason } from '@postern/policy';
import { postern } from '@postern/proto';
import { formatName, quoteIdentifier } from '@postern/sql';
import type { StatementContent, StatementHandle } from './sink.js';

/** What the record keeps of a reason. */
const toldOf = ({ code, policy, rule, message }: Reason): Omit<Reason, 'hint'> => ({
  ...{ code, policy, rule, message },
});

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

  get size(): number {
    return this.bytes.length;
  }
}

/** An entry besides its record: buffers, digest, key and place in the map; measured, bytes. */
const entryBytes = 600;

/** The statement records of late, by content. */
export class StatementRecords {
  private readonly entries = new Map<string, StatementEntry>();
  private readonly limit: number;
  private held = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.limit = limit;
  }

  of(content: StatementContent): StatementEntry {
    const made = new StatementEntry(encodeStatementRecord(content));
    const key = made.digest.toString('latin1');
    const entry = this.entries.get(key) ?? made;
    if (!this.entries.delete(key)) this.held += entry.size + entryBytes;
    this.entries.set(key, entry);
    for (const [oldest, { size }] of this.entries) {
      if (this.held <= this.limit) break;
      this.entries.delete(oldest);
      this.held -= size + entryBytes;
    }
    return entry;
  }
}

export function encodeStatementRecord(content: StatementContent): Uint8Array {
  const { analysis, decision, tags } = content;
  const encoded = postern.audit.v1.StatementRecord.encode({
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
      reasons: decision.reasons.map(toldOf),
      wouldHave: decision.wouldHave.map(toldOf),
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
  });
  // A copy: what the encoder gives is a part of 8 KiB that it would keep alive.
  return Uint8Array.prototype.slice.call(encoded.finish());
}

function cut(sql: string): string {
  if (sql.length <= maxSqlLength) return sql;
  const dropped = sql.length - maxSqlLength;
  return `${sql.slice(0, maxSqlLength)} … (${String(dropped)} characters more)`;
}
