import pg from 'pg';

/** Clients that send statements that nobody sent before, and remember which ones succeeded. */
export class Traffic {
  readonly #url: string;
  readonly #prefix: string;
  readonly #succeeded = new Set<string>();
  #stopped = false;
  #clients: Promise<void>[] = [];
  #next = 0;

  /** @param prefix of the names by which the record is searched afterwards */
  constructor(url: string, prefix: string) {
    this.#url = url;
    this.#prefix = prefix;
  }

  /** Names of the statements whose client saw them succeed. */
  get succeeded(): ReadonlySet<string> {
    return this.#succeeded;
  }

  stopped(): boolean {
    return this.#stopped;
  }

  start(clients: number): void {
    this.#clients = Array.from({ length: clients }, (_, i) => this.#client(i));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }

  async #client(number: number): Promise<void> {
    while (!this.stopped()) {
      const client = new pg.Client({ connectionString: this.#url, connectionTimeoutMillis: 5000 });
      // a killed proxy takes its connections along: connect again
      client.on('error', () => undefined);
      try {
        await client.connect();
        while (!this.stopped()) await this.#statement(client, number);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  async #statement(client: pg.Client, number: number): Promise<void> {
    this.#next += 1;
    // names survive normalisation, where constants do not
    const name = `${this.#prefix}_${this.#next}`;
    if (number % 2 === 0) await client.query(`SELECT id AS ${name} FROM items WHERE id = 1`);
    else await client.query(`SELECT id AS ${name} FROM items WHERE id = $1`, [this.#next % 1000]);
    this.#succeeded.add(name);
    // statements that differ are dear to the record: enough to be in the middle of some is enough
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
