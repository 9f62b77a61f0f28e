import { loadObjects, type LoadedObjects } from '@postern/crds';
import { existsSync } from 'node:fs';
import type { Decision } from './decision.js';
import {
  compile,
  openBundle,
  type Bundle,
  type Evaluator,
  type EvaluatorOptions,
} from './index.js';
import type { AccessFacts, ColumnFacts, Identity, Input } from './input.js';
import type { TimelessInput } from './to-input.js';

/** Small builders for the tests of this package. */

export const opa = existsSync('.tools/opa') ? '.tools/opa' : 'opa';
const modules = new Map<string, Uint8Array>();

export const policyYaml = (name: string, spec: string, namespace = 'ml'): string =>
  `apiVersion: postern.dev/v1alpha1\nkind: DatabaseAccessPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n${spec
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

export const objectsOf = (...texts: readonly string[]): LoadedObjects => {
  const objects = loadObjects(texts.map((text, i) => ({ name: `${i}.yaml`, text })));
  if (objects.problems.length > 0) throw new Error(JSON.stringify(objects.problems));
  return objects;
};

export const bundleOf = async (...texts: readonly string[]): Promise<Bundle> => {
  const result = await compile(objectsOf(...texts), { opa, modules });
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result.bundle;
};

/** Opens a bundle with patience: these tests are not about time. */
export const evaluatorOf = async (
  texts: readonly string[],
  options: EvaluatorOptions = {},
): Promise<Evaluator> => openBundle(await bundleOf(...texts), { budgetMs: 10_000, ...options });

export const trainer: Identity = {
  kind: 'serviceaccount',
  issuer: 'https://kubernetes.default.svc',
  subject: 'system:serviceaccount:ml:trainer',
  namespace: 'ml',
  name: 'trainer',
  groups: ['ml-engineers'],
};

/** `email:pii.email+region.eu<public.customers.email`: name, tags, origins; read unless it ends in `!`. */
export const column = (text: string): ColumnFacts => {
  const [, name = '', tags = '', origin, written] =
    /^([^:<!]+)(?::([^<!]*))?(?:<([^!]*))?(!)?$/.exec(text) ?? [];
  return {
    name,
    tags: tags === '' ? [] : tags.split('+'),
    uses: [written ? 'write' : 'output'],
    origins: origin === undefined ? [] : [origin],
  };
};

/** `select public.orders`, `config`; with columns and what a view reads. */
export const access = (
  text: string,
  columns: readonly string[] = [],
  through: readonly string[] = [],
): AccessFacts => {
  const [action = '', object] = text.split(' ');
  const [schema, name] = object?.split('.') ?? [];
  return {
    action: action as AccessFacts['action'],
    ...(object !== undefined && schema !== undefined && name !== undefined
      ? { object, schema, name }
      : {}),
    user: schema !== 'pg_catalog' && schema !== 'information_schema',
    through,
    columns: columns.map(column),
  };
};

export interface Asked {
  readonly command?: string;
  readonly accesses?: readonly AccessFacts[];
  readonly calls?: readonly string[];
  readonly unfiltered?: boolean;
  readonly notUnderstood?: Input['statement']['notUnderstood'];
  readonly identity?: Identity;
  readonly purpose?: string;
  readonly region?: string;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly database?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly grants?: Input['request']['grants'];
}

export const input = (asked: Asked): TimelessInput => ({
  version: 1,
  identity: asked.identity ?? trainer,
  claims: asked.purpose === undefined ? {} : { purpose: asked.purpose },
  workload: { labels: asked.podLabels ?? {} },
  session: {
    user: 'app',
    databaseName: 'shop',
    ...(asked.purpose === undefined ? {} : { purpose: asked.purpose }),
    ...(asked.region === undefined ? {} : { region: asked.region }),
  },
  database: { namespace: 'ml', name: 'shop', labels: { tier: 'customer-data' }, ...asked.database },
  statement: {
    command: asked.command ?? 'SELECT',
    fingerprint: 'f1',
    accesses: asked.accesses ?? [],
    functions: [],
    calls: asked.calls ?? [],
    unfiltered: asked.unfiltered ?? false,
    readOnly: false,
    notUnderstood: asked.notUnderstood ?? [],
  },
  request: { grants: asked.grants ?? [] },
});

/** One line a reason: `code policy/rule`. */
export const why = ({ reasons }: Decision): readonly string[] =>
  reasons.map(({ code, policy, rule }) => `${code} ${policy} ${rule}`);
