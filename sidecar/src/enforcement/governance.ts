import type { Evaluator, Identity, Workload } from '@postern/policy';
import type { AuditSink } from '../audit/index.js';
import type { Assignment, Database } from '../control/assignment.js';
import { postgresCatalogue } from './catalogue-source.js';
import { SharedCatalogue } from './catalogues.js';
import { DatabaseGovernance } from './database-governance.js';
import { decideReplication, type ReplicationVerdict } from './replication.js';
import { Recent } from './recent.js';
import type { SessionLogin } from './session-governance.js';
import type { VerdictBudget } from './verdict-cache.js';

/** Databases whose catalogue is kept while no session is connected to them; some MiB each. */
const idleDatabases = 16;

/** Catalogues outlive bundles: a changed policy does not read the schema again. */
export class CatalogueStore {
  private readonly catalogues = new Recent<SharedCatalogue>(idleDatabases);
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  of(database: Database, databaseName: string, serverVersion: number): SharedCatalogue {
    const key = JSON.stringify([
      database.id,
      database.endpoints,
      databaseName,
      serverVersion,
      database.classifications,
    ]);
    return this.catalogues.get(
      key,
      () => new SharedCatalogue(postgresCatalogue(database.classifications), this.now),
    );
  }
}

export interface GovernanceParts {
  readonly catalogues: CatalogueStore;
  readonly assignment: Assignment;
  readonly evaluator: Evaluator;
  readonly bundleDigest: string;
  readonly sink: AuditSink;
  /** outlives bundles and assignments, as what it counts may */
  readonly verdicts: VerdictBudget;
  readonly now: () => number;
}

/** One assignment and one bundle, in force together. Replaced as a whole when either changes. */
export class Governance {
  readonly bundleDigest: string;
  private readonly parts: GovernanceParts;
  private readonly governed = new Recent<DatabaseGovernance>(idleDatabases);

  constructor(parts: GovernanceParts) {
    this.parts = parts;
    this.bundleDigest = parts.bundleDigest;
  }

  get identity(): Identity {
    return this.parts.assignment.identity;
  }

  get claims(): Readonly<Record<string, string>> {
    return this.parts.assignment.claims;
  }

  get workload(): Workload {
    return this.parts.assignment.workload;
  }

  /** @param id `namespace/name` */
  database(id: string): Database | undefined {
    return this.parts.assignment.databases.find((database) => database.id === id);
  }

  /** What all sessions to one database of one server share. */
  governing(id: string, databaseName: string, serverVersion: string): DatabaseGovernance {
    return this.governed.get(JSON.stringify([id, databaseName, serverVersion]), () => {
      const database = this.database(id);
      if (database === undefined) throw new Error(`no Database ${id} in the assignment`);
      const { assignment, catalogues, ...rest } = this.parts;
      return new DatabaseGovernance(
        { ...rest, ...assignment, database, databaseName },
        catalogues.of(database, databaseName, versionNumber(serverVersion)),
      );
    });
  }

  /** What policy says of a replication connection; undefined: the database is not governed. */
  replication(id: string, login: SessionLogin): ReplicationVerdict | undefined {
    const database = this.database(id);
    if (database === undefined) return undefined;
    const { assignment, ...rest } = this.parts;
    return decideReplication({ ...rest, ...assignment, database }, login);
  }
}

/** `15.4 (Debian ...)` -> 150004, as `server_version_num`; a pre-release counts as its major version. */
export function versionNumber(serverVersion: string): number {
  const [, major, minor] = /^(\d+)(?:\.(\d+))?/.exec(serverVersion) ?? [];
  return Number(major ?? 0) * 10_000 + Number(minor ?? 0);
}
