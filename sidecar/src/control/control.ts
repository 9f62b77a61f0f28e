import type { Evaluator } from '@postern/policy';
import type { postern } from '@postern/proto';
import type { Logger } from 'pino';
import type { AuditSink } from '../audit/index.js';
import { type CatalogueStore, Governance } from '../enforcement/governance.js';
import type { VerdictBudget } from '../enforcement/verdict-cache.js';
import type { Assignment, Database } from './assignment.js';
import { decodeAssignment } from './decode.js';

export interface ControlledParts {
  readonly catalogues: CatalogueStore;
  readonly verdicts: VerdictBudget;
  readonly sink: AuditSink;
  readonly now: () => number;
  readonly log: Logger;
  readonly open: (bundle: {
    digest: string;
    wasm: Uint8Array;
    data: string;
    libraryVersion: string;
  }) => Promise<Evaluator>;
  readonly serve: (databases: readonly Database[]) => Promise<void>;
  readonly acknowledge: (digest: string, error: string) => void;
}

/** Puts what the control plane says in force: an assignment and a bundle together make a Governance. */
export class Control {
  governance: Governance | undefined;
  private readonly parts: ControlledParts;
  private assignment: Assignment | undefined;
  private bundle: { readonly digest: string; readonly evaluator: Evaluator } | undefined;

  constructor(parts: ControlledParts) {
    this.parts = parts;
  }

  get digest(): string {
    return this.bundle?.digest ?? '';
  }

  /** Deals with one message. A bundle that does not load is refused, and the one before stays in force. */
  async receive(message: postern.policy.v1.IControlMessage): Promise<void> {
    if (message.assignment != null) {
      this.assignment = decodeAssignment(message.assignment);
      this.enforce();
      await this.parts.serve(this.assignment.databases);
    }
    if (message.bundle != null) await this.receiveBundle(message.bundle);
  }

  private async receiveBundle(bundle: postern.policy.v1.IBundle): Promise<void> {
    const digest = bundle.digest ?? '';
    try {
      const evaluator = await this.parts.open({
        digest,
        wasm: bundle.wasm ?? new Uint8Array(),
        data: bundle.data ?? '',
        libraryVersion: bundle.libraryVersion ?? '',
      });
      this.parts.sink.policyChanged(digest, this.digest);
      this.bundle = { digest, evaluator };
      this.enforce();
      this.parts.log.info({ digest }, 'bundle in force');
      this.parts.acknowledge(digest, '');
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      this.parts.log.error({ digest, err: cause }, 'bundle refused');
      this.parts.acknowledge(digest, error);
    }
  }

  private enforce(): void {
    if (this.assignment === undefined || this.bundle === undefined) return;
    this.governance = new Governance({
      assignment: this.assignment,
      evaluator: this.bundle.evaluator,
      bundleDigest: this.bundle.digest,
      catalogues: this.parts.catalogues,
      verdicts: this.parts.verdicts,
      sink: this.parts.sink,
      now: this.parts.now,
    });
  }
}
