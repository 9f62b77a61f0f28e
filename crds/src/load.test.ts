import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadObjects } from './index.js';

const load = (text: string) => loadObjects([{ name: 'a.yaml', text }]);

const policy = (spec: string, name = 'p'): string =>
  `apiVersion: postern.dev/v1alpha1\nkind: DatabaseAccessPolicy\nmetadata: {name: ${name}, namespace: ml}\nspec:\n${spec}`;
const rule = (more: string): string =>
  policy(`  rules:\n  - name: r\n    actions: [select]\n    effect: Allow\n${more}`);
const database = (more: string): string =>
  `apiVersion: postern.dev/v1alpha1\nkind: Database\nmetadata: {name: shop}\nspec:\n  engine: postgresql\n  endpoints: [{host: db.example}]\n${more}`;

interface Case {
  readonly name: string;
  readonly text: string;
  /** `line path: message` of each problem */
  readonly problems: readonly string[];
}

describe('refused objects', () => {
  test.each<Case>([
    {
      name: 'an unknown field',
      text: policy('  foo: 1\n'),
      problems: ['5 spec.foo: strict decoding error: unknown field "spec.foo"'],
    },
    {
      name: 'an unknown effect',
      text: policy('  rules:\n  - {name: r, actions: [select], effect: Foo}\n'),
      problems: [
        '6 spec.rules[0].effect: Unsupported value: "Foo": supported values: "Allow", "Deny", "RequireApproval"',
      ],
    },
    {
      name: 'a missing effect',
      text: policy('  rules:\n  - {name: r, actions: [select]}\n'),
      problems: ['6 spec.rules[0].effect: Required value'],
    },
    {
      name: 'a wrong type',
      text: rule('    limits: {maxRows: many}\n'),
      problems: [
        '9 spec.rules[0].limits.maxRows: Invalid value: "many": spec.rules[0].limits.maxRows in body must be of type integer: "string"',
      ],
    },
    {
      name: 'a number out of range',
      text: database('').replace('db.example', 'db.example, port: 0'),
      problems: [
        '6 spec.endpoints[0].port: Invalid value: 0: spec.endpoints[0].port in body should be greater than or equal to 1',
      ],
    },
    {
      name: 'an unknown mask',
      text: rule('    masks:\n    - tags: [pii.email]\n      mask: {blur: {}}\n'),
      problems: [
        '11 spec.rules[0].masks[0].mask.blur: strict decoding error: unknown field "spec.rules[0].masks[0].mask.blur"',
      ],
    },
    {
      name: 'two masks at once',
      text: rule('    masks:\n    - tags: [pii.email]\n      mask: {"null": {}, hash: {}}\n'),
      problems: [
        '11 spec.rules[0].masks[0].mask: Invalid value: "object": exactly one mask must be given: null, redact, hash, uuid, email, partial, year, month, bucket, round, json or none',
      ],
    },
    {
      name: 'a name of four parts',
      text: rule('    tables: [a.b.c.d]\n'),
      problems: [
        '9 spec.rules[0].tables[0]: Invalid value: "string": must be schema.name, each a name as SQL writes it or * alone, with "double quotes" round names that need them in SQL',
      ],
    },
    {
      name: 'a star within a name',
      text: rule('    tables: ["public.cust*"]\n'),
      problems: [
        '9 spec.rules[0].tables[0]: Invalid value: "string": must be schema.name, each a name as SQL writes it or * alone, with "double quotes" round names that need them in SQL',
      ],
    },
    {
      name: 'a column of two parts',
      text: rule('    masks: [{columns: [public.email], mask: {hash: {}}}]\n'),
      problems: [
        `9 spec.rules[0].masks[0].columns[0]: Invalid value: "public.email": spec.rules[0].masks[0].columns[0] in body should match '^([*]|[^ ".*,;()0-9][^ ".*,;()]*|"([^"]|"")+")[.]([*]|[^ ".*,;()0-9][^ ".*,;()]*|"([^"]|"")+")[.]([*]|[^ ".*,;()0-9][^ ".*,;()]*|"([^"]|"")+")$'`,
      ],
    },
    {
      name: 'masks on a Deny rule',
      text: policy(
        '  rules:\n  - name: r\n    actions: [select]\n    effect: Deny\n    masks: [{tags: [a], mask: {hash: {}}}]\n',
      ),
      problems: [
        '9 spec.rules[0].masks: Invalid value: "object": a Deny rule shows nothing, so masks have no use',
      ],
    },
    {
      name: 'two kinds of credential',
      text: database('  credential: {passthrough: {}, secretRef: {name: s}}\n'),
      problems: [
        '7 spec.credential: Invalid value: "object": exactly one of passthrough and secretRef must be given',
      ],
    },
    {
      name: 'two rules of one name',
      text: policy(
        '  rules:\n  - {name: r, actions: [select], effect: Allow}\n  - {name: r, actions: [ddl], effect: Deny}\n',
      ),
      problems: ['7 spec.rules[1]: Duplicate value: {"name":"r"}'],
    },
    {
      name: 'inside and outside at once',
      text: rule('    schedule: {timezone: UTC, inside: "01:00-02:00", outside: "03:00-04:00"}\n'),
      problems: [
        '9 spec.rules[0].schedule: Invalid value: "object": exactly one of inside and outside must be given',
      ],
    },
    {
      name: 'an unknown kind',
      text: policy('  {}\n').replace('DatabaseAccessPolicy', 'Policy'),
      problems: [
        '2 kind: no matches for kind "Policy" in version "postern.dev/v1alpha1": known are AccessRequest, DatabaseAccessPolicy, Database in version "postern.dev/v1alpha1"',
      ],
    },
    {
      name: 'an unknown version',
      text: policy('  {}\n').replace('v1alpha1', 'v9'),
      problems: [
        '1 apiVersion: no matches for kind "DatabaseAccessPolicy" in version "postern.dev/v9": known are AccessRequest, DatabaseAccessPolicy, Database in version "postern.dev/v1alpha1"',
      ],
    },
    {
      name: 'two objects of one name',
      text: `${policy('  {}\n')}---\n${policy('  {}\n')}`,
      problems: [
        '9 metadata.name: Duplicate value: "p": DatabaseAccessPolicy ml/p is already in a.yaml:3',
      ],
    },
    {
      name: 'a key given twice',
      text: policy('  enforcement: Audit\n  enforcement: Enforce\n'),
      problems: ['6 : strict decoding error: yaml: line 6: a key is given twice in the same map'],
    },
    {
      name: 'no name',
      text: policy('  {}\n').replace('name: p, ', ''),
      problems: ['3 metadata.name: Required value'],
    },
  ])('$name', ({ text, problems }) => {
    const found = load(text);
    expect(found.problems.map((p) => `${p.line} ${p.path}: ${p.message}`)).toEqual(problems);
  });

  test('text that is not YAML', () => {
    const [problem] = load('a: [1\nb: 2').problems;
    expect(problem).toMatchObject({ file: 'a.yaml', line: 2 });
    expect(problem?.message).toMatch(/^error converting YAML to JSON: yaml: line 2/);
  });
});

