import { quoteIdentifier } from '@postern/sql';

/** A part of a written name; a quoted `"*"` is a name, a bare one stands for any. */
interface Part {
  readonly name: string;
  readonly any: boolean;
}

const part = /(?:"((?:[^"]|"")+)"|([^\s".,;()]+))(\.|$)/y;

/**
 * The parts of a name or pattern written as SQL does; unquoted ones folded to lower case.
 *
 * @returns undefined when it is not one
 */
export const parseParts = (text: string): readonly Part[] | undefined => {
  const parts: Part[] = [];
  part.lastIndex = 0;
  for (;;) {
    const found = part.exec(text);
    if (!found) return undefined;
    const [, quoted, plain = '', dot] = found;
    parts.push(
      quoted === undefined
        ? { name: plain.replace(/[A-Z]/g, (c) => c.toLowerCase()), any: plain === '*' }
        : { name: quoted.replaceAll('""', '"'), any: false },
    );
    if (dot === '') return parts;
    if (part.lastIndex >= text.length) return undefined;
  }
};

const written = (name: string, any: boolean): string => (any ? '*' : quoteIdentifier(name));

/** The one way a pattern is spelled in compiled data: `Public."E-Mail"` to `public."E-Mail"`. */
export const patternKey = (text: string): string =>
  (parseParts(text) ?? []).map(({ name, any }) => written(name, any)).join('.');

/** Bit i is set when part i of a column pattern is `*`. */
export const patternShape = (text: string): number =>
  (parseParts(text) ?? []).reduce((shape, { any }, i) => (any ? shape | (1 << i) : shape), 0);

const system = new Set(['pg_catalog', 'information_schema']);

/** Schemas by which patterns know one: a session's own temporary schema is `pg_temp`. */
const schemasOf = (schema: string): readonly string[] =>
  /^pg_temp_\d+$/.test(schema) ? [schema, 'pg_temp'] : [schema];

/** Every pattern that names a relation or function. `*` for the schema leaves the system's out. */
export const objectKeys = (schema: string, name: string): readonly string[] => {
  const keys: string[] = [];
  for (const known of schemasOf(schema)) {
    keys.push(`${quoteIdentifier(known)}.${quoteIdentifier(name)}`, `${quoteIdentifier(known)}.*`);
  }
  if (!system.has(schema)) keys.push(`*.${quoteIdentifier(name)}`, '*.*');
  return keys;
};

/**
 * Patterns of the given shapes that name a column.
 *
 * @param column `schema.table.column`, quoted where SQL would quote it
 */
export const columnKeys = (column: string, shapes: readonly number[]): readonly string[] => {
  const [schema, table, name] = parseParts(column) ?? [];
  if (!schema || !table || !name) return [];
  const keys: string[] = [];
  for (const known of schemasOf(schema.name)) {
    for (const shape of shapes) {
      if (shape & 1 && system.has(schema.name)) continue;
      keys.push(
        [
          written(known, !!(shape & 1)),
          written(table.name, !!(shape & 2)),
          written(name.name, !!(shape & 4)),
        ].join('.'),
      );
    }
  }
  return keys;
};

/** Every pattern that names a tag: `pii.email` to `pii.email`, `pii.*`, `*`. */
export const tagKeys = (tag: string): readonly string[] => {
  const keys = [tag];
  for (let dot = tag.lastIndexOf('.'); dot > 0; dot = tag.lastIndexOf('.', dot - 1))
    keys.push(`${tag.slice(0, dot)}.*`);
  keys.push('*');
  return keys;
};

/** Every entry of `commands` that means this command: `DROP TABLE` to `DROP`, `DROP TABLE`. */
export const commandKeys = (command: string): readonly string[] => {
  const words = command.toUpperCase().split(' ');
  return words.map((_, i) => words.slice(0, i + 1).join(' '));
};
