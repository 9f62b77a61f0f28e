import { analyze, outputTypes, parameterTypes, parse, SqlError } from '@postern/sql';
import { describe } from './describe.js';
import type { Court, Judgement } from './judge.js';
import { mistyped } from './origins.js';

/** Constants, and what only looks as if it held some. */
const words =
  /--.*|\/\*[^]*?\*\/|"(?:[^"]|"")*"|(?<skipped>[a-z]&?'(?:[^'\\]|''|\\.)*'|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$)|(?<constant>'(?:[^']|'')*'|(?<![\w$.])\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w.]))|[\w$]+/gi;

/** Where its constants stand. */
const constantsOf = (sql: string): readonly (readonly [start: number, end: number])[] =>
  [...sql.matchAll(words)].flatMap(({ index, 0: word, groups }) =>
    groups?.['constant'] === undefined ? [] : [[index, index + word.length] as const],
  );

const replaced = (
  sql: string,
  places: readonly (readonly [start: number, end: number])[],
): string => {
  let made = '';
  let from = 0;
  for (const [i, [start, end]] of places.entries()) {
    made += `${sql.slice(from, start)}$${i + 1}`;
    from = end;
  }
  return made + sql.slice(from);
};

/** The query with parameters in the place of its constants: of all of them, and of one at a time. */
export function* withParameters(sql: string, most: number): Generator<string> {
  const places = constantsOf(sql);
  if (places.length > 1 && places.length < 100) yield replaced(sql, places);
  for (const place of places.slice(0, most)) yield replaced(sql, [place]);
}

/** SQL/JSON, of whose parts the types are not known. */
const json = /\bjson_\w+\s*\(/i;

/** Are the types of parameters, and of the result, those that the server deduces? `unknown` when it refuses the query. */
export async function judgeParameters(court: Court, sql: string): Promise<Judgement> {
  const { error, parameters, fields } = await describe(court.client, sql);
  if (error !== undefined || parameters === undefined) return { kind: 'unknown' };
  try {
    const [statement] = parse(sql);
    if (statement === undefined) return { kind: 'unknown' };
    const analyzed = analyze(statement, court.catalogue, court.settings, []);
    const types = parameterTypes(analyzed);
    const missed = parameters.flatMap((type, i) =>
      types[i] === type || (types[i] === undefined && json.test(sql))
        ? []
        : [`$${i + 1} is of type ${type}, not ${types[i] ?? 'known'}`],
    );
    const origins = (fields ?? []).map(({ dataTypeID }) => ({
      ...{ column: undefined, system: false, type: dataTypeID },
    }));
    missed.push(...mistyped(court.catalogue, origins, outputTypes(analyzed)));
    return missed.length === 0
      ? { kind: 'agree' }
      : { kind: 'differ', how: { missed, invented: [] } };
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    return { kind: 'refused', why: thrown.message };
  }
}
