import type { Governed } from './governed.js';
import type { Narrator } from './narrator.js';
import type { PostgresServer } from './postgres.js';
import type { Python } from './python.js';
import type { Login, Shop } from './shop.js';

/** What the steps of the demo share. */
export interface World {
  /** of the repository */
  readonly root: string;
  /** temporary; goes when the demo ends */
  readonly folder: string;
  readonly example: string;
  /** path of the command's script */
  readonly postern: string;
  readonly tell: Narrator;
  readonly expect: (what: string, holds: boolean, seen?: string) => void;
  readonly server: PostgresServer;
  readonly governed: Governed;
  readonly shop: Shop;
  /** being prepared since the demo began */
  readonly python: Promise<Python>;
  readonly trainer: Login;
  /** owns the collector's database */
  readonly collectorLogin: Login;
}
