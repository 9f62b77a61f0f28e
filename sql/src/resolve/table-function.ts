import type { Node, RangeTableFunc } from '@pgsql/types';
import { as, texts } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { aliased } from './alias-list.js';
import { derived, mark } from './cells.js';
import { gather } from './expression.js';
import { expect, expectText } from './parameters.js';
import type { Resolver } from './resolver.js';
import { decides, listed, type Item, type Scope } from './scope.js';
import { namedType } from './type-of.js';

interface Column {
  readonly name: string;
  readonly type: number | undefined;
}

/** The columns that a COLUMNS clause defines: those of nested paths come last. */
const tableColumns = (r: Resolver, columns: readonly Node[]): readonly Column[] => {
  const nested: Column[] = [];
  const own: Column[] = [];
  for (const node of columns) {
    const json = as(node, 'JsonTableColumn');
    const xml = as(node, 'RangeTableFuncCol');
    const ordinality = json?.coltype === 'JTC_FOR_ORDINALITY' || xml?.for_ordinality === true;
    const exists = json?.coltype === 'JTC_EXISTS' && json.typeName === undefined;
    const name = json?.name ?? xml?.colname;
    const type = ordinality
      ? oid.int4
      : exists
        ? oid.bool
        : namedType(r, json?.typeName ?? xml?.typeName);
    if (json?.coltype === 'JTC_NESTED') nested.push(...tableColumns(r, json.columns ?? []));
    else if (name !== undefined) own.push({ name, type });
  }
  return [...own, ...nested];
};

const xmlParameters = (
  r: Resolver,
  { rowexpr, docexpr, namespaces, columns }: RangeTableFunc,
): void => {
  expectText(r, [rowexpr, ...(namespaces ?? []).map((node) => as(node, 'ResTarget')?.val)]);
  expect(r, docexpr, oid.xml);
  for (const node of columns ?? []) {
    const { colexpr, coldefexpr, typeName } = as(node, 'RangeTableFuncCol') ?? {};
    expectText(r, [colexpr]);
    expect(r, coldefexpr, namedType(r, typeName));
  }
};

/** JSON_TABLE or XMLTABLE: every column may come from anything in it. Undefined for any other node. */
export const tableFunction = (r: Resolver, scope: Scope, node: Node): Item | undefined => {
  const json = as(node, 'JsonTable');
  const content = json ?? as(node, 'RangeTableFunc');
  if (!content) return undefined;
  const { flows } = gather(r, scope, Object.values(content), 'transformation');
  const xml = as(node, 'RangeTableFunc');
  if (xml) xmlParameters(r, xml);
  decides(scope, flows, mark.exposed);
  const columns = tableColumns(r, content.columns ?? []).map(({ name, type }) => {
    const cell = derived(flows);
    cell.typed = () => type;
    return { name, cell };
  });
  const kind = json ? 'JSON_TABLE' : 'XMLTABLE';
  const named = aliased(r, `${kind} function`, columns, texts(content.alias?.colnames));
  return listed(content.alias?.aliasname ?? kind.toLowerCase(), named, { row: () => oid.record });
};
