import { Environment } from '@marcbachmann/cel-js';
import type { Schema } from './schema.js';

/** Words CEL keeps for itself; Kubernetes writes such properties as `__null__`. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return void var while'.split(
    ' ',
  ),
);

const escaped = (name: string): string =>
  reserved.has(name)
    ? `__${name}__`
    : name.replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');

/** A JSON value as CEL sees it through its schema: whole numbers are int, property names escaped. */
const seen = (value: unknown, schema: Schema | undefined): unknown => {
  if (Array.isArray(value)) return value.map((item) => seen(item, schema?.items));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => {
        const known = schema?.properties?.[name];
        return [known ? escaped(name) : name, seen(field, known ?? schema?.additionalProperties)];
      }),
    );
  }
  return typeof value === 'number' && schema?.type === 'integer' ? BigInt(value) : value;
};

const environment = new Environment().registerVariable('self', 'dyn');
const compiled = new Map<string, (context: { self: unknown }) => unknown>();

/** Rules about a change have nothing to say of a file. */
export const isTransition = (rule: string): boolean => /\boldSelf\b/.test(rule);

/** @throws when the expression is not CEL, or fails on the value */
export const holds = (rule: string, value: unknown, schema: Schema): boolean => {
  let program = compiled.get(rule);
  if (!program) {
    program = environment.parse(rule);
    compiled.set(rule, program);
  }
  return program({ self: seen(value, schema) }) === true;
};
