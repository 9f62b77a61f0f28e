/** Values that stand nowhere but in protected columns, rows and definitions: seen at a client, they leaked. */

/** One person's. Words are of letters that make no word, numbers have nine digits. */
export interface Person {
  readonly id: number;
  readonly first: string;
  readonly last: string;
  readonly mail: string;
  readonly national: string;
  readonly salary: string;
  /** ISO */
  readonly birth: string;
  readonly secret: string;
  readonly tag: string;
  readonly token: string;
  readonly phone: string;
  readonly region: 'eu' | 'us';
}

export const people: readonly Person[] = [
  {
    ...{ id: 1, first: 'zqutojevyn', last: 'zqoculyreb', mail: 'zqujyqunik' },
    ...{
      national: '837886626',
      salary: '502449051.25',
      birth: '1961-03-17',
      region: 'eu' as const,
    },
    ...{ secret: 'zquhytetuf', tag: 'zqacymyvem', token: 'zqiturimuf', phone: '614681086' },
  },
  {
    ...{ id: 2, first: 'zqirokehav', last: 'zqoramowof', mail: 'zqofycofyd' },
    ...{
      national: '132583309',
      salary: '652179446.50',
      birth: '1974-11-23',
      region: 'eu' as const,
    },
    ...{ secret: 'zqabehubun', tag: 'zqivycuput', token: 'zqykokiqad', phone: '385077844' },
  },
  {
    ...{ id: 3, first: 'zqopilozuw', last: 'zqizarizel', mail: 'zqewamodyh' },
    ...{
      national: '938138481',
      salary: '402997824.75',
      birth: '1983-07-29',
      region: 'us' as const,
    },
    ...{ secret: 'zqedijenut', tag: 'zqupawufep', token: 'zqebinomak', phone: '377167757' },
  },
  {
    ...{ id: 4, first: 'zqonawemib', last: 'zqyzunutov', mail: 'zqytaqotin' },
    ...{
      national: '280641062',
      salary: '471041686.00',
      birth: '1958-12-13',
      region: 'us' as const,
    },
    ...{ secret: 'zqyfexebyx', tag: 'zqefydixes', token: 'zqekelomiv', phone: '235267934' },
  },
];

/** What stands outside of the people. */
export const planted = {
  /** in rows that a row filter hides */
  hidden: ['zqodexeduh', 'zqygekogos', 'zqutifudox'],
  /** keys of list partitions */
  segments: ['zqifidezel', 'zqudadamyq', 'zqesotiqor'],
  /** of the parent, of the heir */
  contacts: ['zqipexysir', 'zqufokalib'],
  /** predicate of an index, and what a default computes */
  predicate: 'zqorycopon',
  defaulted: 'zqexavynuv',
  /** in the text of a statement that another session runs */
  elsewhere: 'zqexymenum',
  /** in notes of tickets */
  tickets: ['zquvasunig', 'zqexikuhiq', 'zqyxymyseb'],
  /** default that a fast ADD COLUMN left in attmissingval */
  missing: 'zqehixewon',
  /** in most of a table's rows: one hidden, one masked */
  ledger: 'zqibydyryf',
  common: 'zqetysibic',
} as const;

/** Every word. */
export const words: readonly string[] = [
  ...people.flatMap(({ first, last, mail, secret, tag, token }) => [
    ...[first, last, mail, secret, tag, token],
  ]),
  ...Object.values(planted).flat(),
];

/** Every number, as digits without a point. */
export const numbers: readonly string[] = people.flatMap(({ national, salary, phone }) => [
  national,
  salary.replace(/\..*/, ''),
  phone,
]);

export const dates: readonly string[] = people.map(({ birth }) => birth);

export const mailOf = (person: Person): string => `${person.mail}@example.com`;

/** Whole values of columns, as they stand. */
export const values: readonly string[] = [
  ...words,
  ...people.flatMap((person) => [
    `${person.first} ${person.last}`,
    mailOf(person),
    `NI${person.national}`,
    person.salary,
    `+${person.phone}`,
    person.birth,
  ]),
];
