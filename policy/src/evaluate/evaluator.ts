import { digestOf, type Bundle } from '../bundle.js';
import type { BundleData, CompiledPolicy } from '../compile/data.js';
import type { Decision } from '../decision.js';
import { messageOf, PolicyError } from '../errors.js';
import type { DatabaseFacts, Identity, SessionFacts, Workload } from '../input.js';
import { entrypoints, libraryVersion } from '../library.js';
import type { TimelessInput } from '../to-input.js';
import { answer } from './answer.js';
import { factsOf } from './facts.js';
import { Module } from './module.js';
import { asRaw, type Raw } from './raw.js';
import { Timing } from './timing.js';

export interface EvaluatorOptions {
  /** epoch milliseconds; the system's by default */
  readonly now?: () => number;
  /** a clock that only goes on, milliseconds; the system's by default */
  readonly elapsed?: () => number;
  /** wall time for one evaluation, milliseconds; 100 by default */
  readonly budgetMs?: number;
}

/** What a session is selected by. */
export interface Selecting {
  readonly identity: Identity;
  readonly workload: Workload;
  readonly session: SessionFacts;
  readonly database: DatabaseFacts;
}

export interface Evaluator {
  readonly digest: string;
  /** some policy masks, filters, or keeps data within regions */
  readonly protects: boolean;
  /**
   * Decides one statement. Synchronous; never throws for a bad result: that is a deny with the
   * reason `no-decision`, and one that took too long a deny with `budget-exceeded`.
   */
  evaluate(input: TimelessInput): Decision;
  /** No policy that is enforced is about such a session: the installation's baseline is. */
  onBaseline(who: Selecting): boolean;
  /** The policies that are about such a session, `namespace/name`; the baseline's when it is in force. */
  selected(who: Selecting): readonly string[];
}

/**
 * Loads a bundle.
 *
 * @throws PolicyError `bad-bundle` | `bad-module`
 */
export const openBundle = (bundle: Bundle, options: EvaluatorOptions = {}): Promise<Evaluator> =>
  new Promise((resolve) => {
    resolve(open(bundle, options));
  });

const open = (bundle: Bundle, options: EvaluatorOptions): Evaluator => {
  if (bundle.libraryVersion !== libraryVersion)
    throw new PolicyError(
      'bad-bundle',
      `the bundle is for policy library ${bundle.libraryVersion}, this is ${libraryVersion}`,
    );
  const digest = digestOf(bundle);
  if (digest !== bundle.digest)
    throw new PolicyError('bad-bundle', `the bundle is ${digest}, not ${bundle.digest} as it says`);
  let data: BundleData;
  try {
    data = JSON.parse(bundle.data) as BundleData;
  } catch (cause) {
    throw new PolicyError(
      'bad-bundle',
      `the bundle's data is not JSON: ${messageOf(cause)}`,
      cause,
    );
  }
  const module = Module.open(bundle.wasm, { compiled: data.compiled });
  return new BundleEvaluator(bundle.digest, data, module, options);
};

/** Kinds of sessions whose selection is remembered. */
const remembered = 512;

interface Selection {
  readonly enforced: readonly number[];
  readonly audited: readonly number[];
}

class BundleEvaluator implements Evaluator {
  readonly digest: string;
  readonly protects: boolean;
  private readonly data: BundleData;
  private readonly policies: readonly CompiledPolicy[];
  private readonly module: Module;
  private readonly timing: Timing;
  private readonly now: () => number;
  private readonly elapsed: () => number;
  private readonly budgetMs: number;
  private readonly selections = new Map<string, Selection>();
  private readonly byClaims: boolean;
  private readonly builtins: boolean;

  constructor(digest: string, data: BundleData, module: Module, options: EvaluatorOptions) {
    this.digest = digest;
    this.data = data;
    this.policies = data.compiled.policies;
    this.module = module;
    this.timing = new Timing(data.schedules);
    this.now = options.now ?? Date.now;
    this.elapsed = options.elapsed ?? (() => performance.now());
    this.budgetMs = options.budgetMs ?? 100;
    this.protects = this.policies.some(
      ({ enforce, rules, residency, rego }) =>
        enforce &&
        (residency !== undefined ||
          rego !== undefined ||
          rules.some(({ masks, filter }) => masks !== undefined || filter !== undefined)),
    );
    this.builtins = this.policies.some(({ rules }) => rules.some(({ on }) => on.builtin));
    this.byClaims = this.policies.some(({ subjects, rego }) => subjects.purposes ?? rego);
  }

  selected(who: Selecting): readonly string[] {
    const selection = this.select(who);
    return [...(selection?.enforced ?? []), ...(selection?.audited ?? [])].flatMap((p) => {
      const policy = this.policies[p];
      return policy ? [policy.key] : [];
    });
  }

