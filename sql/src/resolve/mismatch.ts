import type { FuncCall, Node } from '@pgsql/types';
import { quoteIdentifier } from '../names.js';
import { as } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import type { Known } from '../types/polymorphic.js';
import { calledName } from './overloads.js';
import { findType } from './path.js';
import { fail, type Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { typeOf } from './type-of.js';
import { sqlTypeName } from './types.js';

// Functions and operators that take no such arguments, or of which several do (src/backend/parser/parse_func.c,
// parse_oper.c). Only types that are certain count.

/** As `format_type` spells it: with its schema where the search path does not find it. */
export const formatType = (r: Resolver, type: number): string => {
  const found = r.catalogue.typeByOid(type);
  if (!found) return 'unknown';
  if (found.element !== 0 && found.category === 'A') return `${formatType(r, found.element)}[]`;
  if (found.schema === 'pg_catalog') return sqlTypeName(found.name);
  const visible = findType(r.catalogue, r.path, undefined, found.name)?.oid === type;
  const name = quoteIdentifier(found.name);
  return visible ? name : `${quoteIdentifier(found.schema)}.${name}`;
};

const isCertain = (types: readonly Known[]): types is readonly number[] =>
  types.every((type) => type !== undefined);

/** The types of a call's arguments, as an error names them. */
export const signature = (r: Resolver, scope: Scope, { args = [] }: FuncCall): string =>
  args
    .map((node: Node) => {
      const named = as(node, 'NamedArgExpr');
      const type = formatType(r, typeOf(r, scope, named?.arg ?? node) ?? oid.unknown);
      return named ? `${named.name ?? ''} => ${type}` : type;
    })
    .join(', ');

/** @param chosen how many functions accept what is given @throws SqlError `undefined-function` | `ambiguous-function` */
export const checkCall = (
  r: Resolver,
  scope: Scope,
  call: FuncCall,
  given: readonly Known[],
  chosen: number,
): void => {
  if (chosen === 1 || !isCertain(given)) return;
  const said = `function ${calledName(r.catalogue, call).join('.')}(${signature(r, scope, call)})`;
  refuse(r, 'function', said, chosen, call.location);
};

/** @param left undefined for an operator that stands in front of its operand */
export const checkOperator = (
  r: Resolver,
  names: readonly string[],
  operands: readonly [left: Known, right: Known] | readonly [right: Known],
  chosen: number,
  location: number | undefined,
): void => {
  if (chosen === 1 || !isCertain(operands)) return;
  const [last = 0, ...before] = [...operands].reverse();
  const left = before.map((type) => `${formatType(r, type)} `).join('');
  const said = `operator ${left}${names.join('.')} ${formatType(r, last)}`;
  const what = chosen === 0 ? `operator does not exist: ` : `operator is not unique: `;
  refuse(r, 'operator', said.replace('operator ', what), chosen, location, operands.length === 1);
};

const refuse = (
  r: Resolver,
  what: 'function' | 'operator',
  said: string,
  chosen: number,
  location: number | undefined,
  alone = false,
): never => {
  const hint = `You might need to add ${alone ? 'an explicit type cast' : 'explicit type casts'}.`;
  if (chosen === 0)
    throw fail(
      r,
      'undefined-function',
      what === 'function' ? `${said} does not exist` : said,
      location,
      `No ${what} matches the given name and argument ${alone ? 'type' : 'types'}. ${hint}`,
    );
  throw fail(
    r,
    'ambiguous-function',
    what === 'function' ? `${said} is not unique` : said,
    location,
    `Could not choose a best candidate ${what}. ${hint}`,
  );
};
