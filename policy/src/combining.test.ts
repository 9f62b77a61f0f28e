import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Evaluator } from './index.js';
import { access, type Asked, evaluatorOf, input, policyYaml, why } from './testing.js';

interface Case {
  readonly name: string;
  readonly policies: readonly string[];
  readonly asked: Asked;
  readonly effect: 'allow' | 'deny' | 'require-approval';
  readonly why?: readonly string[];
  readonly masks?: Readonly<Record<string, unknown>>;
  /** masked columns that predicates see as they are */
  readonly open?: readonly string[];
  readonly filters?: readonly string[];
  readonly exempt?: readonly unknown[];
  readonly limits?: Readonly<Record<string, unknown>>;
}

const allowAll = policyYaml('all', 'rules:\n- {name: all, actions: [any], effect: Allow}');
const allowReads = policyYaml(
  'reads',
  'rules:\n- {name: reads, actions: [select], tables: ["*.*"], effect: Allow}',
);
const rules = (name: string, ...list: readonly string[]): string =>
  policyYaml(name, `rules:\n${list.map((rule) => `- {${rule}}`).join('\n')}`);
const masking = (name: string, masks: string): string =>
  rules(name, `name: m, actions: [select], effect: Allow, masks: [${masks}]`);
const readsOrders: Asked = { accesses: [access('select public.orders')] };
const readsEmail: Asked = {
  accesses: [access('select public.customers', ['id', 'email:pii.email'])],
};

/** With a name that it had before. */
const renamed = (text: string, before: string): ReturnType<typeof access> => ({
  ...access(text),
  formerly: [before],
});

