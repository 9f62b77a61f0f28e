import { type Digits, luhn, valueOf } from './checksums.js';

/** First and last of the leading digits, and the lengths that are given out. */
interface Issuer {
  readonly from: number;
  readonly to: number;
  /** how many leading digits `from` and `to` have */
  readonly places: number;
  readonly lengths: readonly number[];
}

const issuer = (from: number, to: number, ...lengths: readonly number[]): Issuer => ({
  from,
  to,
  places: String(from).length,
  lengths,
});

/** ISO/IEC 7812 ranges as the schemes publish them. */
const issuers: readonly Issuer[] = [
  issuer(4, 4, 13, 16, 19), // Visa
  issuer(51, 55, 16), // Mastercard
  issuer(2221, 2720, 16),
  issuer(34, 34, 15), // American Express
  issuer(37, 37, 15),
  issuer(6011, 6011, 16, 19), // Discover
  issuer(644, 659, 16, 19),
  issuer(300, 305, 14), // Diners Club
  issuer(3095, 3095, 14),
  issuer(36, 36, 14),
  issuer(38, 39, 14),
  issuer(3528, 3589, 16, 19), // JCB
  issuer(62, 62, 16, 17, 18, 19), // UnionPay
  issuer(2200, 2204, 16), // Mir
  issuer(5018, 5018, 16, 18, 19), // Maestro
  issuer(5020, 5020, 16, 18, 19),
  issuer(5038, 5038, 16, 18, 19),
  issuer(5893, 5893, 16, 18, 19),
  issuer(6304, 6304, 16, 18, 19),
  issuer(6759, 6763, 16, 18, 19),
  issuer(508, 508, 16), // RuPay
  issuer(8172, 8172, 16),
  issuer(9792, 9792, 16), // Troy
];

/** Groups in which cards are written, by spaces or by dashes. */
export const cardShapes: readonly string[] = [
  '4 4 4 4',
  '4 6 5',
  '4 6 4',
  '4 3 3 3',
  '4 4 4 4 2',
  '4 4 4 4 3',
  '6 13',
].flatMap((shape) => [shape, shape.replaceAll(' ', '-')]);

/** A payment card: the range of an issuer, with a length it uses, and the check digit. */
export function isCard(d: Digits, n: number): boolean {
  if (!luhn(d, n)) return false;
  return issuers.some(({ from, to, places, lengths }) => {
    const leading = valueOf(d, 0, places);
    return leading >= from && leading <= to && lengths.includes(n);
  });
}

/**
 * As `isCard`, of a number without separators. Of thirteen digits (article numbers of Germany begin with a 4), and of
 * more than sixteen except UnionPay's, too many pass by chance.
 */
export function isBareCard(d: Digits, n: number): boolean {
  if (n < 14 || (n > 16 && !(n === 19 && valueOf(d, 0, 2) === 62))) return false;
  return isCard(d, n);
}
