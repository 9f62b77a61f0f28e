import { expect, test } from '@jest/globals';
import { compile } from './index.js';
import { objectsOf, opa, policyYaml } from './testing.js';

interface Case {
  readonly name: string;
  readonly spec: string;
  /** `line path: message` */
  readonly problems: readonly (string | RegExp)[];
}

// Specs begin in line 5 of the file.
const rule = (text: string): string =>
  `rules:\n- {name: r, actions: [select], effect: Allow}\n- ${text}`;
const rego = (...lines: readonly string[]): string =>
  `rego: |\n${lines.map((line) => `  ${line}`).join('\n')}`;

const cases: readonly Case[] = [
  { name: 'settings of a table', spec: rule('{name: x, actions: [config], tables: [public.t], effect: Deny}'), problems: ['7 spec.rules[1].tables: the rule can never fire: settings (action config) belong to no table; leave tables out'] },
  { name: 'a command that is none', spec: rule('{name: x, actions: [ddl], commands: [DORP], effect: Deny}'), problems: ['7 spec.rules[1].commands[0]: no command of PostgreSQL begins with DORP'] },
  { name: 'a command that is another action', spec: rule('{name: x, actions: [delete], commands: [DROP], effect: Deny}'), problems: ['7 spec.rules[1].commands: the rule can never fire: DROP is none of the actions delete'] },
  { name: 'an unknown time zone', spec: rule('{name: x, actions: [write], schedule: {timezone: Mars/Base, inside: "01:00-02:00"}, effect: Deny}'), problems: ['7 spec.rules[1].schedule.timezone: unknown time zone "Mars/Base"; write an IANA name such as Europe/Berlin'] },
  { name: 'an empty window', spec: rule('{name: x, actions: [write], schedule: {timezone: UTC, inside: "01:00-01:00"}, effect: Deny}'), problems: ['7 spec.rules[1].schedule.inside: the rule can never fire: the window is empty, it ends when it begins'] },
  { name: 'outside of the whole day', spec: rule('{name: x, actions: [write], schedule: {timezone: UTC, outside: "00:00-24:00"}, effect: Deny}'), problems: ['7 spec.rules[1].schedule.outside: the rule can never fire: there is no time outside of 00:00-24:00'] },
  { name: 'an Allow under a wider Deny', spec: 'rules:\n- {name: no, actions: [any], tables: ["public.*"], effect: Deny}\n- {name: x, actions: [select, copy-out], tables: [public.a, public.b], effect: Allow}', problems: ['7 spec.rules[1]: the rule can never fire: rule "no" denies everything it is about, and Deny wins'] },
  { name: 'an Allow under a narrower Deny is fine', spec: 'rules:\n- {name: no, actions: [any], tables: ["public.a"], effect: Deny}\n- {name: x, actions: [select], tables: [public.a, public.b], effect: Allow}', problems: [] },
  { name: 'an Allow under a Deny with a condition is fine', spec: 'rules:\n- {name: no, actions: [any], commands: [DROP], effect: Deny}\n- {name: x, actions: [any], effect: Allow}', problems: [] },
  { name: 'masks where nothing is shown', spec: rule('{name: x, actions: [truncate], effect: Allow, masks: [{tags: [a], mask: {hash: {}}}]}'), problems: ['7 spec.rules[1].masks: never applies: truncate shows no rows'] },
  { name: 'a row filter that does not parse', spec: rule('{name: x, actions: [select], effect: Allow, rowFilter: "region = ="}'), problems: [/^7 spec\.rules\[1\]\.rowFilter: .*syntax error/] },
  { name: 'a row filter that is a query', spec: rule('{name: x, actions: [select], effect: Allow, rowFilter: "id IN (SELECT 1)"}'), problems: [/^7 spec\.rules\[1\]\.rowFilter: /] },
  { name: 'Rego that does not parse', spec: rego('deny contains msg if {', '  msg := ', '}'), problems: [/^8 spec\.rego: rego_parse_error: unexpected } token/] },
  { name: 'Rego with an unsafe variable', spec: rego('deny contains msg if {', '  input.statement.command == "DROP"', '}'), problems: [/^6 spec\.rego: rego_unsafe_var_error: var msg is unsafe/] },
  { name: 'Rego of version 0', spec: rego('deny[msg] {', '  msg := "no"', '}'), problems: [/^6 spec\.rego: rego_parse_error/, /^6 spec\.rego: rego_parse_error/] },
  { name: 'http.send', spec: rego('', 'deny contains msg if {', '  msg := http.send({"url": "http://x"}).body', '}'), problems: [/^8 spec\.rego: rego_type_error: undefined function http\.send/] },
  { name: 'opa.runtime', spec: rego('deny contains msg if msg := opa.runtime().env.X'), problems: [/undefined function opa\.runtime/] },
  { name: 'the clock', spec: rego('deny contains msg if msg := time.now_ns()'), problems: [/undefined function time\.now_ns/] },
  { name: 'the network', spec: rego('deny contains msg if net.cidr_contains("10.0.0.0/8", input.x)'), problems: [/undefined function net\.cidr_contains/] },
  { name: 'dice', spec: rego('deny contains msg if msg := rand.intn("x", 5)'), problems: [/undefined function rand\.intn/] },
  { name: 'data of others', spec: rego('deny contains msg if {', '  some p in data.compiled.policies', '  msg := p.key', '}'), problems: ['7 spec.rego: data is not allowed: a policy sees its input alone, and its own rules by their names'] },
  { name: 'import of data', spec: rego('import data.compiled', 'deny contains "x" if compiled'), problems: ['6 spec.rego: import of data is not allowed: a policy sees its input alone'] },
  { name: 'a package', spec: rego('package postern', 'deny contains "x"'), problems: ['6 spec.rego: package is not allowed: the rules go under a package of their own'] },
  { name: 'deny that is no set', spec: rego('deny := "x"'), problems: ['6 spec.rego: deny must be a set: write deny contains x if { ... }'] },
  { name: 'nothing given', spec: rego('allow if true'), problems: ['6 spec.rego: gives nothing: write rules deny contains ..., require_approval contains ... or masks contains ...'] },
  { name: 'a blow-up', spec: rego('deny contains msg if {', '  some a in numbers.range(1, 3000)', '  some b in numbers.range(1, 3000)', '  some c in numbers.range(1, 3000)', '  a * b * c == -1', '  msg := "x"', '}'), problems: ['6 spec.rego: takes more than 3 s on a plain statement'] },
]; // prettier-ignore

test.each(cases)('$name', async ({ spec, problems }) => {
  const result = await compile(objectsOf(policyYaml('p', spec)), { opa });
  const found = result.kind === 'invalid' ? result.problems : [];
  const lines = found.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  expect(lines).toEqual(
    problems.map((problem) =>
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ),
  );
  expect(found.every(({ file }) => file === '0.yaml')).toBe(true);
});

test('an opa that is not there', async () => {
  await expect(compile(objectsOf(policyYaml('p', 'defaultAction: Allow')), { opa: '/nowhere/opa' })).rejects.toMatchObject({ code: 'opa' });
}); // prettier-ignore

test('a Database that is not there, when names are given', async () => {
  const database = 'apiVersion: postern.dev/v1alpha1\nkind: Database\nmetadata: {name: shop, namespace: ml}\nspec: {engine: postgresql, endpoints: [{host: h}]}\n';
  const result = await compile(objectsOf(database, policyYaml('p', 'databases: {names: [shop, shoe]}')), { opa });
  expect(result).toMatchObject({ kind: 'invalid', problems: [{ path: 'spec.databases.names[1]', message: 'there is no Database ml/shoe' }] });
}); // prettier-ignore
