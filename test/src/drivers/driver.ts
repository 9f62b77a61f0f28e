/** What each step of a program gave, by the step's name; JSON values only. */
export type Transcript = Readonly<Record<string, unknown>>;

/** The programs every driver has. */
export type Part =
  /** ordinary work; the same directly and through Postern */
  | 'work'
  /** a DROP, alone, in a transaction and among others */
  | 'refused'
  /** reads `people.email` in every format the driver knows */
  | 'masked';

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Driver {
  readonly name: string;
  /**
   * Makes it ready, which may fetch it.
   *
   * @returns why it cannot run on this machine; undefined: it can
   */
  prepare(): Promise<string | undefined>;
  run(login: Login, part: Part): Promise<Transcript>;
}

export const urlOf = ({ host, port, user, password, database }: Login): string =>
  `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;

/** The fields of an error that a program can act on. */
export interface Problem {
  readonly sqlstate: unknown;
  readonly severity: unknown;
  readonly message: unknown;
  readonly detail: unknown;
  readonly hint: unknown;
  readonly position: unknown;
  readonly table: unknown;
  readonly constraint: unknown;
}

/** Reads what both Node drivers throw. */
export const problemOf = (thrown: unknown): Problem => {
  const error = thrown as Readonly<Record<string, unknown>>;
  const field = (...names: string[]): unknown =>
    names.map((name) => error[name]).find((value) => value !== undefined) ?? null;
  return {
    sqlstate: field('code'),
    severity: field('severity'),
    message: field('message'),
    detail: field('detail'),
    hint: field('hint'),
    position: field('position'),
    table: field('table', 'table_name'),
    constraint: field('constraint', 'constraint_name'),
  };
};

export const failing = async (act: () => Promise<unknown>): Promise<Problem | string> => {
  try {
    await act();
    return 'no error';
  } catch (thrown) {
    return problemOf(thrown);
  }
};

/** As JSON carries it: dates as text, bytes as hex. */
export const plain = (value: unknown): unknown => {
  const text = JSON.stringify(
    { value },
    function (this: Readonly<Record<string, unknown>>, key, item: unknown) {
      const original = this[key];
      if (Buffer.isBuffer(original)) return original.toString('hex');
      return typeof item === 'bigint' ? item.toString() : item;
    },
  );
  return (JSON.parse(text) as { readonly value?: unknown }).value;
};

/** What every driver is asked to send and to get back. */
export const values: readonly (readonly [
  type: string,
  value: string | number | boolean | Buffer | null,
])[] = [
  ['boolean', true],
  ['int2', 7],
  ['int8', '1099511627776'],
  ['float8', 1.5],
  ['numeric', '12345.6789'],
  ['text', "Zoë 'quoted' 猫"],
  ['bytea', Buffer.from([0, 1, 255])],
  ['date', '2024-02-29'],
  ['timestamptz', '2024-02-29 01:02:03.456789+00'],
  ['interval', '1 day 00:00:30'],
  ['uuid', '00000000-0000-0000-0000-000000000005'],
  ['jsonb', '{"a": [1, null]}'],
  ['inet', '10.0.0.1/8'],
  ['text', null],
];
