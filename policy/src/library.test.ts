import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { maskOrder } from './compile/policy.js';
import { opa } from './testing.js';

const folder = 'policy/rego';

test('opa test of the rule library', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.rego'));
  const said = execFileSync(
    opa,
    ['test', '--format', 'json', ...files.map((name) => `${folder}/${name}`)],
    { encoding: 'utf8' },
  );
  const results = JSON.parse(said) as readonly { name: string; fail?: boolean; error?: unknown }[];
  expect(results.length).toBeGreaterThan(20);
  expect(results.filter(({ fail, error }) => fail === true || error !== undefined)).toEqual([]);
});

test('the order of masks is the same in both languages', () => {
  const [, table = ''] =
    /rank := \{([^}]*)\}/.exec(readFileSync(`${folder}/postern.rego`, 'utf8')) ?? [];
  expect(
    [...table.matchAll(/"(\w+)": (\d+)/g)].map(([, kind, rank]) => [kind, Number(rank)]),
  ).toEqual(maskOrder.map((kind, rank) => [kind, rank]));
});

test('capabilities leave out the world', () => {
  const { builtins } = JSON.parse(readFileSync(`${folder}/capabilities.json`, 'utf8')) as {
    builtins: readonly { name: string }[];
  };
  const names = builtins.map(({ name }) => name);
  expect(
    names.filter((name) =>
      /^(http|opa|net|rand|time|trace|io|providers|rego|crypto|uuid)\b/.test(name),
    ),
  ).toEqual([]);
  expect(names).toContain('sprintf');
});
