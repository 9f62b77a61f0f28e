import type { DatabaseAccessPolicy } from '@postern/crds';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolicyError } from '../errors.js';
import { runOpa } from './opa.js';
import { policyKey } from './policy.js';
import type { Report } from './source.js';

/** What a policy may give; helpers of any other name are its own business. */
const outputs = ['deny', 'require_approval', 'masks'] as const;
type Output = (typeof outputs)[number];

/** A policy's own Rego, as it is compiled. */
export interface CustomRego {
  readonly key: string;
  readonly module: string;
  readonly gives: readonly Output[];
}

/** The header is one line, so a line of the module is one more than that of the text. */
const headerLines = 1;

export const packageOf = (key: string): string => `postern.custom[${JSON.stringify(key)}]`;

/**
 * Puts a policy's Rego under its own package and checks that it stays there.
 *
 * @param directory to work in; the text is written there
 * @returns undefined when it was refused; the reasons are reported
 */
export const customRego = async (
  policy: DatabaseAccessPolicy,
  opa: string,
  directory: string,
  capabilities: string,
  report: Report,
): Promise<CustomRego | undefined> => {
  const { rego } = policy.spec;
  if (rego === undefined) return undefined;
  const key = policyKey(policy);
  const refusals: string[] = [];
  const refuse = (message: string, row = 1, column = 1): void => {
    refusals.push(message);
    report(['spec', 'rego'], message, { line: Math.max(1, row), column: Math.max(1, column) });
  };
  const own = /^[ \t]*package\b/m.exec(rego);
  if (own) {
    const line = rego.slice(0, own.index).split('\n').length;
    refuse('package is not allowed: the rules go under a package of their own', line);
    return undefined;
  }
  const module = `package ${packageOf(key)}\n${rego}\n`;
  const file = join(directory, 'check.rego');
  await writeFile(file, module);
  const checked = await runOpa(
    opa,
    ['check', '--format', 'json', '--capabilities', capabilities, 'check.rego'],
    {
      cwd: directory,
    },
  );
  if (checked.code !== 0) {
    for (const { message, row, column } of opaErrors(checked))
      refuse(message, row - headerLines, column);
    return undefined;
  }
  const parsed = await runOpa(
    opa,
    ['parse', '--format', 'json', '--json-include', 'locations', 'check.rego'],
    {
      cwd: directory,
    },
  );
  if (parsed.code !== 0) {
    for (const { message, row, column } of opaErrors(parsed))
      refuse(message, row - headerLines, column);
    return undefined;
  }
  const ast = JSON.parse(parsed.stdout) as Ast;
  for (const found of ast.imports ?? []) {
    const head = found.path.value[0]?.value;
    if (head === 'rego' || head === 'future' || head === 'input') continue;
    refuse(
      `import of ${String(head)} is not allowed: a policy sees its input alone`,
      lineOf(found) - headerLines,
    );
  }
  const gives = new Set<Output>();
  for (const rule of ast.rules ?? []) {
    const name = rule.head.ref?.[0]?.value ?? rule.head.name;
    const output = outputs.find((known) => known === name);
    if (output) {
      gives.add(output);
      if (!isSet(rule.head))
        refuse(
          `${output} must be a set: write ${output} contains x if { ... }`,
          lineOf(rule) - headerLines,
        );
    }
    const reach = dataReference(rule);
    if (reach !== undefined)
      refuse(
        'data is not allowed: a policy sees its input alone, and its own rules by their names',
        reach - headerLines,
      );
  }
  if (refusals.length > 0) return undefined;
  if (gives.size === 0) {
    refuse(
      `gives nothing: write rules deny contains ..., require_approval contains ... or masks contains ...`,
    );
    return undefined;
  }
  return { key, module, gives: outputs.filter((output) => gives.has(output)) };
};

/** Rules that bring what custom Rego gives into the library's own. */
export const glueFor = (customs: readonly CustomRego[]): string => {
  const parts = customs.flatMap(({ key, gives }) =>
    gives.map((output) => {
      const from = `\tp := facts.custom[${JSON.stringify(key)}]\n\tsome found in data.${packageOf(key)}.${output}\n`;
      switch (output) {
        case 'deny':
          return `denials contains {"code": "rego", "p": p, "message": found} if {\n${from}}\n`;
        case 'require_approval':
          return `approvals contains {"p": p, "message": found} if {\n${from}\tnot granted(${JSON.stringify(key)}, "rego")\n}\n`;
        case 'masks':
          return `given contains {"p": p, "found": found} if {\n${from}}\n`;
      }
    }),
  );
  return `package postern\n\n${parts.join('\n')}`;
};

interface Located {
  readonly location?: { readonly row?: number };
}

interface Term extends Located {
  readonly type: string;
  readonly value: unknown;
}

interface Head {
  readonly name?: string;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly ref?: readonly Term[];
}

interface Ast {
  readonly imports?: readonly (Located & { readonly path: { readonly value: readonly Term[] } })[];
  readonly rules?: readonly (Located & { readonly head: Head })[];
}

const isSet = (head: Head): boolean =>
  head.key !== undefined &&
  head.value === undefined &&
  (head.ref === undefined || head.ref.length === 1);

const lineOf = (node: Located): number => node.location?.row ?? headerLines + 1;

/** Line of the first mention of data in a part of the syntax tree. */
const dataReference = (node: unknown, line = headerLines + 1): number | undefined => {
  if (typeof node !== 'object' || node === null) return undefined;
  const here = (node as Located).location?.row ?? line;
  if ('type' in node && node.type === 'var' && 'value' in node && node.value === 'data')
    return here;
  for (const child of Object.values(node)) {
    const found = dataReference(child, here);
    if (found !== undefined) return found;
  }
  return undefined;
};

interface OpaError {
  readonly message: string;
  readonly row: number;
  readonly column: number;
}

/** @throws PolicyError `opa` when what it says is not what it says of a wrong module */
export const opaErrors = ({
  stdout,
  stderr,
}: {
  stdout: string;
  stderr: string;
}): readonly OpaError[] => {
  const found: OpaError[] = [];
  for (const text of [stdout, stderr]) {
    let said: unknown;
    try {
      said = JSON.parse(text);
    } catch {
      continue; // the other stream has it
    }
    const { errors } = said as {
      errors?: readonly {
        message: string;
        code: string;
        location?: { row?: number; col?: number };
      }[];
    };
    for (const { message, code, location } of errors ?? [])
      found.push({
        message: `${code}: ${message}`,
        row: location?.row ?? 1,
        column: location?.col ?? 1,
      });
  }
  if (found.length === 0) throw new PolicyError('opa', `opa failed: ${stderr || stdout}`);
  return found;
};
