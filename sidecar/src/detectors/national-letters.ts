import { isDay } from './checksums.js';
import { isDigit, isUpper, isWord, type Text } from './bytes.js';

const numberAt = (t: Text, from: number, to: number): number => {
  let value = 0;
  for (let i = from; i < to; i += 1) {
    if (!isDigit(t.at(i))) return Number.NaN;
    value = value * 10 + t.at(i) - 0x30;
  }
  return value;
};

const capital = (c: number): number => (c >= 0x61 && c <= 0x7a ? c - 0x20 : c);

/** Letter of DNI and NIE: the number modulo 23. */
const spanish = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Eight digits that are a date, and a letter: rather the number of an order than a DNI. */
function beginsWithDate(number: number): boolean {
  const year = Math.floor(number / 10_000);
  if (year < 1900 || year > 2099) return false;
  return isDay(Math.floor(number / 100) % 100, number % 100);
}

const alike = (number: number): boolean => number % 11_111_111 === 0;

/** DNI: eight digits and a letter; NIE: X, Y or Z, seven digits and a letter. */
export function isSpanish(t: Text, from: number, to: number): boolean {
  if (to - from !== 9) return false;
  const prefix = 'XYZ'.indexOf(String.fromCharCode(capital(t.at(from))));
  const rest = numberAt(t, from + 1, from + 8);
  const number = prefix < 0 ? numberAt(t, from, from + 8) : prefix * 10_000_000 + rest;
  if (Number.isNaN(number) || (prefix < 0 ? alike(number) : rest === 1_111_111)) return false;
  if (spanish.charCodeAt(number % 23) !== capital(t.at(from + 8))) return false;
  return prefix >= 0 || !beginsWithDate(number);
}

/** DNI written with a dash: 12345678-Z. @returns its end; -1: none */
export function dashedSpanish(t: Text, from: number, to: number): number {
  if (to - from !== 8 || t.at(to) !== 0x2d || !isUpper(t.at(to + 1)) || isWord(t.at(to + 2)))
    return -1;
  const number = numberAt(t, from, to);
  if (alike(number) || spanish.charCodeAt(number % 23) !== t.at(to + 1)) return -1;
  return to + 2;
}

/** Where a codice fiscale has letters and where digits; among the digits letters may stand to tell people apart. */
const italianForm = 'LLLLLLDDLDDLDDDL';
const omocodia = 'LMNPQRSTUV';
const italianMonths = 'ABCDEHLMPRST';
/** What a character at an odd place counts, digits and letters alike (0 as A). D.M. 23 December 1976. */
const oddPlaces = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** Codice fiscale: sixteen characters, the last a check letter. */
export function isItalian(t: Text, from: number, to: number): boolean {
  if (to - from !== 16) return false;
  let sum = 0;
  for (let i = 0; i < 16; i += 1) {
    const c = capital(t.at(from + i));
    if (isDigit(c)) {
      if (italianForm[i] === 'L') return false;
    } else if (!isUpper(c)) {
      return false;
    } else if (italianForm[i] === 'D' && !omocodia.includes(String.fromCharCode(c))) {
      return false;
    }
    const value = isDigit(c) ? c - 0x30 : c - 0x41;
    if (i === 15) return italianMonth(t, from) && sum % 26 === value;
    sum += i % 2 === 0 ? (oddPlaces[value] ?? 0) : value;
  }
  return false;
}

const italianMonth = (t: Text, from: number): boolean =>
  italianMonths.includes(String.fromCharCode(capital(t.at(from + 8))));

/** Six digits that are also year, month and day from 2015 to 2035: with digits behind, rather the number of an order. */
function isRecent(date: number): boolean {
  const year = Math.floor(date / 10_000);
  return year >= 15 && year <= 35 && isDay(Math.floor(date / 100) % 100, date % 100);
}

const finnish = '0123456789ABCDEFHJKLMNPRSTUVWXY';
/** Stands for the century; the letters besides + - A are those given out since 2023. */
const centuries = '+-ABCDEFUVWXY';

/**
 * Henkilötunnus: day, month and year, a sign for the century, three digits, and a check character of 31.
 *
 * @param from first digit
 * @returns its end; -1: none
 */
export function finnishEnd(t: Text, from: number): number {
  const end = from + 11;
  if (end > t.end || isWord(t.at(end))) return -1;
  if (!centuries.includes(String.fromCharCode(t.at(from + 6)))) return -1;
  const date = numberAt(t, from, from + 6);
  const serial = numberAt(t, from + 7, from + 10);
  if (Number.isNaN(date) || !(serial >= 2)) return -1;
  if (!isDay(Math.floor(date / 100) % 100, Math.floor(date / 10_000))) return -1;
  const check = t.at(end - 1);
  if (finnish.charCodeAt((date * 1000 + serial) % 31) !== check) return -1;
  return isDigit(check) && t.at(from + 6) === 0x2d && isRecent(date) ? -1 : end;
}