  onBaseline(who: Selecting): boolean {
    const enforced = this.select(who)?.enforced ?? [];
    return enforced.every((p) => this.policies[p]?.baseline === true);
  }

  evaluate(input: TimelessInput): Decision {
    const at = this.now();
    const selection = this.select(input);
    if (!selection) return denied('no-decision', 'policy gave no decision');
    const enforced = this.decide(input, selection.enforced, at);
    if (typeof enforced === 'string') return denied(enforced, failures[enforced]);
    const { audited } = selection;
    const would = audited.length > 0 ? this.decide(input, audited, at) : undefined;
    return {
      ...answer(
        this.policies,
        input.statement,
        enforced,
        typeof would === 'string' ? undefined : would,
        selection.enforced.length > 0,
      ),
      cache: this.cache([...selection.enforced, ...audited], at),
    };
  }

  private select({ identity, workload, session, database }: Selecting): Selection | undefined {
    const key = JSON.stringify([identity, workload.labels, session.purpose, database]);
    const known = this.selections.get(key);
    if (known) return known;
    const found = this.module.ask(entrypoints.selection, { identity, workload, session, database });
    if (!Array.isArray(found) || !found.every((p) => typeof p === 'number')) return undefined;
    const selected = [...found].sort((a, b) => a - b);
    const enforced = selected.filter((p) => this.policies[p]?.enforce);
    const baseline = this.policies.flatMap((policy, p) => (policy.baseline ? [p] : []));
    const selection = {
      enforced: enforced.length > 0 ? enforced : baseline,
      audited: selected.filter((p) => this.policies[p]?.enforce === false),
    };
    if (this.selections.size >= remembered) this.selections.clear();
    this.selections.set(key, selection);
    return selection;
  }

  /** One run is over budget for many reasons, such as a machine that was busy; two in a row are the policy's. */
  private decide(
    input: TimelessInput,
    selected: readonly number[],
    at: number,
  ): Raw | 'no-decision' | 'budget-exceeded' {
    const custom = Object.fromEntries(
      selected.flatMap((p) => {
        const policy = this.policies[p];
        return policy?.rego ? [[policy.key, p] as const] : [];
      }),
    );
    const schedules = this.timing.at(at);
    const facts = factsOf(
      input,
      { selected, schedules, custom },
      this.data.columnShapes,
      this.builtins,
    );
    // Only the policies' own Rego reads the whole input.
    const asked =
      Object.keys(custom).length > 0
        ? { ...input, time: { now: new Date(at).toISOString(), schedules }, facts }
        : { facts };
    for (let run = 0; run < 2; run += 1) {
      const start = this.elapsed();
      const raw = asRaw(this.module.ask(entrypoints.decision, asked));
      if (this.elapsed() - start > this.budgetMs) continue;
      return raw ?? 'no-decision';
    }
    return 'budget-exceeded';
  }

  private cache(selected: readonly number[], at: number): Decision['cache'] {
    const policies = selected.flatMap((p) => this.policies[p] ?? []);
    const schedules = new Set(
      policies.flatMap(({ rules }) => rules.flatMap(({ when }) => when?.schedule ?? [])),
    );
    const byClock = policies.some(({ rego }) => rego?.time);
    // Rego that reads the clock may change its mind at any time; a second is what we let it lag.
    const until = Math.min(this.timing.next(schedules), byClock ? at + 1000 : Infinity);
    const byRequest = policies.some(
      ({ default_action, index, rego }) =>
        rego !== undefined ||
        default_action === 'RequireApproval' ||
        Object.keys(index.ask).length > 0,
    );
    return {
      dependsOn: [
        ...(schedules.size > 0 || byClock ? (['time'] as const) : []),
        ...(this.byClaims ? (['claims'] as const) : []),
        ...(byRequest ? (['request'] as const) : []),
      ],
      ...(until === Infinity ? {} : { until }),
    };
  }
}

const failures = {
  'no-decision': 'policy gave no decision',
  'budget-exceeded': 'policy took too long to decide',
} as const;

const hints = {
  'no-decision': "Ask the proxy's administrators: its log says what went wrong.",
  'budget-exceeded': 'Make the statement smaller.',
} as const;

const denied = (code: keyof typeof failures, message: string): Decision => ({
  version: 1,
  effect: 'deny',
  reasons: [{ code, policy: 'postern/proxy', rule: 'default', message, hint: hints[code] }],
  wouldHave: [],
  masks: [],
  rowFilters: [],
  limits: {},
  audit: { mode: 'relaxed', whenFull: 'Refuse' },
  cache: { dependsOn: [], until: 0 },
});
