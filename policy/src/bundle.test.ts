import { expect, test } from '@jest/globals';
import { digestOf } from './bundle.js';
import { openBundle } from './index.js';
import { access, bundleOf, evaluatorOf, input, policyYaml } from './testing.js';

const texts = [
  policyYaml(
    'a',
    'rules:\n- {name: y, actions: [select], effect: Allow}\n- {name: x, actions: [ddl], effect: Deny}',
  ),
  policyYaml(
    'b',
    'defaultAction: Allow\nrego: |\n  deny contains "x" if input.statement.unfiltered',
  ),
  policyYaml(
    'c',
    'defaultAction: Allow\nrego: |\n  deny contains "y" if input.statement.unfiltered',
  ),
];
const read = input({ accesses: [access('select public.t')] });

test('the same policies in any order are the same bundle', async () => {
  const [one, two] = [await bundleOf(...texts), await bundleOf(...[...texts].reverse())];
  expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(two.digest).toBe(one.digest);
  expect((await bundleOf(...texts.slice(1))).digest).not.toBe(one.digest);
});

test.each([
  ['other data', { data: '{}' }],
  ['another library', { libraryVersion: '0' }],
  ['no Wasm', { wasm: new Uint8Array() }],
])('a bundle with %s is refused', async (_, changed) => {
  const bundle = { ...(await bundleOf(texts[0] ?? '')), ...changed };
  await expect(openBundle(bundle)).rejects.toMatchObject({ code: 'bad-bundle' });
});

test('a bundle whose Wasm does not load is refused', async () => {
  const parts = { ...(await bundleOf(texts[0] ?? '')), wasm: new Uint8Array([0, 97, 115, 109, 9]) };
  await expect(openBundle({ ...parts, digest: digestOf(parts) })).rejects.toMatchObject({ code: 'bad-module' });
}); // prettier-ignore

test('a module that gives nothing is a deny', async () => {
  const parts = { ...(await bundleOf(texts[0] ?? '')), data: '{"format":1,"compiled":{"policies":[]},"schedules":[],"columnShapes":[]}' };
  const empty = await openBundle({ ...parts, digest: digestOf(parts) });
  // nothing selects the session, not even a baseline
  expect(empty.evaluate(read)).toMatchObject({ effect: 'deny', reasons: [{ code: 'no-rule', policy: 'postern/none' }] });
  const bad = { ...parts, data: '{"format":1,"compiled":{"policies":[{"enforce":true,"baseline":true,"rules":[],"subjects":{},"index":{"ask":{}}, "key":"x"}]},"schedules":[],"columnShapes":[]}' };
  const malformed = await openBundle({ ...bad, digest: digestOf(bad) });
  expect(malformed.evaluate(read).effect).toBe('deny');
}); // prettier-ignore

test('over the budget twice is a deny with its own reason; once is forgiven', async () => {
  let step = 0;
  let clock = 0;
  const evaluator = await evaluatorOf([texts[0] ?? ''], { elapsed: () => (clock += step), budgetMs: 5 });
  expect(evaluator.evaluate(read).effect).toBe('allow');
  step = 6;
  expect(evaluator.evaluate(read)).toMatchObject({ effect: 'deny', reasons: [{ code: 'budget-exceeded' }] });
  let calls = 0;
  const once = await evaluatorOf([texts[0] ?? ''], { elapsed: () => (calls++ === 0 ? 0 : 100), budgetMs: 5 });
  expect(once.evaluate(read).effect).toBe('allow');
}); // prettier-ignore

test('what protects', async () => {
  expect((await evaluatorOf([texts[0] ?? ''])).protects).toBe(false);
  const masking = policyYaml('m', 'rules:\n- {name: m, actions: [select], effect: Allow, masks: [{tags: [a], mask: {hash: {}}}]}');
  expect((await evaluatorOf([masking])).protects).toBe(true);
}); // prettier-ignore
