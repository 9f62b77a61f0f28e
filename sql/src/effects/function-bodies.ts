import type { CreateFunctionStmt, Node } from '@pgsql/types';
import type { Catalogue, Overload, Routine } from '../catalogue/catalogue.js';
import { formatName, type ObjectName } from '../names.js';
import { as, texts } from '../parse/nodes.js';
import { parse } from '../parse/parser.js';
import { addFlow, type Cell, derived } from '../resolve/cells.js';
import { typeOfCell, typeOfColumn } from '../resolve/column-types.js';
import { becomes } from '../resolve/conversions.js';
import { gather } from '../resolve/expression.js';
import { findType } from '../resolve/path.js';
import { type Frame, type Given, opaque, type Resolver } from '../resolve/resolver.js';
import { type Item, listed, type Named, newScope, type Scope } from '../resolve/scope.js';
import { parseSearchPath, type SessionSettings } from '../resolve/settings.js';
import { isPolymorphic } from '../types/pseudo-types.js';
import { attempt, bodyOf, definitionSettings, newResolver, resolveBody } from './body.js';

const settingOf = (overload: Overload, name: string): string | undefined =>
  overload.settings.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

/** A body that is text is read when it runs, under the settings of then. */
const settingsFor = (r: Resolver, overload: Overload): SessionSettings => {
  if (overload.atomic) return definitionSettings(r);
  const path = settingOf(overload, 'search_path');
  const role = settingOf(overload, 'role');
  return {
    ...r.session,
    ...(overload.securityDefiner ? { user: overload.owner, role: 'none' } : {}),
    ...(role === undefined ? {} : { role }),
    ...(path === undefined ? {} : { searchPath: parseSearchPath(path) }),
  };
};

/** The statements of a function's body. */
const statementsOf = ({ body = '', atomic }: Overload): readonly Node[] => {
  if (!atomic) return parse(body).flatMap(({ node }) => node.stmt ?? []);
  const [made] = parse(`CREATE FUNCTION f() RETURNS int LANGUAGE sql ${body}`);
  return atomicStatements(as(made?.node.stmt, 'CreateFunctionStmt')?.sql_body);
};

/** Of `BEGIN ATOMIC ... END` or `RETURN ...`. */
const atomicStatements = (written: Node | undefined): readonly Node[] => {
  const block = as(as(written, 'List')?.items?.[0], 'List');
  return block ? (block.items ?? []) : written ? [written] : [];
};

/** The cell of each argument: what the call gives for it, or its default. */
const argumentCells = (
  overload: Overload,
  given: readonly Given[],
  defaults: readonly Cell[],
): readonly Cell[] => {
  const { arguments: expected } = overload;
  const positional = given.filter(({ name }) => name === undefined);
  return expected.map(({ name, type }, i) => {
    const named = given.find((one) => one.name !== undefined && one.name === name);
    // A variadic one takes all that are left.
    const rest = overload.most < 0 && i === expected.length - 1 ? positional.slice(i) : [];
    const found = named ? [named] : rest.length > 0 ? rest : positional.slice(i, i + 1);
    const fallback = defaults[i - expected.length + defaults.length];
    const cells = found.length > 0 ? found.map(({ cell }) => cell) : fallback ? [fallback] : [];
    const cell = derived(cells.map((from) => ({ from, kind: 'identity' as const })));
    const [only, ...others] = cells;
    cell.typed = () =>
      !isPolymorphic(type) ? type : only && others.length === 0 ? typeOfCell(only) : undefined;
    return cell;
  });
};

const defaultCells = (r: Resolver, { defaults }: Overload): readonly Cell[] => {
  if (defaults === undefined) return [];
  const [parsed] = parse(`SELECT ${defaults}`);
  const targets = as(parsed?.node.stmt, 'SelectStmt')?.targetList ?? [];
  return targets.map((node) => derived(gather(r, newScope(undefined), node).flows));
};

/** An argument of a composite type has fields. */
const fieldsOf = (
  catalogue: Catalogue,
  type: number,
  name: string,
  cell: Cell,
): readonly Item[] => {
  const relation = catalogue.relationByOid(catalogue.typeByOid(type)?.relation ?? 0);
  if (relation === undefined || name === '') return [];
  const columns = relation.columns.map((column) => {
    const field = derived([{ from: cell, kind: 'transformation' as const }]);
    field.typed = () => column.type;
    return { name: column.name, cell: field };
  });
  return [listed(name, columns, { columnsVisible: false })];
};

const argumentScope = (
  catalogue: Catalogue,
  routine: ObjectName,
  overload: Pick<Overload, 'arguments'>,
  cells: readonly Cell[],
): Scope => {
  const named = overload.arguments.flatMap(({ name }, i): readonly Named[] => {
    const cell = cells[i];
    return name === '' || cell === undefined ? [] : [{ name, cell }];
  });
  return {
    ...newScope(undefined),
    items: [
      listed(routine.name, named),
      ...overload.arguments.flatMap(({ name, type }, i) => {
        const cell = cells[i];
        return cell === undefined ? [] : fieldsOf(catalogue, type, name, cell);
      }),
    ],
  };
};

const voidType = 2278;

