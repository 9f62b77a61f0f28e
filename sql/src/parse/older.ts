import type { JsonValueExpr, Node, RawStmt } from '@pgsql/types';
import { SqlError } from '../errors.js';
import { firstIn, type Lacking } from './lacking.js';
import { as, kindOf, type NodeKind } from './nodes.js';
import { characterPosition, offsetsOf } from './positions.js';
import type { Statement } from './statement.js';
import { Tokens } from './tokens.js';

// The parser reads the newest syntax. To a server that does not have it yet, SQL/JSON are calls of functions by these
// names where it looks like one, and everything else of it, like MERGE, is a syntax error.

type Content = Readonly<Record<string, unknown>>;

const raw = (value: unknown): readonly Node[] => {
  const { raw_expr: node } = (value ?? {}) as JsonValueExpr;
  return node ? [node] : [];
};

const listed = (value: unknown): readonly Node[] => (Array.isArray(value) ? (value as Node[]) : []);

/** What came with a version: what its arguments are to an older server. */
interface Call {
  readonly since: number;
  readonly args: (content: Content) => readonly Node[];
}

const calls: { readonly [K in NodeKind]?: Call } = {
  JsonArrayConstructor: {
    since: 160000,
    args: ({ exprs }) => listed(exprs).flatMap((node) => raw(as(node, 'JsonValueExpr'))),
  },
  JsonArrayQueryConstructor: { since: 160000, args: () => [] },
  JsonObjectConstructor: { since: 160000, args: () => [] },
  JsonArrayAgg: { since: 160000, args: ({ arg }) => raw(arg) },
  JsonObjectAgg: { since: 160000, args: () => [] },
  JsonFuncExpr: {
    since: 170000,
    args: ({ context_item: item, pathspec }) => [
      ...raw(item),
      ...(pathspec ? [pathspec as Node] : []),
    ],
  },
  JsonScalarExpr: { since: 170000, args: ({ expr }) => (expr ? [expr as Node] : []) },
  JsonParseExpr: { since: 170000, args: ({ expr }) => raw(expr) },
  JsonSerializeExpr: { since: 170000, args: ({ expr }) => raw(expr) },
  MergeSupportFunc: { since: 170000, args: () => [] },
};

/** Where a JSON aggregate has what any aggregate may have. */
const aggregated = (content: Content): Content => {
  const made = Object.entries((content['constructor'] ?? {}) as Content);
  return Object.fromEntries(made.filter(([key]) => /^(?:agg_order|agg_filter|over)$/.test(key)));
};

class Reader {
  readonly #version: number;
  readonly #tokens: Tokens;
  readonly #offset: (byte: number) => number;
  /** the first of what is not understood: index of its token */
  wrong: number | undefined;

  constructor({ source, blanked, start, end }: Statement, version: number) {
    this.#version = version;
    this.#tokens = new Tokens(source, start, end);
    this.#offset = offsetsOf(blanked ?? source);
  }

  /** A part of the tree as the older server reads it: itself, where nothing in it is new. */
  read(part: unknown): unknown {
    if (Array.isArray(part)) {
      const read = part.map((one) => this.read(one));
      return read.some((one, i) => one !== part[i]) ? read : part;
    }
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part);
    const read = entries.map(([key, value]) => [key, this.read(value)] as const);
    const same = read.every(([, value], i) => value === entries[i]?.[1]);
    const node = (same ? part : Object.fromEntries(read)) as Node;
    return this.#node(node);
  }

  #node(node: Node): Node {
    const kind = kindOf(node);
    const content = kind && (node as unknown as Readonly<Record<string, unknown>>)[kind];
    if (kind === undefined || typeof content !== 'object' || content === null) return node;
    const call = calls[kind];
    if (call && this.#version < call.since) return this.#call(call, content as Content);
    this.#refuse(firstIn(this.#version, kind, content as Content, this.#place));
    return node;
  }

  #place: Lacking['place'] = (location) => ({
    tokens: this.#tokens,
    at: this.#tokens.indexAt(this.#offset(location)),
  });

  #refuse(index: number | undefined): void {
    if (index !== undefined) this.wrong = Math.min(index, this.wrong ?? index);
  }

  #call({ args }: Call, content: Content): Node {
    const own = (content['constructor'] as Content | undefined)?.['location'];
    const location = Number(content['location'] ?? own ?? 0);
    const { at } = this.#place(location);
    this.#refuse(this.#tokens.notOfCall(at + 1));
    const sval = this.#tokens.text(at).toLowerCase();
    const funcname = [{ String: { sval } }];
    return { FuncCall: { funcname, args: [...args(content)], ...aggregated(content), location } };
  }

  error(index: number): SqlError {
    const { source } = this.#tokens;
    return new SqlError('syntax', `syntax error at or near "${this.#tokens.text(index)}"`, {
      position: characterPosition(source, this.#tokens.startOf(index)),
    });
  }
}

/** Words of what came after version 13. */
const news = /json|merge|\breturning\s+with\b/i;

/**
 * A statement as a server of a version reads it.
 *
 * @param version `server_version_num`
 * @throws SqlError `syntax`
 */
export const readBy = (statement: Statement, version: number): Statement => {
  if (version >= 180000 || !news.test(statement.source)) return statement;
  const reader = new Reader(statement, version);
  const node = reader.read(statement.node) as RawStmt;
  if (reader.wrong !== undefined) throw reader.error(reader.wrong);
  return node === statement.node ? statement : { ...statement, node };
};
