import type { Postern } from '../harness/postern.js';
import type { Postgres } from '../harness/postgres.js';
import type { Narrator } from './narrator.js';
import type { Python } from './python.js';

/** What the steps of the demo share. */
export interface World {
  /** temporary; goes when the demo ends */
  readonly folder: string;
  readonly tell: Narrator;
  readonly expect: (what: string, holds: boolean, seen?: string) => void;
  readonly server: Postgres;
  readonly postern: Postern;
  /** rows of each table of the shop, as loaded */
  readonly rows: Readonly<Record<string, number>>;
  /** being prepared since the demo began */
  readonly python: Promise<Python>;
  /** login that owns the collector's database, `postern` */
  readonly collector: { readonly user: string; readonly password: string };
}
