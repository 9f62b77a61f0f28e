import type { Node } from '@pgsql/types';
import { as } from './parse/nodes.js';
import type { Statement } from './parse/statement.js';

/** How a COPY writes its rows, as its options say; what they do not say is absent. */
export interface CopyFormat {
  readonly kind: 'text' | 'csv' | 'binary';
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  /** as written; absent: client_encoding */
  readonly encoding?: string;
}

const kinds: ReadonlySet<string> = new Set(['text', 'csv', 'binary']);
const isKind = (text: string): text is CopyFormat['kind'] => kinds.has(text);

/** Of `COPY ... TO STDOUT`; undefined of any other statement. The old spelling of options reads the same. */
export const copyFormat = ({ node }: Statement): CopyFormat | undefined => {
  const stmt = as(node.stmt, 'CopyStmt');
  if (!stmt || stmt.is_from || stmt.is_program || stmt.filename !== undefined) return undefined;
  const said = new Map((stmt.options ?? []).flatMap(option));
  const kind = said.get('format') ?? 'text';
  const signs = (['delimiter', 'quote', 'escape', 'encoding'] as const).flatMap((name) => {
    const value = said.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { kind: isKind(kind) ? kind : 'text', ...Object.fromEntries(signs) };
};

const option = (node: Node): readonly (readonly [string, string])[] => {
  const { defname = '', arg } = as(node, 'DefElem') ?? {};
  const value = as(arg, 'String')?.sval;
  return value === undefined ? [] : [[defname, value]];
};
