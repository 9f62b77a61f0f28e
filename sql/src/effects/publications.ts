import type { Node, PublicationObjSpec } from '@pgsql/types';
import type { Relation } from '../catalogue/catalogue.js';
import { withHeirs } from '../catalogue/heirs.js';
import { as, texts, type NodeOf } from '../parse/nodes.js';
import { mark, type RelationUse } from '../resolve/cells.js';
import { isSystemSchema } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import { another, evaluates, everyColumn, looksAt, subject } from './subjects.js';

// A publication gives rows as they are to whoever subscribes to it: what it publishes counts as read.

const whole = (r: Resolver, relation: Relation): void => {
  const use = another(r, relation);
  looksAt(use, everyColumn(use), mark.output);
};

const heirsOf = (r: Resolver, use: RelationUse): readonly Relation[] =>
  use.node.inh === true ? withHeirs(r.catalogue, use.relation).slice(1) : [];

const table = (r: Resolver, { pubtable }: PublicationObjSpec): void => {
  const use = subject(r, pubtable?.relation);
  if (!use) return;
  const columns = texts(pubtable?.columns);
  looksAt(use, columns.length > 0 ? columns : everyColumn(use), mark.output);
  evaluates(r, use, pubtable?.whereClause);
  for (const heir of heirsOf(r, use)) whole(r, heir);
};

const published = ({ kind, temporary, schema }: Relation): boolean =>
  (kind === 'r' || kind === 'p') && !temporary && !isSystemSchema(schema);

const all = (r: Resolver, schema: string | undefined): void => {
  for (const relation of r.catalogue.data.relations)
    if (published(relation) && (schema === undefined || relation.schema === schema))
      whole(r, relation);
};

const listed = (r: Resolver, node: Node): void => {
  const one = as(node, 'PublicationObjSpec');
  if (!one) return;
  if (one.pubtable) table(r, one);
  else if (one.name !== undefined) all(r, one.name);
  else
    all(
      r,
      r.path.routines.find((schema) => schema !== 'pg_catalog'),
    );
};

/** Notes what a publication sends, but of ALTER PUBLICATION ... DROP. */
export const publish = (
  r: Resolver,
  stmt: NodeOf<'CreatePublicationStmt'> | NodeOf<'AlterPublicationStmt'>,
): void => {
  if ('action' in stmt && stmt.action === 'AP_DropObjects') return;
  if (stmt.for_all_tables) all(r, undefined);
  for (const node of stmt.pubobjects ?? []) listed(r, node);
};
