import type { Relation, Rule } from '../catalogue/catalogue.js';
import { formatName } from '../names.js';
import { as } from '../parse/nodes.js';
import { parse } from '../parse/parser.js';
import { baseCell } from '../resolve/cells.js';
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
