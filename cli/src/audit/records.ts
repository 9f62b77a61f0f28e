import { hash } from 'node:crypto';
import type { postern } from '@postern/proto';

/** Statement records by digest, and what is wrong with them. */
export class StatementRecords {
  readonly #wrong = new Map<string, string>();
  readonly #good = new Set<string>();

  get size(): number {
    return this.#good.size;
  }

  add(stored: postern.audit.v1.IStoredStatementRecord): void {
    const digest = Buffer.from(stored.digest ?? new Uint8Array()).toString('hex');
    const altered = stored.altered ?? [];
    if (hash('sha256', stored.bytes ?? new Uint8Array(), 'hex') !== digest) {
      this.#wrong.set(digest, `statement record ${digest}: content does not match its digest`);
    } else if (altered.length > 0) {
      this.#wrong.set(
        digest,
        `statement record ${digest}: searched by ${altered.join(', ')}, which its content does not say`,
      );
    } else {
      this.#good.add(digest);
    }
  }

  /** @returns why an event must not rely on this record; undefined: it may */
  refer(digest: Uint8Array): string | undefined {
    const key = Buffer.from(digest).toString('hex');
    if (this.#good.has(key)) return undefined;
    return this.#wrong.get(key) ?? `statement record ${key} is missing`;
  }

  /** Of the wrong ones, one that no event refers to; events that do are told of by themselves. */
  firstBad(): string | undefined {
    return [...this.#wrong.values()][0];
  }
}
