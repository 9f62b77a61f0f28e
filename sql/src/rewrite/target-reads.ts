import type { Node, ResTarget } from '@pgsql/types';
import type { Analyzed } from '../analyze.js';
import { formatName } from '../names.js';
import { as, walk } from '../parse/nodes.js';
import type { Tokens } from '../parse/tokens.js';
import { sourcesOf, type RelationUse } from '../resolve/cells.js';
import { outputName } from '../resolve/output-names.js';
import type { Star } from '../resolve/scope.js';
import { refuse } from './checks.js';
import { columnType } from './column-type.js';
import type { Edit } from './edits.js';
import { maskExpression } from './mask-expression.js';
import { entryColumns } from './stars.js';
import { quoted } from './sql-text.js';
import type { Plan } from './substitute.js';

// The target of a write cannot be replaced by a subquery. Where its masked columns are named, in conditions, in what is
// set and in RETURNING, the mask stands in place of the name.

const masked = (
  analyzed: Analyzed,
  { use, masks }: Plan,
  name: string,
  value: string,
  key: Uint8Array,
): string => {
  const column = use.relation.columns.find((one) => one.name === name);
  const mask = masks.get(name);
  if (!column || !mask) return value;
  const type = columnType(analyzed.catalogue, column);
  return `(${maskExpression({ value, type, key }, mask, column.collation)})`;
};

const unreadable = (
  analyzed: Analyzed,
  use: RelationUse,
  construct: string,
  why: string,
  hint: string,
) => refuse(analyzed, construct, use.node.location, why, hint);

/** What cannot be read with a mask in its place. @throws RewriteRefusal */
const checkReads = (analyzed: Analyzed, { use, masks, open }: Plan): void => {
  const name = formatName(use.relation);
  if (use.wholeRows.length > 0)
    throw refuse(
      analyzed,
      `whole row of ${name}`,
      use.wholeRows[0],
      `the row of ${name} cannot be used as a value in a write while it is masked`,
      'Name the columns of the row.',
    );
  for (const column of use.inferred)
    if (masks.has(column) && !open?.has(column))
      throw unreadable(
        analyzed,
        use,
        'ON CONFLICT',
        `column ${column} of ${name} is masked, and ON CONFLICT would tell which values there are`,
        'Name a key that is not masked.',
      );
  for (const { column, cell } of analyzed.resolved.resolver.assignments) {
    if (!masks.has(column)) continue;
    const itself = [...sourcesOf(cell).keys()].some(
      ({ base }) => base?.use === use && base.name === column,
    );
    if (itself)
      throw unreadable(
        analyzed,
        use,
        'SET',
        `column ${column} of ${name} is masked, and its values would be overwritten with masked ones`,
        `Set ${column} to a value that is not made of it, or leave it out of SET.`,
      );
  }
};

/** Words behind which a select list ends. */
const ending = new Set(
  'FROM WHERE GROUP HAVING WINDOW ORDER LIMIT OFFSET FETCH FOR UNION INTERSECT EXCEPT INTO'.split(
    ' ',
  ),
);

/** Index of the token behind the entry of a select list that begins here. */
const afterEntry = (tokens: Tokens, from: number): number => {
  let depth = 0;
  let i = from;
  for (; tokens.at(i); i += 1) {
    const text = tokens.text(i);
    if (depth === 0 && /^[,;)\]]$/.test(text)) break;
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    const isName = tokens.text(i - 1) === '.';
    const isPart = /^(?:DISTINCT|WITHIN)$/i.test(tokens.text(i - 1));
    if (depth === 0 && i > from && !isName && !isPart && tokens.at(i)?.kind === 'word')
      if (ending.has(text.toUpperCase())) break;
  }
  return i;
};

/** Does an entry without a name have that of a column in it? */
const namedByColumn = (node: Node | undefined): boolean => {
  if (as(node, 'ColumnRef')) return true;
  const part = as(node, 'A_Indirection');
  if (part) return !part.indirection?.some((one) => as(one, 'String')) && namedByColumn(part.arg);
  const chosen = as(node, 'CaseExpr');
  const inner = as(node, 'TypeCast')?.arg ?? as(node, 'CollateClause')?.arg ?? chosen?.defresult;
  return inner !== undefined && namedByColumn(inner);
};

/** Entries of lists keep the names that they have from the columns in them. */
const nameEdits = (
  analyzed: Analyzed,
  locations: ReadonlySet<number>,
  tokens: Tokens,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  // A row of which several columns are set stands in the tree once for each of them.
  const edits = new Map<number, Edit>();
  const holds = (value: unknown): boolean => {
    let found = false;
    walk(value, (kind, content) => {
      if (kind === 'ColumnRef' && locations.has((content['location'] as number | undefined) ?? 0))
        found = true;
      return !found;
    });
    return found;
  };
  walk(analyzed.statement.node.stmt, (kind, content) => {
    if (kind !== 'ResTarget') return true;
    const { name, val, location } = content as ResTarget;
    if (name !== undefined || !namedByColumn(val) || !holds(val)) return true;
    const at = tokens.endOf(afterEntry(tokens, tokens.indexAt(r.offset(location ?? 0))) - 1);
    edits.set(at, { start: at, end: at, text: ` AS ${quoted(outputName(val))}` });
    return true;
  });
  return [...edits.values()];
};

const starText = (
  analyzed: Analyzed,
  plans: readonly Plan[],
  star: Star,
  key: Uint8Array,
): string =>
  star.entries
    .flatMap((entry) =>
      entryColumns(star, entry).map(({ name, reference, cell }) => {
        if (reference === undefined)
          throw refuse(
            analyzed,
            '* of a write',
            star.location,
            'not every column of * can be named here',
            'Name the columns.',
          );
        const plan = plans.find(({ use }) => use === cell.base?.use);
        return plan?.masks.has(cell.base?.name ?? '')
          ? `${masked(analyzed, plan, cell.base?.name ?? '', reference, key)} AS ${quoted(name)}`
          : reference;
      }),
    )
    .join(', ');

/** @param plans those of targets with masks @throws RewriteRefusal */
export const targetReads = (
  analyzed: Analyzed,
  plans: readonly Plan[],
  tokens: Tokens,
  key: Uint8Array,
): readonly Edit[] => {
  const { resolver: r } = analyzed.resolved;
  const edits: Edit[] = [];
  const locations = new Set<number>();
  for (const plan of plans) {
    const { use, masks, raw } = plan;
    checkReads(analyzed, plan);
    for (const { location, parts, name } of use.references) {
      if (!masks.has(name) || locations.has(location) || raw?.has(location)) continue;
      locations.add(location);
      const first = tokens.indexAt(r.offset(location));
      const [start, end] = [
        tokens.startOf(first),
        tokens.endOf(tokens.afterName(first, parts) - 1),
      ];
      const text = masked(analyzed, plan, name, tokens.source.slice(start, end), key);
      edits.push({ start, end, text });
    }
  }
  const targets = new Set(plans.map(({ use }) => use));
  for (const star of r.stars) {
    const shows = star.columns.some(({ cell: { base } }) =>
      plans.some(({ use, masks }) => use === base?.use && masks.has(base.name)),
    );
    if (!shows || !star.columns.some(({ cell: { base } }) => base && targets.has(base.use)))
      continue;
    const first = tokens.indexAt(r.offset(star.location));
    edits.push({
      start: tokens.startOf(first),
      end: tokens.endOf(tokens.afterName(first, star.parts + 1) - 1),
      text: starText(analyzed, plans, star, key),
    });
  }
  return locations.size === 0 ? edits : [...edits, ...nameEdits(analyzed, locations, tokens)];
};
