import type { Node } from '@pgsql/types';

/** Names of the parser's node types. */
export type NodeKind = Node extends infer N ? (N extends object ? keyof N : never) : never;

/** The content of a node of this kind. */
export type NodeOf<K extends NodeKind> =
  Extract<Node, { readonly [P in K]: unknown }> extends infer N
    ? N extends { readonly [P in K]: infer V }
      ? V
      : never
    : never;

/** A node's kind; the parser writes each node as an object with that one key. */
export const kindOf = (node: Node): NodeKind | undefined => {
  for (const key in node) return key as NodeKind;
  return undefined;
};

/** The content of a node when it is of this kind. */
export const as = <K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined =>
  node === undefined ? undefined : (node as unknown as { readonly [P in K]?: NodeOf<K> })[kind];

/** The text of a String node; empty for any other. */
export const text = (node: Node | undefined): string => as(node, 'String')?.sval ?? '';

export const texts = (nodes: readonly Node[] | undefined): string[] => (nodes ?? []).map(text);

/** Calls `visit` for every typed node below (and with) a value of the tree; `false` from it stops the descent there. */
export const walk = (
  value: unknown,
  visit: (kind: string, content: Readonly<Record<string, unknown>>) => boolean,
): void => {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, content] of Object.entries(value)) {
    if (typeof content !== 'object' || content === null) continue;
    const first = key.charCodeAt(0);
    // Type names start with a capital letter, fields with a small one.
    if (first >= 65 && first <= 90 && !Array.isArray(content)) {
      if (!visit(key, content as Readonly<Record<string, unknown>>)) continue;
    }
    walk(content, visit);
  }
};

/** The smallest byte offset named anywhere in a part of the tree. */
export const firstLocation = (value: unknown): number | undefined => {
  let first: number | undefined;
  const look = (v: unknown): void => {
    if (Array.isArray(v)) v.forEach(look);
    else if (typeof v === 'object' && v !== null)
      for (const [key, content] of Object.entries(v)) {
        if (key !== 'location') look(content);
        else if (
          typeof content === 'number' &&
          content >= 0 &&
          (first === undefined || content < first)
        )
          first = content;
      }
  };
  look(value);
  return first;
};

/** Byte offset of a node, where it bears one. */
export const locationOf = (node: Node): number | undefined => {
  const kind = kindOf(node);
  const content = kind && (node as Readonly<Record<string, unknown>>)[kind];
  const location = (content as { readonly location?: unknown } | undefined)?.location;
  return typeof location === 'number' ? location : undefined;
};