/** See `Bodies.ofFunction`. */
export function ofFunction(
  r: Resolver,
  routine: Routine,
  overload: Overload,
  given: readonly Given[],
  location: number,
): readonly Named[] | undefined {
  const key = `function ${overload.oid}`;
  if (overload.language !== 'sql' || overload.body === undefined) return undefined;
  const running = r.within.get(key);
  if (running) return calledAgain(r, overload, given, running);
  return attempt(r, () => {
    const construct = `function ${formatName(routine)}`;
    const plain = { outer: undefined, parameters: [], within: r.within, lookInto: r.lookInto };
    const defaulting = newResolver(
      overload.defaults ?? '',
      r.catalogue,
      definitionSettings(r),
      plain,
    );
    const parameters = argumentCells(overload, given, defaultCells(defaulting, overload));
    const frame: Frame = { parameters, results: [] };
    const around = {
      ...plain,
      within: new Map([...r.within, [key, frame]]),
      outer: argumentScope(r.catalogue, routine, overload, parameters),
      parameters,
    };
    const source = {
      text: overload.body ?? '',
      nodes: statementsOf(overload),
      session: settingsFor(r, overload),
    };
    const { columns, bodies } = resolveBody(r.catalogue, source, around, construct, location);
    r.bodies.push(
      bodyOf(construct, location, defaulting, { command: 'SELECT' }, { List: { items: [] } }),
      ...bodies,
    );
    for (const results of frame.results)
      for (const [i, { cell }] of results.entries()) {
        const from = columns[i]?.cell;
        if (from) addFlow(cell, { from, kind: 'identity' });
      }
    if (overload.result === voidType) return [];
    givesBack(r, overload, columns, location);
    return columns;
  });
}

/** What the last query has becomes what the function gives back. */
const givesBack = (
  r: Resolver,
  { result, out }: Overload,
  columns: readonly Named[],
  location: number,
): void => {
  const row = r.catalogue.relationByOid(r.catalogue.typeByOid(result)?.relation ?? 0)?.columns;
  const fields = out.length > 0 ? out : row?.length === columns.length ? row : [{ type: result }];
  for (const [i, { type }] of fields.entries()) {
    const cell = columns[i]?.cell;
    if (cell && !isPolymorphic(type)) becomes(r, typeOfColumn(cell), type, location);
  }
};

/**
 * A function that calls itself does the same again: its arguments may also be what this call gives, and its columns are
 * those that the body turns out to have.
 */
const calledAgain = (
  r: Resolver,
  overload: Overload,
  given: readonly Given[],
  { parameters, results }: Frame,
): readonly Named[] => {
  for (const [i, from] of argumentCells(overload, given, []).entries()) {
    const parameter = parameters[i];
    if (parameter) addFlow(parameter, { from, kind: 'identity' });
  }
  if (overload.result === voidType) return [];
  const row = r.catalogue.relationByOid(r.catalogue.typeByOid(overload.result)?.relation ?? 0);
  const names = overload.out.length > 0 ? overload.out : (row?.columns ?? [{ name: '' }]);
  const columns = names.map(({ name }) => ({ name, cell: derived([]) }));
  results.push(columns);
  return columns;
};

const option = (stmt: CreateFunctionStmt, name: string): Node | undefined =>
  (stmt.options ?? [])
    .map((node) => as(node, 'DefElem'))
    .find((element) => element?.defname === name)?.arg;

/** Arguments of a function that is being made: nobody knows what they will be. */
const newArguments = (r: Resolver, stmt: CreateFunctionStmt): Overload['arguments'] =>
  (stmt.parameters ?? []).flatMap((node) => {
    const parameter = as(node, 'FunctionParameter');
    if (!parameter || /OUT$|TABLE$/.test(parameter.mode ?? '')) return [];
    const names = texts(parameter.argType?.names);
    const type = findType(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '')?.oid ?? 0;
    return [{ name: parameter.name ?? '', type }];
  });

/**
 * See `Bodies.ofCreated`: who may call a function that reaches nothing protected must not find another one in its place, which may be
 * before anybody has noticed.
 */
export function ofCreated(r: Resolver, stmt: CreateFunctionStmt): void {
  const names = texts(stmt.funcname);
  const construct = `body of function ${names.join('.')}`;
  const language = as(option(stmt, 'language'), 'String')?.sval?.toLowerCase();
  if (!stmt.sql_body && language !== 'sql') {
    opaque(r, construct, 0);
    return;
  }
  attempt(r, () => {
    const text = as(as(option(stmt, 'as'), 'List')?.items?.[0], 'String')?.sval ?? '';
    const nodes = stmt.sql_body
      ? atomicStatements(stmt.sql_body)
      : parse(text).flatMap(({ node }) => node.stmt ?? []);
    const expected = newArguments(r, stmt);
    const parameters = expected.map(({ type }) => {
      const cell = derived([]);
      cell.typed = () => (type === 0 || isPolymorphic(type) ? undefined : type);
      return cell;
    });
    const routine = { schema: names.at(-2) ?? '', name: names.at(-1) ?? '' };
    const around = {
      outer: argumentScope(r.catalogue, routine, { arguments: expected }, parameters),
      parameters,
      within: r.within,
      lookInto: r.lookInto,
    };
    const source = { text, nodes, session: r.session };
    const { bodies } = resolveBody(r.catalogue, source, around, construct, 0);
    const reach = new Map<string, ObjectName>();
    for (const body of bodies) {
      for (const { action, object, through, user } of body.accesses())
        for (const one of object && user && action !== 'execute' ? [object, ...through] : [])
          reach.set(formatName(one), one);
      for (const part of body.resolver.notUnderstood)
        if (part.reach === 'anything') opaque(r, `${construct}: ${part.construct}`, 0);
    }
    if (reach.size > 0) opaque(r, construct, 0, [...reach.values()]);
  });
}
