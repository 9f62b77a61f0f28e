#!/usr/bin/env node
/**
 * Writes src/generated from crds/*.yaml: the TypeScript types and the schemas as data.
 * `--check` writes nothing and fails when the files are not fresh.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const out = new URL('src/generated/', root);

const definitions = readdirSync(new URL('crds/', root))
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => parse(readFileSync(new URL(`crds/${name}`, root), 'utf8')));

const comment = (text, indent) => {
  if (!text) return '';
  const lines = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + word.length > 90) {
      lines.push(line);
      line = '';
    }
    line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  return lines.length === 1
    ? `${indent}/** ${lines[0]} */\n`
    : `${indent}/**\n${lines.map((l) => `${indent} * ${l}\n`).join('')}${indent} */\n`;
};

const key = (name) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `'${name}'`);

const typeOf = (schema, indent) => {
  if (schema.enum) return schema.enum.map((v) => `'${v}'`).join(' | ');
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array': {
      const item = typeOf(schema.items, indent);
      return schema.items.enum ? `readonly (${item})[]` : `readonly ${item}[]`;
    }
    case 'object':
      if (schema.additionalProperties)
        return `Readonly<Record<string, ${typeOf(schema.additionalProperties, indent)}>>`;
      if (!schema.properties) return 'object';
      return `{\n${fields(schema, `${indent}  `)}${indent}}`;
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
};

const fields = (schema, indent) =>
  Object.entries(schema.properties)
    .map(
      ([name, field]) =>
        comment(field.description, indent) +
        `${indent}readonly ${key(name)}${(schema.required ?? []).includes(name) ? '' : '?'}: ${typeOf(field, indent)};\n`,
    )
    .join('');

const banner = '// Generated from crds/*.yaml by scripts/generate.mjs. Do not edit.\n\n';

let types = `${banner}import type { ObjectMeta } from '../meta.js';\n`;
const schemas = {};
for (const { spec } of definitions) {
  const { kind } = spec.names;
  for (const version of spec.versions) {
    const schema = version.schema.openAPIV3Schema;
    const { spec: specSchema, status } = schema.properties;
    types += `\n${comment(schema.description, '')}export interface ${kind} {
  readonly apiVersion: '${spec.group}/${version.name}';
  readonly kind: '${kind}';
  readonly metadata: ObjectMeta;
  readonly spec: ${kind}Spec;
  readonly status?: ${kind}Status;
}
\n${comment(specSchema.description, '')}export interface ${kind}Spec {\n${fields(specSchema, '  ')}}
\n${comment(status.description, '')}export interface ${kind}Status {\n${fields(status, '  ')}}\n`;
    schemas[kind] = { apiVersion: `${spec.group}/${version.name}`, schema };
  }
}
const data = `${banner}import type { Schema } from '../schema.js';

/** OpenAPI schema of each kind, as in its CustomResourceDefinition. */
export const schemas: Readonly<Record<string, { readonly apiVersion: string; readonly schema: Schema }>> = ${JSON.stringify(schemas, undefined, 2)};\n`;

const files = { 'types.ts': types, 'schemas.ts': data };
mkdirSync(out, { recursive: true });
let stale = false;
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, out);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    continue;
  }
  let found = '';
  try {
    found = readFileSync(file, 'utf8');
  } catch {
    // absent is stale
  }
  if (found !== text) {
    stale = true;
    console.error(`src/generated/${name} is not fresh: run npm run generate -w crds`);
  }
}
process.exitCode = stale ? 1 : 0;
