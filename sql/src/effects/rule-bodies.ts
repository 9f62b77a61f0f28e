import type { RuleStmt } from '@pgsql/types';
import type { Relation, Rule } from '../catalogue/catalogue.js';
import { formatName } from '../names.js';
import { as } from '../parse/nodes.js';
import { parse } from '../parse/parser.js';
import { baseCell, mark, markCell, markFlows } from '../resolve/cells.js';
import { gather } from '../resolve/expression.js';
import { newUse } from '../resolve/relation.js';
import type { Resolver, RuleEvent } from '../resolve/resolver.js';
import { type Item, listed, newScope } from '../resolve/scope.js';
import { attempt, bodyOf, definitionSettings, newResolver } from './body.js';
import { statement as resolveNode } from './statements.js';

/** OLD and NEW of a rule: rows of the relation as they were and will be. */
const rowOf = (relation: Relation, alias: string): Item => {
  const use = newUse(relation, {}, 'read');
  return listed(
    alias,
    relation.columns.map(({ name }) => ({ name, cell: baseCell(use, name) })),
    { columnsVisible: false },
  );
};

/** What a new rule will do is noted where it is made; so are the columns of its relation that it looks at. */
export const resolveActions = (r: Resolver, stmt: RuleStmt, rows: readonly Item[]): void => {
  const construct = `rule ${stmt.rulename ?? ''} on ${stmt.relation?.relname ?? ''}`;
  const outer = { ...newScope(undefined), items: rows };
  const around = { outer, parameters: [], lookInto: r.lookInto, within: r.within };
  // An action may name what is not there yet.
  attempt(r, () => {
    const found = gather(r, newScope(outer), stmt.whereClause);
    markFlows(found.flows, mark.filter);
  });
  for (const node of stmt.actions ?? [])
    attempt(r, () => {
      const inner = newResolver(r.source, r.catalogue, r.session, around);
      inner.planned = true;
      const outcome = { ...resolveNode(inner, node), planned: true };
      for (const { cell } of outcome.output ?? []) markCell(cell, mark.output);
      for (const { cell } of inner.assignments) markCell(cell, mark.output);
      r.bodies.push({ ...bodyOf(construct, 0, inner, outcome, node), kept: true });
    });
};

/** See `Bodies.ofRule`. */
export function ofRule(
  r: Resolver,
  relation: Relation,
  rule: Rule,
  event: RuleEvent,
  location: number,
): boolean {
  const construct = `rule ${rule.name} on ${formatName(relation)}`;
  if (rule.definition === '' || r.within.has(construct)) return false;
  const done = attempt(r, () => {
    const stmt = as(parse(rule.definition)[0]?.node.stmt, 'RuleStmt');
    if (!stmt) return undefined;
    if (stmt.event !== event) return true;
    const outer = {
      ...newScope(undefined),
      items: [rowOf(relation, 'old'), rowOf(relation, 'new')],
    };
    const around = {
      ...{ outer, parameters: [], lookInto: r.lookInto },
      within: new Map([...r.within, [construct, { parameters: [], results: [] }]]),
    };
    const found = (stmt.actions ?? []).map((node) => {
      const inner = newResolver(rule.definition, r.catalogue, definitionSettings(r), around);
      if (stmt.whereClause) gather(inner, newScope(outer), stmt.whereClause);
      return bodyOf(construct, location, inner, resolveNode(inner, node), node);
    });
    r.bodies.push(...found);
    return true;
  });
  return done === true;
}
