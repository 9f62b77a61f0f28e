import { holds, isTransition } from './cel.js';
import type { PathStep } from './problem.js';
import { formatPath } from './problem.js';
import type { Schema } from './schema.js';

/** A problem within one object, before it has a place in a file. */
export interface Violation {
  readonly path: readonly PathStep[];
  readonly message: string;
}

type Report = (path: readonly PathStep[], message: string) => void;

/** What kubectl calls the type of a value in its messages. */
const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

const fits = (value: unknown, type: string): boolean =>
  typeName(value) === type || (type === 'number' && typeof value === 'number');

const quoted = (value: unknown): string => JSON.stringify(value);

/**
 * Checks a value against a structural schema as the API server does on create, in its words.
 * Unknown fields are violations (as with `kubectl --validate=strict`).
 */
export const violations = (
  value: unknown,
  schema: Schema,
  at: readonly PathStep[],
): Violation[] => {
  const found: Violation[] = [];
  check(value, schema, at, (path, message) => found.push({ path, message }));
  return found;
};

const check = (value: unknown, schema: Schema, path: readonly PathStep[], report: Report): void => {
  if (!fits(value, schema.type)) {
    const shown = typeof value === 'object' ? quoted(typeName(value)) : quoted(value);
    const is = typeName(value);
    report(
      path,
      `Invalid value: ${shown}: ${formatPath(path)} in body must be of type ${schema.type}: ${quoted(is)}`,
    );
    return;
  }
  const unsound: Violation[] = [];
  const tell: Report = (where, message) => {
    unsound.push({ path: where, message });
    report(where, message);
  };
  if (typeof value === 'string') checkString(value, schema, path, tell);
  if (typeof value === 'number') checkNumber(value, schema, path, tell);
  if (Array.isArray(value)) checkArray(value, schema, path, tell);
  else if (typeof value === 'object' && value !== null) checkObject(value, schema, path, tell);
  // as on the server: CEL speaks only of values whose schema holds
  if (unsound.length === 0) checkRules(value, schema, path, report);
};

const checkString = (
  value: string,
  schema: Schema,
  path: readonly PathStep[],
  report: Report,
): void => {
  const body = `${formatPath(path)} in body`;
  if (schema.enum && !schema.enum.includes(value)) {
    report(
      path,
      `Unsupported value: ${quoted(value)}: supported values: ${schema.enum.map(quoted).join(', ')}`,
    );
    return;
  }
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength)
    report(
      path,
      `Invalid value: ${quoted(value)}: ${body} should be at least ${schema.minLength} chars long`,
    );
  if (schema.maxLength !== undefined && length > schema.maxLength)
    report(path, `Too long: may not be more than ${schema.maxLength} bytes`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    report(path, `Invalid value: ${quoted(value)}: ${body} should match '${schema.pattern}'`);
};

const checkNumber = (
  value: number,
  schema: Schema,
  path: readonly PathStep[],
  report: Report,
): void => {
  const body = `${formatPath(path)} in body`;
  if (schema.minimum !== undefined && value < schema.minimum)
    report(
      path,
      `Invalid value: ${value}: ${body} should be greater than or equal to ${schema.minimum}`,
    );
  if (schema.maximum !== undefined && value > schema.maximum)
    report(
      path,
      `Invalid value: ${value}: ${body} should be less than or equal to ${schema.maximum}`,
    );
};

const checkArray = (
  value: readonly unknown[],
  schema: Schema,
  path: readonly PathStep[],
  report: Report,
): void => {
  if (schema.minItems !== undefined && value.length < schema.minItems)
    report(
      path,
      `Invalid value: ${value.length}: ${formatPath(path)} in body should have at least ${schema.minItems} items`,
    );
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    report(path, `Too many: ${value.length}: must have at most ${schema.maxItems} items`);
  const { items } = schema;
  if (items) value.forEach((item, i) => check(item, items, [...path, i], report));
  const identity = identityOf(schema);
  if (!identity) return;
  const known = new Set<string>();
  value.forEach((item, i) => {
    const id = JSON.stringify(identity(item));
    if (known.has(id)) report([...path, i], `Duplicate value: ${id}`);
    known.add(id);
  });
};

const identityOf = (schema: Schema): ((item: unknown) => unknown) | undefined => {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return (item) => item;
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return (item) =>
        typeof item === 'object' && item !== null
          ? Object.fromEntries(Object.entries(item).filter(([name]) => keys.includes(name)))
          : item;
    }
    default:
      return undefined;
  }
};

const checkObject = (
  value: object,
  schema: Schema,
  path: readonly PathStep[],
  report: Report,
): void => {
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name)) report([...path, name], 'Required value');
  const count = Object.keys(value).length;
  if (schema.minProperties !== undefined && count < schema.minProperties)
    report(
      path,
      `Invalid value: ${count}: ${formatPath(path)} in body should have at least ${schema.minProperties} properties`,
    );
  for (const [name, field] of Object.entries(value)) {
    const at = [...path, name];
    const known =
      schema.properties && Object.hasOwn(schema.properties, name)
        ? schema.properties[name]
        : schema.additionalProperties;
    if (known) check(field, known, at, report);
    else report(at, `strict decoding error: unknown field ${quoted(formatPath(at))}`);
  }
};

const checkRules = (
  value: unknown,
  schema: Schema,
  path: readonly PathStep[],
  report: Report,
): void => {
  for (const { rule, message, fieldPath } of schema['x-kubernetes-validations'] ?? []) {
    if (isTransition(rule) || holds(rule, value, schema)) continue;
    const where = fieldPath === undefined ? path : [...path, ...fieldPath.split('.').slice(1)];
    report(where, `Invalid value: ${quoted(schema.type)}: ${message ?? `failed rule: ${rule}`}`);
  }
};

/** The value with the defaults of its schema in place of what is absent. */
export const withDefaults = (value: unknown, schema: Schema): unknown => {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => withDefaults(item, items)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const filled = new Map<string, unknown>(Object.entries(value));
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (!filled.has(name)) {
      if (field.default !== undefined) filled.set(name, field.default);
    } else filled.set(name, withDefaults(filled.get(name), field));
  }
  return Object.fromEntries(filled);
};
