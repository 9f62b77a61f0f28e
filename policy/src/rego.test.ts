import { describe, expect, test } from '@jest/globals';
import { access, evaluatorOf, input, policyYaml, why } from './testing.js';

const custom = (rego: string): string =>
  policyYaml('own', `defaultAction: Allow\nrego: |\n${rego.split('\n').map((line) => `  ${line}`).join('\n')}`); // prettier-ignore
const read = input({ accesses: [access('select public.customers', ['email:pii.email', 'name'])] });

describe('the Rego of a policy', () => {
  test('adds denials, of its own sessions alone', async () => {
    const evaluator = await evaluatorOf([
      custom('deny contains msg if {\n  some a in input.statement.accesses\n  a.name == "customers"\n  msg := sprintf("not %s", [a.object])\n}'),
      policyYaml('elsewhere', 'defaultAction: Allow\nsubjects: {users: [nobody]}\nrego: |\n  deny contains "never"'),
    ]);
    const decision = evaluator.evaluate(read);
    expect(decision.reasons).toMatchObject([{ code: 'rego', policy: 'ml/own', rule: 'rego', message: 'not public.customers' }]);
    expect(evaluator.evaluate(input({ accesses: [access('select public.orders')] })).effect).toBe('allow');
  }); // prettier-ignore

  test('adds approvals', async () => {
    const evaluator = await evaluatorOf([custom('require_approval contains "ask first" if input.statement.command == "SELECT"')]);
    expect(evaluator.evaluate(read)).toMatchObject({ effect: 'require-approval', reasons: [{ code: 'rego', message: 'ask first' }], approval: { policy: 'ml/own', rule: 'rego' } });
    const granted = { ...read, request: { grants: [{ id: '1', policy: 'ml/own', rule: 'rego', fingerprint: 'f1' }] } };
    expect(evaluator.evaluate(granted).effect).toBe('allow');
  }); // prettier-ignore

  test('adds masks, the strictest wins', async () => {
    const evaluator = await evaluatorOf([
      custom('masks contains {"column": "public.customers.name", "mask": {"redact": {}}}\nmasks contains {"column": "public.customers.email", "mask": {"none": {}}}'),
      policyYaml('reads', 'rules:\n- {name: r, actions: [select], effect: Allow, masks: [{columns: ["public.customers.*"], mask: {hash: {}}}]}'),
    ]);
    expect(evaluator.evaluate(read).masks).toEqual([
      { relation: 'public.customers', column: 'email', mask: { hash: {} }, policy: 'ml/reads', rule: 'r' },
      { relation: 'public.customers', column: 'name', mask: { redact: {} }, policy: 'ml/own', rule: 'rego' },
    ]);
  }); // prettier-ignore

  test.each([
    ['an unknown kind', '{"column": "public.customers.name", "mask": {"blur": {}}}'],
    ['two kinds', '{"column": "public.customers.name", "mask": {"hash": {}, "none": {}}}'],
    ['no column', '{"mask": {"hash": {}}}'],
    ['no mask', '{"column": "public.customers.name"}'],
    ['a mask that is no object', '{"column": "public.customers.name", "mask": "hash"}'],
    ['parameters that are missing', '{"column": "public.customers.name", "mask": {"bucket": {}}}'],
    ['not an object', '"public.customers.name"'],
  ])('a mask with %s is a deny', async (_, mask) => {
    const decision = (await evaluatorOf([custom(`masks contains ${mask}`)])).evaluate(read);
    expect(decision.effect).toBe('deny');
  });

  test('a clock in it limits how long a decision stands', async () => {
    const evaluator = await evaluatorOf([custom('deny contains "late" if input.time.now > "2026-01-01T00:00:10Z"')], { now: () => Date.parse('2026-01-01T00:00:11Z') });
    const decision = evaluator.evaluate(read);
    expect(why(decision)).toEqual(['rego ml/own rego']);
    expect(decision.cache).toEqual({ dependsOn: ['time', 'claims', 'request'], until: Date.parse('2026-01-01T00:00:12Z') });
  }); // prettier-ignore
});