test('defaults are filled in, and the namespace', () => {
  const { databases, problems } = load(database('  tls: {}\n'));
  expect(problems).toEqual([]);
  expect(databases[0]?.metadata.namespace).toBe('default');
  expect(databases[0]?.spec.endpoints).toEqual([{ host: 'db.example', port: 5432 }]);
  expect(databases[0]?.spec.tls).toEqual({ mode: 'verify-full' });
  expect(load(policy('  {}\n')).policies[0]?.spec).toEqual({
    enforcement: 'Enforce',
    defaultAction: 'Deny',
  });
});

test('several documents; objects of others are left alone with a notice', () => {
  const text = `${database('')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\n${policy('  {}\n')}---\n`;
  const { databases, policies, problems, notices } = load(text);
  expect([databases.length, policies.length, problems]).toEqual([1, 1, []]);
  expect(notices).toMatchObject([
    { line: 9, message: 'Secret (v1) is not ours and is left alone' },
  ]);
});

test('a place within a block text', () => {
  const { policies, sourceOf } = load(policy('  rego: |\n    deny contains "a"\n    x\n'));
  const [found] = policies;
  expect(found && sourceOf(found)?.within(['spec', 'rego'], 2, 1)).toEqual({ line: 7, column: 5 });
});

test('the example of the shop loads', () => {
  const files = ['database.yaml', 'guardrails.yaml', 'training-reads.yaml'].map((name) => ({
    name,
    text: readFileSync(`examples/shop/${name}`, 'utf8'),
  }));
  expect(loadObjects(files).problems).toEqual([]);
});

test('the generated sources are fresh', () => {
  expect(() => execFileSync('node', ['crds/scripts/generate.mjs', '--check'])).not.toThrow();
});
