import {
  allAlike,
  type Digits,
  isDay,
  luhn,
  mod1110,
  valueOf,
  verhoeff,
  weighted,
} from './checksums.js';

/** A national identifier made of digits alone. */
export interface NationalRule {
  readonly country: string;
  /** lengths of its groups and what separates them, where it is written in groups */
  readonly shapes: readonly string[];
  /** lengths without separators that are distinctive enough to be taken as they are */
  readonly bare?: readonly number[];
  /** words, one of which has to stand before the number when it is written without separators */
  readonly labels?: readonly string[];
  readonly labelled?: readonly number[];
  readonly valid: (d: Digits, n: number) => boolean;
}

/** Weights applied and reduced by 11; 10 is no digit, and such numbers are not given out. */
const mod11 = (d: Digits, weights: readonly number[]): number =>
  (11 - (weighted(d, weights) % 11)) % 11;

/** Identifikationsnummer, section 139b AO: of the first ten digits exactly one occurs twice or three times. */
function germany(d: Digits, n: number): boolean {
  if (n !== 11 || d[0] === 0) return false;
  const times = new Uint8Array(10);
  for (let i = 0; i < 10; i += 1) times[d[i] ?? 0] = (times[d[i] ?? 0] ?? 0) + 1;
  const repeated = times.filter((t) => t > 1);
  if (repeated.length !== 1 || (repeated[0] ?? 0) > 3) return false;
  return mod1110(d, 11);
}

/** NIR: sex, year, month, department, commune, order, and 97 minus the rest. Corsica's letters are left out. */
function france(d: Digits, n: number): boolean {
  if (n !== 15 || (d[0] !== 1 && d[0] !== 2) || allAlike(d, 11)) return false;
  const month = valueOf(d, 3, 5);
  const department = valueOf(d, 5, 7);
  if (month < 1 || month > 12 || department < 1 || department === 96) return false;
  if (valueOf(d, 7, 10) === 0 || valueOf(d, 10, 13) === 0) return false;
  return 97 - (valueOf(d, 0, 13) % 97) === valueOf(d, 13, 15);
}

/** BSN: the eleven test, the last digit counted negative. */
const netherlands = (d: Digits, n: number): boolean =>
  n === 9 && valueOf(d, 0, 9) > 10_000_000 && weighted(d, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;

/** PESEL: the century is in the month. */
function poland(d: Digits, n: number): boolean {
  if (n !== 11 || !isDay(valueOf(d, 2, 4) % 20, valueOf(d, 4, 6))) return false;
  return weighted(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** CPF: two check digits. */
function brazil(d: Digits, n: number): boolean {
  if (n !== 11) return false;
  const first = mod11(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 10;
  const second = mod11(d, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 10;
  return d[9] === first && d[10] === second;
}

const india = (d: Digits, n: number): boolean => n === 12 && (d[0] ?? 0) >= 2 && verhoeff(d, 12);

const britain = (d: Digits, n: number): boolean =>
  n === 10 && mod11(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === d[9];

/**
 * Personnummer, with two or four digits of the year. Numbers of orders and invoices begin with their date as well: of
 * the years from 2015 on none is taken.
 */
function sweden(d: Digits, n: number): boolean {
  const from = n - 10;
  if (from !== 0 && from !== 2) return false;
  const century = from === 2 ? valueOf(d, 0, 2) : 19;
  const year = valueOf(d, from, from + 2);
  if (century !== 19 && century !== 20) return false;
  if (from === 2 ? century === 20 && year >= 15 : year >= 15 && year <= 35) return false;
  return isDay(valueOf(d, from + 2, from + 4), valueOf(d, from + 4, from + 6)) && luhn(d, n, from);
}

/** Rijksregisternummer: 97 minus the rest, of which a 2 stands before for those born from 2000 on. */
function belgium(d: Digits, n: number): boolean {
  if (n !== 11 || !isDay(valueOf(d, 2, 4), valueOf(d, 4, 6))) return false;
  const rest = valueOf(d, 0, 9);
  const check = valueOf(d, 9, 11);
  return 97 - (rest % 97) === check || 97 - ((2_000_000_000 + rest) % 97) === check;
}

/** AHV-Nummer: 756 for the country, and the check digit of an EAN-13. */
const switzerland = (d: Digits, n: number): boolean =>
  n === 13 &&
  valueOf(d, 0, 3) === 756 &&
  weighted(d, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;

/** Fødselsnummer: two check digits. */
const norway = (d: Digits, n: number): boolean =>
  n === 11 &&
  isDay(valueOf(d, 2, 4), valueOf(d, 0, 2)) &&
  mod11(d, [3, 7, 6, 1, 8, 9, 4, 5, 2]) === d[9] &&
  mod11(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) === d[10];

/** SSN: no check digit; areas 000, 666 and from 900 on, group 00 and serial 0000 are not given out. */
function unitedStates(d: Digits, n: number): boolean {
  const area = valueOf(d, 0, 3);
  if (n !== 9 || area === 0 || area === 666 || area >= 900) return false;
  return valueOf(d, 3, 5) !== 0 && valueOf(d, 5, 9) !== 0;
}

/**
 * A shape is the groups' lengths with their separators. A checksum alone says little about a bare number: one in ten,
 * or in a hundred, has it by chance. So most are taken in their written form or behind a label only.
 */
export const nationalRules: readonly NationalRule[] = [
  {
    country: 'DE',
    shapes: ['2 3 3 3'],
    labels: ['steuer', 'idnr', 'tax', 'tin'],
    labelled: [11],
    valid: germany,
  },
  { country: 'FR', shapes: ['1 2 2 2 3 3 2', '13 2'], bare: [15], valid: france },
  { country: 'NL', shapes: ['4.2.3'], labels: ['bsn'], labelled: [9], valid: netherlands },
  { country: 'PL', shapes: [], labels: ['pesel'], labelled: [11], valid: poland },
  { country: 'BR', shapes: ['3.3.3-2'], labels: ['cpf'], labelled: [11], valid: brazil },
  {
    country: 'IN',
    shapes: ['4 4 4', '4-4-4'],
    labels: ['aadhaar', 'aadhar', 'uidai'],
    labelled: [12],
    valid: india,
  },
  { country: 'GB', shapes: ['3 3 4', '3-3-4'], labels: ['nhs'], labelled: [10], valid: britain },
  {
    country: 'SE',
    shapes: ['6-4', '8-4'],
    labels: ['personnummer', 'pnr'],
    labelled: [10, 12],
    valid: sweden,
  },
  {
    country: 'BE',
    shapes: ['2.2.2-3.2'],
    labels: ['rijksregister', 'registre national', 'niss', 'insz'],
    labelled: [11],
    valid: belgium,
  },
  { country: 'CH', shapes: ['3.4.4.2'], bare: [13], valid: switzerland },
  {
    country: 'NO',
    shapes: ['6 5'],
    labels: ['fødselsnummer', 'fodselsnummer'],
    labelled: [11],
    valid: norway,
  },
  {
    country: 'US',
    shapes: ['3-2-4'],
    labels: ['ssn', 'social security'],
    labelled: [9],
    valid: unitedStates,
  },
];
