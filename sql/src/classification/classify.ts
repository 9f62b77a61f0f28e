import type { Catalogue } from '../catalogue/catalogue.js';
import { markedColumns } from '../catalogue/read-relation.js';
import { SqlError } from '../errors.js';
import { parseColumnName } from '../identifiers.js';
import { formatName, type ObjectName } from '../names.js';
import { type FormerNames, noFormerNames } from './borne-names.js';
import type { Classification, ClassificationProblem, ExplicitTags } from './classification.js';
import { tagsInComment } from './comments.js';
import { RememberedTags } from './remembered.js';
import { columnKey, flowsOf, type ColumnKey, type Flows } from './flows.js';

type Tags = Map<ColumnKey, Set<string>>;

const give = (tags: Tags, key: ColumnKey, more: Iterable<string>): boolean => {
  const own = tags.get(key) ?? new Set<string>();
  const before = own.size;
  for (const tag of more) own.add(tag);
  if (own.size > 0) tags.set(key, own);
  return own.size > before;
};

/** Tags given by name; they take the place of those in the column's comment. */
const given = (
  catalogue: Catalogue,
  explicit: readonly ExplicitTags[],
  remembered: RememberedTags,
): { readonly tags: Tags; readonly problems: readonly ClassificationProblem[] } => {
  const tags: Tags = new Map();
  const problems: ClassificationProblem[] = [];
  for (const entry of explicit) {
    try {
      const name = parseColumnName(entry.column);
      const relation = catalogue.relation(name.schema, name.name);
      if (!relation)
        throw new SqlError('undefined-table', `relation "${formatName(name)}" does not exist`);
      if (!relation.columns.some((c) => c.name === name.column))
        throw new SqlError(
          'undefined-column',
          `column "${name.column}" of relation "${formatName(name)}" does not exist`,
        );
      give(tags, columnKey(name, name.column), entry.tags);
      remembered.note(catalogue, relation, name.column, entry.tags);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      problems.push({ column: entry.column, message: error.message });
    }
  }
  for (const [relation, { name }, more] of remembered.in(catalogue))
    give(tags, columnKey(relation, name), more);
  for (const relation of catalogue.data.relations)
    for (const { name, comment } of markedColumns(relation)) {
      if (comment === undefined) continue;
      const key = columnKey(relation, name);
      if (!tags.has(key)) give(tags, key, tagsInComment(comment));
    }
  return { tags, problems };
};

/** Carries tags along the flows until nothing changes. */
const spread = (tags: Tags, flows: Flows): void => {
  const onward = new Map<ColumnKey, ColumnKey[]>();
  const link = (from: ColumnKey, to: ColumnKey): void => {
    const known = onward.get(from);
    if (known) known.push(to);
    else onward.set(from, [to]);
  };
  for (const [derived, sources] of flows.sources)
    for (const source of sources) link(source, derived);
  for (const [parent, children] of flows.children)
    for (const child of children) link(child, parent);
  const every = [...tags.values()].flatMap((set) => [...set]);
  for (const key of flows.unknown) give(tags, key, every);
  const queue = [...tags.keys()];
  for (let key = queue.pop(); key !== undefined; key = queue.pop())
    for (const to of onward.get(key) ?? []) if (give(tags, to, tags.get(key) ?? [])) queue.push(to);
};

const origins = (flows: Flows, key: ColumnKey): readonly string[] => {
  const found = new Set<string>();
  const seen = new Set<string>([key]);
  const follow = (at: ColumnKey): void => {
    for (const source of flows.sources.get(at) ?? []) {
      if (seen.has(source)) continue;
      seen.add(source);
      if (flows.sources.has(source)) follow(source);
      else found.add(source);
    }
  };
  follow(key);
  return [...found].sort();
};

/** What stands before each dot of a key, one of which is the relation's name. */
const beginnings = (key: ColumnKey): readonly string[] =>
  [...key.matchAll(/\./g)].map(({ index }) => key.slice(0, index));

/**
 * Tags of every column of a catalogue: those given, those in comments, and what data carries along.
 *
 * @param remembered what the same list gave to columns of earlier readings of this database
 * @param former     names that these readings had
 */
export const classify = (
  catalogue: Catalogue,
  explicit: readonly ExplicitTags[],
  remembered = new RememberedTags(),
  former: FormerNames = noFormerNames,
): Classification => {
  const { tags, problems } = given(catalogue, explicit, remembered);
  const flows = flowsOf(catalogue);
  spread(tags, flows);
  const sorted = new Map([...tags].map(([key, set]) => [key, [...set].sort()]));
  const maybe = new Set([...sorted.keys()].flatMap(beginnings));
  const taggedRelations = catalogue.data.relations
    .filter((r) => maybe.has(formatName(r)))
    .filter((r) => r.columns.some((c) => sorted.has(columnKey(r, c.name))))
    .map(({ schema, name }): ObjectName => ({ schema, name }));
  return {
    tagsOf: (relation, column) => sorted.get(columnKey(relation, column)) ?? [],
    originsOf: (relation, column) => origins(flows, columnKey(relation, column)),
    taggedRelations,
    problems,
    former,
  };
};
