import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { sampleInputs } from './compile/sample.js';
import { access, type Asked, evaluatorOf, input, policyYaml } from './testing.js';

const schema = (name: string): object =>
  JSON.parse(readFileSync(`policy/schema/${name}.schema.json`, 'utf8')) as object;
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ },
});
const isInput = ajv.compile(schema('input'));
const isDecision = ajv.compile(schema('decision'));

const policies = [
  policyYaml(
    'p',
    `residency: {tags: [region.eu], allowedRegions: ["eu-*"]}
rules:
- name: reads
  actions: [select]
  effect: Allow
  masks:
  - {tags: [a], mask: {hash: {}}}
  - {tags: [b], mask: {partial: {first: 1}}}
  - {tags: [c], mask: {bucket: {size: 10}}}
  - {tags: [d], mask: {json: {paths: [x.y]}}}
  - {tags: [e], mask: {"null": {}}}
  rowFilter: region = session.region
  limits: {maxRows: 10, maxBytes: 100, statementTimeout: 1s}
- {name: ask, actions: [ddl], effect: RequireApproval}
- {name: late, actions: [insert], effect: Allow, schedule: {timezone: UTC, inside: "01:00-02:00"}}`,
  ),
  policyYaml('audit', 'enforcement: Audit'),
];

describe('the published schemas fit', () => {
  test.each<{ name: string; asked: Asked }>([
    { name: 'a read', asked: { accesses: [access('select public.t', ['a:a', 'b:b', 'c:c', 'd:d', 'e:e', 'f'])], region: 'eu-1', purpose: 'x' } },
    { name: 'a refusal', asked: { accesses: [access('delete public.t', ['a:region.eu'], ['public.u'])], notUnderstood: [{ construct: 'DO', reach: ['*'], tagged: [] }] } },
    { name: 'a request', asked: { command: 'DROP TABLE', accesses: [access('ddl public.t')], grants: [{ id: '1', policy: 'a', rule: 'b', fingerprint: 'c' }] } },
    { name: 'nothing', asked: {} },
  ])('$name', async ({ asked }) => {
    const evaluator = await evaluatorOf(policies);
    const asks = input(asked);
    const whole = { ...asks, time: { now: '2026-01-01T00:00:00.000Z', schedules: [true] } };
    expect([isInput(whole), isInput.errors]).toEqual([true, null]);
    const decision: unknown = JSON.parse(JSON.stringify(evaluator.evaluate(asks)));
    expect([isDecision(decision), isDecision.errors]).toEqual([true, null]);
  });

  test('over the budget', async () => {
    let clock = 0;
    const evaluator = await evaluatorOf(policies, { elapsed: () => (clock += 1000), budgetMs: 1 });
    expect(isDecision(evaluator.evaluate(input({})))).toBe(true);
  });

  test.each(sampleInputs)('the samples', (sample) => {
    expect(isInput(sample)).toBe(true);
  });
}); // prettier-ignore

test('what does not fit is refused', () => {
  expect(isInput({ version: 2 })).toBe(false);
  expect(isDecision({ version: 1, effect: 'allow' })).toBe(false);
});
