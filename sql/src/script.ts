import type { ExecuteStmt, Node, VariableSetStmt } from '@pgsql/types';
import type { Access, Analysis, NotUnderstood } from './analysis.js';
import { analyze, type Analyzed } from './analyze.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { as, texts } from './parse/nodes.js';
import type { Statement } from './parse/statement.js';
import { parseSearchPath, type SessionSettings } from './resolve/settings.js';

/** What a script has made so far for the statements behind. */
interface State {
  readonly settings: SessionSettings;
  readonly prepared: ReadonlyMap<string, Named>;
  readonly cursors: ReadonlyMap<string, Named>;
}

/** What was prepared or declared. */
interface Named {
  readonly statement: Statement;
  readonly settings: SessionSettings;
  readonly analysis: Analysis;
}

/** One statement of a script. */
export interface Step {
  readonly analyzed: Analyzed;
  /** With what an EXECUTE or FETCH runs: that was prepared or declared before. */
  readonly analysis: Analysis;
}

/**
 * Statements of one session, one after the other: what one sets (`search_path`, the role), prepares or declares counts
 * for those behind it. What one creates does not: the catalogue stays as it is.
 */
export class Script {
  readonly #catalogue: Catalogue;
  readonly #first: SessionSettings;
  #state: State;
  /** as it was when the transaction began, and with what SET LOCAL set left out */
  #before: { readonly rolledBack: State; committed: SessionSettings } | undefined;

  constructor(catalogue: Catalogue, settings: SessionSettings) {
    this.#catalogue = catalogue;
    this.#first = settings;
    this.#state = { settings, prepared: new Map(), cursors: new Map() };
  }

  /** what names mean to the next statement */
  get settings(): SessionSettings {
    return this.#state.settings;
  }

  /** @param declared as for `analyze` @throws SqlError */
  next(statement: Statement, declared?: readonly number[]): Step {
    const analyzed = analyze(statement, this.#catalogue, this.settings, declared);
    const analysis = this.#withNamed(analyzed);
    this.#follow(analyzed);
    return { analyzed, analysis };
  }

  #withNamed({ statement, analysis }: Analyzed): Analysis {
    const { prepared, cursors } = this.#state;
    const explained = executeIn(as(statement.node.stmt, 'ExplainStmt')?.query)?.name;
    let found = analysis;
    for (const effect of analysis.sessionEffects)
      if (effect.kind === 'execute')
        found = joined(
          found,
          prepared.get(effect.name)?.analysis,
          `prepared statement ${effect.name}`,
        );
      else if (effect.kind === 'fetch')
        found = joined(found, cursors.get(effect.name)?.analysis, `cursor ${effect.name}`);
    if (explained !== undefined && found === analysis)
      return joined(
        analysis,
        this.#planned(prepared.get(explained)),
        `prepared statement ${explained}`,
      );
    return found;
  }

  /** What EXPLAIN without ANALYZE of a prepared statement looks at. */
  #planned(named: Named | undefined): Analysis | undefined {
    const query = as(named?.statement.node.stmt, 'PrepareStmt')?.query;
    if (!named || !query) return undefined;
    const node = { ...named.statement.node, stmt: { ExplainStmt: { query } } };
    return analyze({ ...named.statement, node }, this.#catalogue, named.settings).analysis;
  }

