import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskOrder } from './compile/policy.js';
import type { Decision } from './index.js';
import { access, type Asked, bundleOf, evaluatorOf, input, policyYaml } from './testing.js';

const tables = ['public.a', 'public.b', 'other.a'];
const actions = ['select', 'insert', 'update', 'delete', 'ddl', 'truncate'];
const tags = ['pii.email', 'pii.name', 'region.eu'];

const someOf = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...items), { minLength: 1 });
const conditions = fc.record({
  tables: fc.option(someOf([...tables, 'public.*', '*.a', '*.*']), { nil: undefined }),
  commands: fc.option(someOf(['DROP', 'ALTER TABLE', 'SELECT']), { nil: undefined }),
});
const mask = fc.record({
  tags: someOf(['pii.*', ...tags]),
  mask: fc.constantFrom(
    ...['null', 'redact', 'hash', 'uuid', 'email', 'year', 'month', 'none'].map((kind) => ({
      [kind]: {},
    })),
    { partial: { first: 1, last: 2 } },
    { partial: { first: 3, last: 0 } },
    { bucket: { size: 10 } },
    { round: { digits: 1 } },
    { json: { paths: ['a'] } },
  ),
});
const rule = fc
  .tuple(
    someOf([...actions, 'write', 'any']),
    fc.constantFrom('Allow', 'Allow', 'Deny', 'RequireApproval'),
    conditions,
    fc.option(fc.array(mask, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    fc.option(fc.constantFrom('a = 1', 'b = 2'), { nil: undefined }),
    fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  )
  .map(([acts, effect, when, masks, rowFilter, maxRows]) => ({
    actions: acts.includes('select') || acts.includes('any') ? acts : [...acts, 'select'],
    effect,
    ...(when.tables ? { tables: when.tables } : {}),
    ...(when.commands && effect !== 'Allow'
      ? { commands: ['SELECT', ...when.commands.filter((c) => c !== 'SELECT')] }
      : {}),
    ...(effect === 'Deny'
      ? {}
      : {
          ...(masks ? { masks } : {}),
          ...(rowFilter ? { rowFilter } : {}),
          ...(maxRows ? { limits: { maxRows } } : {}),
        }),
  }));
type Rule = typeof rule extends fc.Arbitrary<infer R> ? R : never;

const policy = (name: string, rules: readonly Rule[], defaultAction = 'Deny'): string =>
  policyYaml(
    name,
    JSON.stringify({ defaultAction, rules: rules.map((r, i) => ({ name: `r${i}`, ...r })) }),
  );

const asked: fc.Arbitrary<Asked> = fc.record({
  command: fc.constantFrom('SELECT', 'DROP TABLE', 'UPDATE'),
  accesses: fc.array(
    fc
      .tuple(
        fc.constantFrom(...actions),
        fc.constantFrom(...tables),
        someOf(tags),
        fc.option(fc.constantFrom(...tables), { nil: undefined }),
      )
      .map(([action, table, of, via]) =>
        access(`${action} ${table}`, [`c:${of.join('+')}`], via ? [via] : []),
      ),
    { maxLength: 3 },
  ),
});

const strictness: Readonly<Record<Decision['effect'], number>> = {
  allow: 0,
  'require-approval': 1,
  deny: 2,
};
const maskRank = (decision: Decision, relation: string, column: string): number => {
  const found = decision.masks.find((m) => m.relation === relation && m.column === column);
  return found ? maskOrder.findIndex((kind) => kind in found.mask) : maskOrder.length - 1;
};
const runs = { numRuns: 60 };

/** Policies that compile; a rule wholly under a Deny does not. */
const compiled = async (...texts: readonly string[]) => {
  try {
    return await evaluatorOf(texts);
  } catch (cause) {
    if (String(cause).includes('can never fire')) return undefined;
    throw cause;
  }
};

test('one more policy never makes a decision weaker, save for what it allows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { minLength: 1, maxLength: 4 }),
      fc.array(rule, { minLength: 1, maxLength: 3 }),
      asked,
      async (first, second, ask) => {
        const [before, after] = [
          await compiled(policy('p', first)),
          await compiled(policy('p', first), policy('q', second)),
        ];
        if (!before || !after) return;
        const [weak, strong] = [before.evaluate(input(ask)), after.evaluate(input(ask))];
        // what was refused by a rule (not for want of one) stays so
        const refused = weak.reasons.filter(({ code }) => code !== 'no-rule').length > 0;
        if (refused)
          expect(strictness[strong.effect]).toBeGreaterThanOrEqual(
            strictness[weak.effect] === 2 ? 2 : 1,
          );
        if (strong.effect === 'deny' || weak.effect === 'deny') return;
        for (const m of weak.masks)
          expect(maskRank(strong, m.relation, m.column)).toBeLessThanOrEqual(
            maskRank(weak, m.relation, m.column),
          );
        for (const f of weak.rowFilters)
          expect(strong.rowFilters).toContainEqual(
            expect.objectContaining({ relation: f.relation, sql: f.sql }),
          );
        expect(strong.limits.maxRows ?? Infinity).toBeLessThanOrEqual(
          weak.limits.maxRows ?? Infinity,
        );
      },
    ),
    runs,
  );
}, 120_000);

test('a Deny rule added anywhere never makes a decision weaker', async () => {
  const deny = rule.map((r): Rule => ({
    actions: r.actions,
    effect: 'Deny',
    ...(r.tables ? { tables: r.tables } : {}),
  }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { minLength: 1, maxLength: 4 }),
      deny,
      asked,
      async (rules, more, ask) => {
        const [before, after] = [
          await compiled(policy('p', rules)),
          await compiled(policy('p', [...rules, more])),
        ];
        if (!before || !after) return;
        const [weak, strong] = [before.evaluate(input(ask)), after.evaluate(input(ask))];
        expect(strictness[strong.effect]).toBeGreaterThanOrEqual(strictness[weak.effect]);
      },
    ),
    runs,
  );
}, 120_000);

test('the order of policies and rules does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.array(rule, { minLength: 1, maxLength: 3 }), async (first, second) => {
      if (!(await compiled(policy('p', first), policy('q', second)))) return;
      const named = (name: string, rules: readonly Rule[], turned: boolean): string => {
        const list = rules.map((r, i) => ({ name: `r${i}`, ...r }));
        return policyYaml(name, JSON.stringify({ rules: turned ? list.reverse() : list }));
      };
      const one = await bundleOf(named('p', first, false), named('q', second, false));
      const two = await bundleOf(named('q', second, true), named('p', first, true));
      expect(two.digest).toBe(one.digest);
    }),
    runs,
  );
}, 120_000); // prettier-ignore