const cases: readonly Case[] = [
  // effects
  { name: 'an Allow allows', policies: [allowReads], asked: readsOrders, effect: 'allow' },
  { name: 'no rule is the default, Deny', policies: [allowReads], asked: { command: 'INSERT', accesses: [access('insert public.orders')] }, effect: 'deny', why: ['no-rule ml/reads default'] },
  { name: 'Deny beats Allow in another policy', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: [public.orders], effect: Deny')], asked: readsOrders, effect: 'deny', why: ['rule ml/no no'] },
  { name: 'Deny beats RequireApproval', policies: [allowAll, rules('ask', 'name: ask, actions: [select], effect: RequireApproval'), rules('no', 'name: no, actions: [select], effect: Deny')], asked: readsOrders, effect: 'deny', why: ['rule ml/no no'] },
  { name: 'RequireApproval beats Allow', policies: [allowAll, rules('ask', 'name: ask, actions: [select], effect: RequireApproval')], asked: readsOrders, effect: 'require-approval', why: ['rule ml/ask ask'] },
  { name: 'RequireApproval alone asks', policies: [rules('ask', 'name: ask, actions: [select], effect: RequireApproval')], asked: readsOrders, effect: 'require-approval' },
  { name: 'a grant for this statement lets it through', policies: [rules('ask', 'name: ask, actions: [select], effect: RequireApproval')], asked: { ...readsOrders, grants: [{ id: '1', policy: 'ml/ask', rule: 'ask', fingerprint: 'f1' }] }, effect: 'allow' },
  { name: 'a grant for another statement does not', policies: [rules('ask', 'name: ask, actions: [select], effect: RequireApproval')], asked: { ...readsOrders, grants: [{ id: '1', policy: 'ml/ask', rule: 'ask', fingerprint: 'f2' }] }, effect: 'require-approval' },
  { name: 'one access refused refuses the statement', policies: [rules('some', 'name: s, actions: [select], tables: [public.orders], effect: Allow')], asked: { accesses: [access('select public.orders'), access('select public.payments')] }, effect: 'deny', why: ['no-rule ml/some default'] },
  { name: 'the strictest default counts', policies: [policyYaml('a', 'defaultAction: Allow'), policyYaml('b', 'defaultAction: RequireApproval')], asked: readsOrders, effect: 'require-approval', why: ['no-rule ml/b default'] },
  { name: 'default Allow', policies: [policyYaml('a', 'defaultAction: Allow')], asked: readsOrders, effect: 'allow' },
  // actions
  { name: 'write takes in truncate', policies: [rules('w', 'name: w, actions: [write], effect: Allow')], asked: { command: 'TRUNCATE TABLE', accesses: [access('truncate public.orders')] }, effect: 'allow' },
  { name: 'write leaves out select', policies: [rules('w', 'name: w, actions: [write], effect: Allow')], asked: readsOrders, effect: 'deny' },
  { name: 'copy-out is besides the select', policies: [allowReads], asked: { command: 'COPY', accesses: [access('select public.orders'), access('copy-out public.orders')] }, effect: 'deny', why: ['no-rule ml/reads default'] },
  { name: 'a Deny of select meets an UPDATE that reads', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: [public.customers], effect: Deny')], asked: { command: 'UPDATE', accesses: [access('update public.customers', ['email'])] }, effect: 'deny' },
  { name: '... and not one that only writes', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: [public.customers], effect: Deny')], asked: { command: 'UPDATE', accesses: [access('update public.customers', ['email!'])] }, effect: 'allow' },
  { name: 'any leaves out replication', policies: [allowAll], asked: { command: 'REPLICATION', accesses: [access('replication')] }, effect: 'deny', why: ['no-rule ml/all default'] },
  { name: 'default Allow leaves out replication', policies: [policyYaml('a', 'defaultAction: Allow')], asked: { command: 'REPLICATION', accesses: [access('replication')] }, effect: 'deny', why: ['no-rule ml/a default'] },
  { name: 'replication where a rule names it', policies: [rules('r', 'name: r, actions: [replication], effect: Allow')], asked: { command: 'REPLICATION', accesses: [access('replication')] }, effect: 'allow' },
  { name: '... and none where another denies it', policies: [rules('r', 'name: r, actions: [replication], effect: Allow'), rules('no', 'name: no, actions: [replication], effect: Deny')], asked: { command: 'REPLICATION', accesses: [access('replication')] }, effect: 'deny', why: ['rule ml/no no'] },
  { name: '... or with an approval', policies: [rules('r', 'name: r, actions: [replication], effect: RequireApproval')], asked: { command: 'REPLICATION', accesses: [access('replication')] }, effect: 'require-approval' },
  { name: 'any leaves out function calls', policies: [allowAll], asked: { accesses: [access('function-call public.f')] }, effect: 'deny', why: ['no-rule ml/all default'] },
  // names
  { name: '*.* leaves out the system', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: ["*.*"], effect: Deny')], asked: { accesses: [access('select pg_catalog.pg_class')] }, effect: 'allow' },
  { name: 'the system is readable without a rule', policies: [rules('w', 'name: w, actions: [write], effect: Allow')], asked: { accesses: [access('select pg_catalog.pg_class')] }, effect: 'allow' },
  { name: '... not writable', policies: [allowReads], asked: { command: 'UPDATE', accesses: [access('update pg_catalog.pg_settings')] }, effect: 'deny' },
  { name: 'a schema pattern', policies: [rules('p', 'name: p, actions: [select], tables: ["public.*"], effect: Allow')], asked: { accesses: [access('select other.orders')] }, effect: 'deny' },
  { name: 'a quoted name keeps its case', policies: [rules('p', `name: p, actions: [select], tables: ['public."Orders"'], effect: Allow`)], asked: readsOrders, effect: 'deny' },
  { name: 'an unquoted name is folded', policies: [rules('p', 'name: p, actions: [select], tables: [Public.ORDERS], effect: Allow')], asked: readsOrders, effect: 'allow' },
  { name: 'pg_temp is the session’s own', policies: [rules('p', 'name: p, actions: [select], tables: ["pg_temp.*"], effect: Allow')], asked: { accesses: [access('select pg_temp_3.scratch')] }, effect: 'allow' },
  { name: 'a Deny reaches through a view', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: [public.payments], effect: Deny')], asked: { accesses: [access('select public.v', [], ['public.payments'])] }, effect: 'deny', why: ['rule ml/no no'] },
  // names of before
  { name: 'a Deny holds under the next name', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: [public.payments], effect: Deny')], asked: { accesses: [renamed('select public.p2', 'public.payments')] }, effect: 'deny', why: ['rule ml/no no'] },
  { name: 'an Allow does not', policies: [rules('p', 'name: p, actions: [select], tables: [public.payments], effect: Allow')], asked: { accesses: [renamed('select public.p2', 'public.payments')] }, effect: 'deny' },
  { name: 'a row filter holds under the next name', policies: [allowAll, rules('f', 'name: f, actions: [select], tables: [public.payments], effect: Allow, rowFilter: "NOT hidden"')], asked: { accesses: [renamed('select public.p2', 'public.payments')] }, effect: 'allow', filters: ['public.p2: NOT hidden'] },
  { name: 'a limit holds under the next name', policies: [allowAll, rules('l', 'name: l, actions: [select], tables: [public.payments], effect: Allow, limits: {maxRows: 5}')], asked: { accesses: [renamed('select public.p2', 'public.payments')] }, effect: 'allow', limits: { maxRows: 5, from: { maxRows: { policy: 'ml/l', rule: 'l' } } } },
  { name: 'an Allow is needed on the view alone', policies: [rules('v', 'name: v, actions: [select], tables: [public.v], effect: Allow')], asked: { accesses: [access('select public.v', [], ['public.payments'])] }, effect: 'allow' },
  { name: 'functions', policies: [rules('f', 'name: f, actions: [execute], functions: [public.f], effect: Allow')], asked: { accesses: [access('execute public.g')] }, effect: 'deny' },
  { name: 'settings under *.*', policies: [rules('c', 'name: c, actions: [config], tables: ["*.*"], effect: Allow')], asked: { command: 'SET', accesses: [access('config')] }, effect: 'allow' },
  { name: 'settings not under one table', policies: [rules('c', 'name: c, actions: [any], tables: [public.orders], effect: Allow')], asked: { command: 'SET', accesses: [access('config')] }, effect: 'deny' },
  { name: 'statements that touch nothing', policies: [rules('w', 'name: w, actions: [insert], effect: Allow')], asked: {}, effect: 'allow' },
  { name: '... may be denied by command', policies: [allowAll, rules('l', 'name: l, actions: [any], commands: [LISTEN], effect: Deny')], asked: { command: 'LISTEN' }, effect: 'deny' },
  // conditions
  { name: 'commands by their first word', policies: [allowAll, rules('d', 'name: d, actions: [ddl], commands: [drop], effect: Deny')], asked: { command: 'DROP TABLE', accesses: [access('ddl public.orders')] }, effect: 'deny' },
  { name: 'other commands are left alone', policies: [allowAll, rules('d', 'name: d, actions: [ddl], commands: [DROP, ALTER TABLE], effect: Deny')], asked: { command: 'CREATE TABLE', accesses: [access('ddl public.orders')] }, effect: 'allow' },
  { name: 'unfiltered', policies: [allowAll, rules('u', 'name: u, actions: [delete], unfiltered: true, effect: Deny')], asked: { command: 'DELETE', unfiltered: true, accesses: [access('delete public.orders')] }, effect: 'deny' },
  { name: 'filtered', policies: [allowAll, rules('u', 'name: u, actions: [delete], unfiltered: true, effect: Deny')], asked: { command: 'DELETE', accesses: [access('delete public.orders')] }, effect: 'allow' },
  // masks
  { name: 'a mask by tag', policies: [masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { hash: {} } } },
  { name: 'the strictest mask of two policies', policies: [masking('a', '{tags: ["pii.*"], mask: {hash: {}}}'), masking('b', '{tags: [pii.email], mask: {redact: {}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { redact: {} } } },
  { name: 'none gives way', policies: [masking('a', '{tags: ["pii.*"], mask: {none: {}}}'), masking('b', '{tags: [pii.email], mask: {json: {paths: [a]}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { json: { paths: ['a'] } } } },
  { name: 'none alone masks nothing', policies: [masking('a', '{tags: ["pii.*"], mask: {none: {}}}')], asked: readsEmail, effect: 'allow', masks: {}, exempt: [{ relation: 'public.customers', column: 'email' }] },
  { name: 'partial meets partial', policies: [masking('a', '{tags: ["pii.*"], mask: {partial: {first: 3}}}'), masking('b', '{tags: ["pii.*"], mask: {partial: {first: 1, last: 2}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { partial: { first: 1, last: 0 } } } },
  { name: 'json meets json', policies: [masking('a', '{tags: ["pii.*"], mask: {json: {paths: [a]}}}'), masking('b', '{tags: ["pii.*"], mask: {json: {paths: [b]}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { json: { paths: ['a', 'b'] } } } },
  { name: 'the wider bucket, the rougher round', policies: [masking('a', '{tags: [n], mask: {bucket: {size: 10}}}, {tags: [m], mask: {round: {digits: 2}}}'), masking('b', '{tags: [n], mask: {bucket: {size: 100}}}, {tags: [m], mask: {round: {digits: -1}}}')], asked: { accesses: [access('select public.t', ['a:n', 'b:m'])] }, effect: 'allow', masks: { 'public.t.a': { bucket: { size: 100 } }, 'public.t.b': { round: { digits: -1 } } } },
  { name: 'predicates are open where all masks say so', policies: [masking('a', '{tags: ["pii.*"], mask: {hash: {}}, predicates: allow}'), masking('b', '{tags: [pii.email], mask: {redact: {}}, predicates: allow}'), masking('c', '{tags: [pii.email], mask: {none: {}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { redact: {} } }, open: ['email'] },
  { name: 'predicates are closed where one mask does not say so', policies: [masking('a', '{tags: ["pii.*"], mask: {redact: {}}, predicates: allow}'), masking('b', '{tags: [pii.email], mask: {hash: {}}}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { redact: {} } }, open: [] },
  { name: 'masked predicates are closed', policies: [masking('a', '{tags: ["pii.*"], mask: {redact: {}}, predicates: masked}')], asked: readsEmail, effect: 'allow', masks: { 'public.customers.email': { redact: {} } }, open: [] },
  { name: 'a mask by column', policies: [masking('m', '{columns: [public.customers.email], mask: {"null": {}}}')], asked: { accesses: [access('select public.customers', ['email', 'id'])] }, effect: 'allow', masks: { 'public.customers.email': { null: {} } } },
  { name: 'a mask by column pattern', policies: [masking('m', '{columns: ["*.*.email"], mask: {"null": {}}}')], asked: { accesses: [access('select public.customers', ['email', 'id'])] }, effect: 'allow', masks: { 'public.customers.email': { null: {} } } },
  { name: 'a mask by origin', policies: [masking('m', '{columns: [public.customers.email], mask: {hash: {}}}')], asked: { accesses: [access('select public.v', ['mail<public.customers.email'], ['public.customers'])] }, effect: 'allow', masks: { 'public.v.mail': { hash: {} } } },
  { name: 'a mask reaches through a view', policies: [rules('t', 'name: t, actions: [select], tables: [public.customers], effect: Allow, masks: [{tags: ["pii.*"], mask: {hash: {}}}]'), rules('v', 'name: v, actions: [select], tables: [public.v], effect: Allow')], asked: { accesses: [access('select public.v', ['mail:pii.email'], ['public.customers'])] }, effect: 'allow', masks: { 'public.v.mail': { hash: {} } } },
  { name: 'a written column is not masked', policies: [rules('m', 'name: m, actions: [any], effect: Allow, masks: [{tags: ["pii.*"], mask: {hash: {}}}]')], asked: { command: 'INSERT', accesses: [access('insert public.customers', ['email:pii.email!'])] }, effect: 'allow', masks: {} },
  { name: 'an UPDATE that reads is masked as a read is', policies: [allowAll, masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { command: 'UPDATE', accesses: [access('update public.customers', ['email:pii.email'])] }, effect: 'allow', masks: { 'public.customers.email': { hash: {} } } },
  { name: 'one relation read twice has one mask', policies: [allowAll, masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { command: 'UPDATE', accesses: [access('update public.customers', ['email:pii.email!']), access('select public.customers', ['email:pii.email'])] }, effect: 'allow', masks: { 'public.customers.email': { hash: {} } } },
  { name: 'a prefix of a tag is not the tag', policies: [masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { accesses: [access('select public.t', ['a:pii', 'b:piix.email', 'c:pii.a.b'])] }, effect: 'allow', masks: { 'public.t.c': { hash: {} } } },
  // filters and limits
  { name: 'row filters are all there, each once', policies: [rules('a', 'name: a, actions: [select], effect: Allow, rowFilter: "region = session.region"'), rules('b', 'name: b, actions: [select], effect: Allow, rowFilter: "region = session.region"'), rules('c', 'name: c, actions: [select], tables: [public.orders], effect: Allow, rowFilter: "NOT hidden"')], asked: readsOrders, effect: 'allow', filters: ['public.orders: NOT hidden', 'public.orders: region = session.region'] },
  { name: 'a row filter cannot go through a view', policies: [allowReads, rules('a', 'name: a, actions: [select], tables: [public.orders], effect: Allow, rowFilter: "NOT hidden"')], asked: { accesses: [access('select public.v', [], ['public.orders'])] }, effect: 'deny', why: ['row-filter-through-view ml/a a'] },
  { name: 'the smallest limit', policies: [rules('a', 'name: a, actions: [select], effect: Allow, limits: {maxRows: 10, statementTimeout: 1m}'), rules('b', 'name: b, actions: [select], effect: Allow, limits: {maxRows: 5, maxBytes: 7}')], asked: readsOrders, effect: 'allow', limits: { maxRows: 5, maxBytes: 7, statementTimeoutMs: 60_000, from: { maxRows: { policy: 'ml/b', rule: 'b' }, maxBytes: { policy: 'ml/b', rule: 'b' }, statementTimeoutMs: { policy: 'ml/a', rule: 'a' } } } },
  { name: 'the smallest limit of changed and exported rows', policies: [rules('a', 'name: a, actions: [any], effect: Allow, limits: {maxAffectedRows: 10, maxExportRows: 3}'), rules('b', 'name: b, actions: [select], effect: Allow, limits: {maxAffectedRows: 0, maxExportRows: 4}')], asked: readsOrders, effect: 'allow', limits: { maxExportRows: 3, maxAffectedRows: 0, from: { maxExportRows: { policy: 'ml/a', rule: 'a' }, maxAffectedRows: { policy: 'ml/b', rule: 'b' } } } },
  { name: 'a limit of changed rows, and what may change them unseen', policies: [allowAll, rules('few', 'name: few, actions: [write], tables: [public.payments], effect: Allow, limits: {maxAffectedRows: 10, maxRows: 5}')], asked: { ...readsOrders, notUnderstood: [{ construct: 'DO', reach: ['*'] }] }, effect: 'allow', limits: { maxAffectedRows: 10, from: { maxAffectedRows: { policy: 'ml/few', rule: 'few' } } } },
  { name: "a function of PostgreSQL's own that a rule names", policies: [allowAll, rules('no', 'name: no, actions: [execute], functions: [pg_catalog.pg_sleep], effect: Deny')], asked: { calls: ['pg_catalog.count', 'pg_catalog.pg_sleep'] }, effect: 'deny', why: ['rule ml/no no'] },
  { name: "functions of PostgreSQL's own that no rule names", policies: [allowAll, rules('no', 'name: no, actions: [execute], effect: Deny'), rules('any', "name: any, actions: [execute], functions: ['*.*'], effect: Deny")], asked: { calls: ['pg_catalog.count', 'pg_catalog.pg_sleep'] }, effect: 'allow' },
  { name: 'a limit of changed rows elsewhere', policies: [allowAll, rules('few', 'name: few, actions: [write], tables: [public.payments], effect: Allow, limits: {maxAffectedRows: 10}')], asked: { ...readsOrders, notUnderstood: [{ construct: 'f', reach: ['public.orders'] }] }, effect: 'allow', limits: {} },
  // residency
  { name: 'residency without a region', policies: [allowAll, policyYaml('r', 'defaultAction: Allow\nresidency: {tags: [region.eu], allowedRegions: ["eu-*"]}')], asked: { accesses: [access('select public.t', ['a:region.eu'])] }, effect: 'deny', why: ['residency ml/r residency'] },
  { name: 'residency in another region', policies: [allowAll, policyYaml('r', 'defaultAction: Allow\nresidency: {tags: [region.eu], allowedRegions: ["eu-*"]}')], asked: { region: 'us-1', accesses: [access('select public.t', ['a:region.eu'])] }, effect: 'deny' },
  { name: 'residency in its region', policies: [allowAll, policyYaml('r', 'defaultAction: Allow\nresidency: {tags: [region.eu], allowedRegions: ["eu-*"]}')], asked: { region: 'eu-1', accesses: [access('select public.t', ['a:region.eu'])] }, effect: 'allow' },
  { name: 'residency and other data', policies: [allowAll, policyYaml('r', 'defaultAction: Allow\nresidency: {tags: [region.eu], allowedRegions: ["eu-*"]}')], asked: { accesses: [access('select public.t', ['a:region.us'])] }, effect: 'allow' },
  // not understood
  { name: 'unbounded, with a mask somewhere', policies: [masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { ...readsOrders, notUnderstood: [{ construct: 'JSON_TABLE', reach: ['*'] }] }, effect: 'deny', why: ['not-understood ml/m default'] },
  { name: 'unbounded, with nothing to protect', policies: [allowAll], asked: { ...readsOrders, notUnderstood: [{ construct: 'JSON_TABLE', reach: ['*'] }] }, effect: 'allow' },
  { name: 'bounded to an untagged relation', policies: [masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { ...readsOrders, notUnderstood: [{ construct: 'JSON_TABLE', reach: ['public.orders'], tagged: [] }] }, effect: 'allow' },
  { name: 'bounded to a tagged relation', policies: [masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { ...readsOrders, notUnderstood: [{ construct: 'JSON_TABLE', reach: ['public.customers'], tagged: ['public.customers'] }] }, effect: 'deny' },
  { name: 'near a denied table', policies: [allowAll, rules('no', 'name: no, actions: [select], tables: [public.payments], effect: Deny')], asked: { ...readsOrders, notUnderstood: [{ construct: 'DO', reach: ['public.payments'], tagged: [] }] }, effect: 'deny', why: ['not-understood ml/no default'] },
  { name: 'a side door', policies: [masking('m', '{tags: ["pii.*"], mask: {hash: {}}}')], asked: { notUnderstood: [{ construct: 'side door: pg_stats', reach: ['*'] }] }, effect: 'deny', why: ['side-door ml/m default'] },
]; // prettier-ignore

describe('combining', () => {
  test.each(cases)('$name', async ({ policies, asked, effect, ...expected }) => {
    const decision = (await evaluatorOf(policies)).evaluate(input(asked));
    expect({ effect: decision.effect, why: why(decision) }).toEqual({
      effect,
      why: expected.why ?? (effect === 'allow' ? [] : why(decision)),
    });
    expect(decision.reasons.length > 0).toBe(effect !== 'allow');
    if (expected.open)
      expect(decision.masks.flatMap((m) => (m.predicates ? [m.column] : []))).toEqual(
        expected.open,
      );
    if (expected.masks)
      expect(
        Object.fromEntries(decision.masks.map((m) => [`${m.relation}.${m.column}`, m.mask])),
      ).toEqual(expected.masks);
    if (expected.exempt) expect(decision.exempt).toEqual(expected.exempt);
    if (expected.filters)
      expect(decision.rowFilters.map(({ relation, sql }) => `${relation}: ${sql}`)).toEqual(
        expected.filters,
      );
    if (expected.limits) expect(decision.limits).toEqual(expected.limits);
  });
});

describe('selection', () => {
  let evaluator: Evaluator;
  const subject = (name: string, subjects: string): string =>
    policyYaml(name, `defaultAction: Allow\n${subjects}`);
  beforeAll(async () => {
    evaluator = await evaluatorOf([
      subject('sa', 'subjects: {workloads: [{serviceAccount: trainer}]}'),
      subject('sa-elsewhere', 'subjects: {workloads: [{namespace: web, serviceAccount: trainer}]}'),
      subject('sa-anywhere', 'subjects: {workloads: [{namespace: "*", podLabels: {app: train}}]}'),
      subject('group', 'subjects: {groups: [dba, ml-engineers]}'),
      subject('group-and-purpose', 'subjects: {groups: [ml-engineers], purposes: [training]}'),
      subject('user', 'subjects: {users: [ada]}'),
      subject('labels', 'databases: {matchLabels: {tier: customer-data}}'),
      subject('other-labels', 'databases: {matchLabels: {tier: scratch}}'),
      subject('names', 'databases: {names: [shop]}'),
      policyYaml('foreign', 'defaultAction: Allow', 'web'),
    ]);
  });
  test.each<{ name: string; asked: Asked; selected: readonly string[] }>([
    { name: 'a ServiceAccount', asked: {}, selected: ['group', 'labels', 'names', 'sa'] },
    { name: 'pod labels in any namespace', asked: { podLabels: { app: 'train', x: 'y' } }, selected: ['group', 'labels', 'names', 'sa', 'sa-anywhere'] },
    { name: 'a purpose', asked: { purpose: 'training' }, selected: ['group', 'group-and-purpose', 'labels', 'names', 'sa'] },
    { name: 'a person', asked: { identity: { kind: 'user', issuer: 'i', subject: 's', name: 'ada', groups: [] } }, selected: ['labels', 'names', 'user'] },
    { name: 'another database', asked: { database: { name: 'other', labels: {} } }, selected: ['group', 'sa'] },
  ])('$name', ({ asked, selected }) => {
    expect(evaluator.selected(input(asked))).toEqual(selected.map((name) => `ml/${name}`));
    expect(evaluator.onBaseline(input(asked))).toBe(selected.length === 0);
  }); // prettier-ignore

  test('a session that no policy selects has the baseline', () => {
    const asked: Asked = { database: { namespace: 'nobody' } };
    expect(evaluator.selected(input(asked))).toEqual(['postern/baseline']);
    expect(evaluator.onBaseline(input(asked))).toBe(true);
    const of = (more: Asked) => evaluator.evaluate(input({ ...asked, ...more })).effect;
    expect(of(readsOrders)).toBe('allow');
    expect(of({ command: 'DROP TABLE', accesses: [access('ddl public.orders')] })).toBe('deny');
    expect(of({ command: 'TRUNCATE TABLE', accesses: [access('truncate public.orders')] })).toBe(
      'deny',
    );
    expect(
      of({ command: 'DELETE', accesses: [access('delete public.orders')], unfiltered: true }),
    ).toBe('deny');
    expect(of({ command: 'DELETE', accesses: [access('delete public.orders')] })).toBe('allow');
  });
});

test('Audit decides and changes nothing', async () => {
  const audit = policyYaml(
    'audit',
    'enforcement: Audit\nrules:\n- {name: no, actions: [select], effect: Deny}',
  );
  const evaluator = await evaluatorOf([allowAll, audit]);
  const decision = evaluator.evaluate(input(readsOrders));
  expect(decision.effect).toBe('allow');
  expect(decision.wouldHave).toMatchObject([
    { code: 'rule', policy: 'ml/audit', rule: 'no', message: 'policy denies SELECT on public.orders' },
    { code: 'no-rule', policy: 'ml/audit', rule: 'default', message: 'policy denies SELECT on public.orders: no rule allows it' },
  ]); // prettier-ignore
  // An Audit policy alone leaves the baseline in force.
  const alone = await evaluatorOf([audit]);
  expect(
    alone.evaluate(input({ command: 'TRUNCATE TABLE', accesses: [access('truncate public.t')] }))
      .effect,
  ).toBe('deny');
});

test('messages say what was refused and by what', async () => {
  const evaluator = await evaluatorOf([
    allowAll,
    rules('no', 'name: drop, actions: [ddl], commands: [DROP], effect: Deny', 'name: all-rows, actions: [delete], unfiltered: true, effect: Deny', 'name: said, actions: [truncate], effect: Deny, message: never'),
  ]);
  const of = (asked: Asked) => evaluator.evaluate(input(asked)).reasons.map(({ message }) => message);
  expect(of({ command: 'DROP TABLE', accesses: [access('ddl public.orders')] })).toEqual(['policy denies DROP TABLE on public.orders']);
  expect(of({ command: 'DELETE', unfiltered: true, accesses: [access('delete public.orders')] })).toEqual(['policy denies DELETE without a filter on public.orders']);
  expect(of({ command: 'TRUNCATE TABLE', accesses: [access('truncate public.orders')] })).toEqual(['never']);
}); // prettier-ignore

test('approval and audit settings', async () => {
  const evaluator = await evaluatorOf([
    policyYaml('a', 'audit: {mode: strict}\nrules:\n- name: ask\n  actions: [ddl]\n  effect: RequireApproval\n  approval: {approvers: {groups: [dba]}, expiresAfter: 1h30m, wait: 5s, grant: session}'),
    policyYaml('b', 'audit: {whenFull: Gap}\ndefaultAction: Allow'),
  ]);
  const decision = evaluator.evaluate(input({ command: 'ALTER TABLE', accesses: [access('ddl public.t')] }));
  expect(decision.approval).toEqual({ policy: 'ml/a', rule: 'ask', approvers: { groups: ['dba'], users: [] }, expiresAfterMs: 5_400_000, waitMs: 5000, grant: 'session' });
  expect(decision.audit).toEqual({ mode: 'strict', whenFull: 'Refuse' });
  expect(decision.cache.dependsOn).toEqual(['request']);
}); // prettier-ignore