  #follow({ statement, analysis }: Analyzed): void {
    const { stmt } = statement.node;
    const named = { statement, settings: this.settings, analysis };
    for (const effect of analysis.sessionEffects)
      if (effect.kind === 'prepare') this.#keep('prepared', effect.name, named);
      else if (effect.kind === 'declare') this.#keep('cursors', effect.name, named);
      else if (effect.kind === 'deallocate') this.#keep('prepared', effect.name, undefined);
      else if (effect.kind === 'transaction') this.#transaction(effect.verb);
    if (as(stmt, 'DiscardStmt')?.target === 'DISCARD_ALL')
      this.#state = { settings: this.#first, prepared: new Map(), cursors: new Map() };
    const set = as(stmt, 'VariableSetStmt') ?? setByCall(statement);
    if (set) this.#set(set);
  }

  /** Without a name: all go. */
  #keep(kind: 'prepared' | 'cursors', name: string | undefined, named: Named | undefined): void {
    const kept = new Map(name === undefined ? [] : this.#state[kind]);
    if (name !== undefined && named) kept.set(name, named);
    else if (name !== undefined) kept.delete(name);
    this.#state = { ...this.#state, [kind]: kept };
  }

  #transaction(verb: string): void {
    if (verb === 'begin') {
      this.#before ??= { rolledBack: this.#state, committed: this.settings };
      return;
    }
    if (verb !== 'commit' && verb !== 'rollback') return;
    const { prepared } = this.#state;
    if (this.#before) {
      const { rolledBack, committed } = this.#before;
      const settings = verb === 'rollback' ? rolledBack.settings : committed;
      this.#state = { settings, prepared, cursors: new Map() };
    }
    this.#before = undefined;
  }

  #set(stmt: Setting): void {
    // SET LOCAL means nothing outside of a transaction.
    if (stmt.is_local && !this.#before) return;
    const settings = changed(this.settings, this.#first, stmt);
    this.#state = { ...this.#state, settings };
    if (this.#before && !stmt.is_local)
      this.#before.committed = changed(this.#before.committed, this.#first, stmt);
  }
}

/** `EXECUTE p`, also in `CREATE TABLE ... AS EXECUTE p`. */
const executeIn = (query: Node | undefined): ExecuteStmt | undefined =>
  as(as(query, 'CreateTableAsStmt')?.query ?? query, 'ExecuteStmt');

type Setting = Pick<VariableSetStmt, 'kind' | 'name' | 'is_local'> & {
  readonly args?: VariableSetStmt['args'];
  /** as set_config() takes it */
  readonly text?: string;
};

/** `SELECT set_config('search_path', '', false)`, with which dumps begin. */
const setByCall = ({ node }: Statement): Setting | undefined => {
  const select = as(node.stmt, 'SelectStmt');
  const [target, ...more] = select?.targetList ?? [];
  const call = as(as(target, 'ResTarget')?.val, 'FuncCall');
  if (more.length > 0 || select?.fromClause || texts(call?.funcname).at(-1) !== 'set_config')
    return undefined;
  const [name, value, local] = (call?.args ?? []).map((arg) => as(arg, 'A_Const'));
  if (!name?.sval || !value?.sval || !local?.boolval) return undefined;
  return {
    kind: 'VAR_SET_VALUE',
    name: name.sval.sval ?? '',
    is_local: local.boolval.boolval === true,
    text: value.sval.sval ?? '',
  };
};

const changed = (
  settings: SessionSettings,
  first: SessionSettings,
  { kind, name = '', args, text }: Setting,
): SessionSettings => {
  if (kind === 'VAR_RESET_ALL') return { ...first, role: settings.role };
  const reset = kind !== 'VAR_SET_VALUE';
  const values = (args ?? []).map((arg) => as(arg, 'A_Const')?.sval?.sval ?? '');
  switch (name.toLowerCase()) {
    case 'search_path': {
      const path = text === undefined ? values.filter(Boolean) : parseSearchPath(text);
      return { ...settings, searchPath: reset ? first.searchPath : path };
    }
    case 'role':
      return { ...settings, role: reset ? first.role : (text ?? values[0] ?? 'none') };
    case 'session_authorization':
      return { ...settings, user: reset ? first.user : (text ?? values[0] ?? first.user) };
    default:
      return settings;
  }
};

const accessKey = ({ action, object, columns }: Access): string =>
  JSON.stringify([action, object, columns]);

/** They run a query and show none of its rows. */
const withoutRows: ReadonlySet<string> = new Set(['MOVE', 'EXPLAIN']);

/** A statement with all that the one that it runs does. */
const joined = (analysis: Analysis, run: Analysis | undefined, what: string): Analysis => {
  if (!run) {
    const unknown: NotUnderstood = { construct: what, position: 0, reach: 'anything' };
    return { ...analysis, notUnderstood: [...analysis.notUnderstood, unknown] };
  }
  const accesses = [...analysis.accesses, ...run.accesses];
  const created = analysis.command === 'CREATE TABLE AS' || analysis.command === 'SELECT INTO';
  const [made] = created ? analysis.accesses.filter(({ action }) => action === 'ddl') : [];
  const written = made?.object
    ? run.output.map(({ name, ...lineage }) => ({
        target: { schema: '', name: '', ...made.object, column: name },
        action: 'create' as const,
        ...lineage,
      }))
    : [];
  return {
    ...analysis,
    accesses: [...new Map(accesses.map((access) => [accessKey(access), access])).values()],
    calls: [
      ...new Map([...analysis.calls, ...run.calls].map((c) => [JSON.stringify(c), c])).values(),
    ],
    functions: [...analysis.functions, ...run.functions],
    output: withoutRows.has(analysis.command) ? [] : run.output,
    written: [...analysis.written, ...written, ...run.written],
    flags: {
      unfiltered: analysis.flags.unfiltered || run.flags.unfiltered,
      wholesale: analysis.flags.wholesale || run.flags.wholesale,
      readOnly: analysis.flags.readOnly && run.flags.readOnly,
    },
    notUnderstood: [...analysis.notUnderstood, ...run.notUnderstood],
    veiled: [...new Set([...analysis.veiled, ...run.veiled])],
  };
};
