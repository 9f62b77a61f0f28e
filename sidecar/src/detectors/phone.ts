import { continuesWord, isDigit, isWord, type Text } from './bytes.js';

/** ITU-T E.164: digits of country code and national number together. */
const mostDigits = 15;
const leastDigits = 8;
/** Without separators less is rather a number with its sign. */
const leastBare = 10;

/** Country codes of three digits; those of two fill the rest, 1 and 7 stand alone. ITU-T E.164, annex. */
const threes = new Set(
  (
    '211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 ' +
    '240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 ' +
    '266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 ' +
    '376 377 378 379 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 ' +
    '590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 ' +
    '687 688 689 690 691 692 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 ' +
    '964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998'
  ).split(' '),
);
const twos = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 ' +
    '81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
);

/** Digits of national numbers by country code, where a country's plan is narrower than 7 to 12. */
const plans: Readonly<Record<string, readonly [least: number, most: number]>> = {
  1: [10, 10],
  7: [10, 10],
  20: [8, 10],
  27: [9, 9],
  30: [10, 10],
  31: [9, 9],
  32: [8, 9],
  33: [9, 9],
  34: [9, 9],
  36: [8, 9],
  39: [6, 11],
  40: [9, 9],
  41: [9, 9],
  43: [5, 12],
  44: [9, 10],
  45: [8, 8],
  46: [7, 10],
  47: [8, 8],
  48: [9, 9],
  49: [6, 12],
  52: [10, 11],
  54: [10, 11],
  55: [10, 11],
  56: [9, 9],
  57: [8, 10],
  61: [9, 9],
  65: [8, 8],
  81: [9, 10],
  86: [10, 11],
  90: [10, 10],
  91: [10, 10],
  351: [9, 9],
  353: [7, 9],
  358: [6, 11],
  380: [9, 9],
  386: [8, 8],
  420: [9, 9],
  421: [9, 9],
  852: [8, 8],
};
const otherwise = [7, 12] as const;

/** @returns the country code these digits begin with; '': none */
function countryCode(digits: string): string {
  const one = digits.slice(0, 1);
  if (one === '1' || one === '7') return one;
  const two = digits.slice(0, 2);
  if (twos.has(two)) return two;
  const three = digits.slice(0, 3);
  return threes.has(three) ? three : '';
}

function isPlausible(digits: string, bare: boolean): boolean {
  const code = countryCode(digits);
  if (code === '' || digits.length < (bare ? leastBare : leastDigits)) return false;
  const national = digits.length - code.length;
  const [least, most] = plans[code] ?? otherwise;
  if (national < least || national > most) return false;
  // neither area nor exchange begins with 0 or 1: North American Numbering Plan
  if (code === '1' && !/^1[2-9]..[2-9]/.test(digits)) return false;
  return /[1-9]/.test(digits.slice(code.length));
}

const isSeparator = (c: number): boolean =>
  c === 0x20 || c === 0x2d || c === 0x2e || c === 0x2f || c === 0x28 || c === 0x29;

/**
 * A telephone number in international form: +CC and groups with spaces, dashes, dots, slashes or brackets between.
 *
 * @param plus its +
 * @returns its end; -1: none
 */
export function phoneEnd(t: Text, plus: number): number {
  const first = t.at(plus + 1);
  if (first < 0x31 || first > 0x39) return -1;
  // sums, in source code
  const before = t.at(plus - 1);
  if (before === 0x2b || before === 0x29 || before === 0x5d) return -1;
  const inWord = continuesWord(t, plus);
  if (inWord && isDigit(before)) return -1;
  let text = '';
  let groups = 0;
  let end = -1;
  let i = plus + 1;
  while (isDigit(t.at(i))) {
    const start = i;
    if (isTrunkZero(t, i)) {
      // +44 (0)20: dialled inside of the country only
      i += 2;
      if (t.at(i) === 0x20) i += 1;
      continue;
    }
    while (isDigit(t.at(i))) {
      if (text.length === mostDigits) return end;
      text += String.fromCharCode(t.at(i));
      i += 1;
    }
    groups += 1;
    if (isWord(t.at(i))) return end;
    const decimals = groups === 2 && t.at(start - 1) === 0x2e && i - start < 3;
    if (!decimals && isPlausible(text, groups === 1) && mayEnd(t, i) && !(inWord && groups === 1))
      end = i;
    i = nextGroup(t, plus, i);
  }
  return end;
}

const isTrunkZero = (t: Text, i: number): boolean =>
  t.at(i) === 0x30 && t.at(i - 1) === 0x28 && t.at(i + 1) === 0x29;

/** Over one separator, two where one is a bracket, or `(0)`. */
function nextGroup(t: Text, plus: number, from: number): number {
  let i = from;
  for (let n = 0; n < 3 && isSeparator(t.at(i)); n += 1) {
    const c = t.at(i);
    if (n > 0 && c !== 0x28 && c !== 0x29 && t.at(i - 1) !== 0x29) break;
    if (c === 0x29 && !isOpen(t, plus, i)) break;
    i += 1;
  }
  return i;
}

/** Was a bracket opened that is not closed? */
function isOpen(t: Text, plus: number, at: number): boolean {
  for (let i = at - 1; i > plus; i -= 1)
    if (t.at(i) === 0x28 || t.at(i) === 0x29) return t.at(i) === 0x28;
  return false;
}

/** A dot or a dash with a digit behind: the number goes on, or is none. */
const mayEnd = (t: Text, i: number): boolean =>
  !((t.at(i) === 0x2e || t.at(i) === 0x2d) && isDigit(t.at(i + 1))) && t.at(i) !== 0x3a;

/** Digits become 0; behind a + the country code stays. */
export function maskPhone(out: Uint8Array, from: number, to: number): void {
  let i = from;
  if (out[from] === 0x2b) {
    let leading = '';
    for (let k = 1; k <= 3; k += 1) leading += String.fromCharCode(out[from + k] ?? 0);
    i += 1 + countryCode(leading).length;
  }
  for (; i < to; i += 1) if (isDigit(out[i] ?? 0)) out[i] = 0x30;
}
