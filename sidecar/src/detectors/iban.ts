import { isAlnum, isDigit, isUpper, isWord, type Text } from './bytes.js';

/** Lengths by country. SWIFT, IBAN Registry (ISO 13616). */
const lengths = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 ' +
    'EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 ' +
    'IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 ' +
    'NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 ' +
    'SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/**
 * An IBAN, in one piece or in groups of four with single spaces.
 *
 * @param from where a word begins
 * @returns its end; -1: none
 */
export function ibanEnd(t: Text, from: number): number {
  const first = t.at(from);
  const second = t.at(from + 1);
  if (!isUpper(first) || !isUpper(second)) return -1;
  if (!isDigit(t.at(from + 2)) || !isDigit(t.at(from + 3))) return -1;
  const length = lengths.get(String.fromCharCode(first, second));
  if (length === undefined) return -1;
  const grouped = t.at(from + 4) === 0x20;
  let at = from + 4;
  let remainder = 0;
  let masked = true;
  for (let i = 4; i < length; i += 1) {
    if (grouped && i % 4 === 0) {
      if (t.at(at) !== 0x20) return -1;
      at += 1;
    }
    const c = t.at(at);
    if (!isUpper(c) && !isDigit(c)) return -1;
    masked &&= c === 0x30 || c === 0x58;
    remainder = appended(remainder, c);
    at += 1;
  }
  if (isWord(t.at(at)) || masked) return -1;
  for (let i = 0; i < 4; i += 1) remainder = appended(remainder, t.at(from + i));
  return remainder === 1 ? at : -1;
}

/** One character more behind a number modulo 97; letters count 10 to 35. */
const appended = (remainder: number, c: number): number =>
  isDigit(c) ? (remainder * 10 + c - 0x30) % 97 : (remainder * 100 + c - 0x37) % 97;

/** Keeps the country; digits become 0, letters X, and the check digits are those of the result. */
export function maskIban(out: Uint8Array, from: number, to: number): void {
  let remainder = 0;
  for (let i = from + 4; i < to; i += 1) {
    const c = out[i] ?? 0;
    if (!isAlnum(c)) continue;
    out[i] = isDigit(c) ? 0x30 : 0x58;
    remainder = appended(remainder, out[i] ?? 0);
  }
  remainder = appended(remainder, out[from] ?? 0);
  remainder = appended(remainder, out[from + 1] ?? 0);
  const check = 98 - ((remainder * 100) % 97);
  out[from + 2] = 0x30 + Math.floor(check / 10);
  out[from + 3] = 0x30 + (check % 10);
}
