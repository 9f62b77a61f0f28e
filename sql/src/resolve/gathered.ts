import type { Node } from '@pgsql/types';
import type { Flow, FlowKind } from './cells.js';
import type { Resolver } from './resolver.js';
import type { Scope } from './scope.js';

/** What an expression reads, and whether all it applies is leakproof. */
export interface Gathered {
  readonly flows: Flow[];
  leakproof: boolean;
}

/** What a pass over an expression carries with it. */
export interface Walk {
  readonly r: Resolver;
  readonly scope: Scope;
  readonly into: Gathered;
}

export type Visit = (w: Walk, node: Node, kind: FlowKind) => void;

/** What comes of a value that is not left as it is. */
export const computed = (kind: FlowKind): FlowKind =>
  kind === 'aggregation' ? kind : 'transformation';
