/** Check digits the way a form's author would compute them, from text; nothing is shared with the detectors. */

const values = (text: string): number[] => [...text].map(Number);

/** Tries every digit behind `text`; the identifiers' rules are in the callers. */
export function completed(text: string, valid: (whole: string) => boolean): string | undefined {
  return Array.from('0123456789', (digit) => text + digit).find(valid);
}

export const luhnDigit = (text: string): string => {
  let sum = 0;
  values(text)
    .reverse()
    .forEach((value, i) => {
      const doubled = i % 2 === 0 ? value * 2 : value;
      sum += doubled > 9 ? doubled - 9 : doubled;
    });
  return String((10 - (sum % 10)) % 10);
};

/** @returns a number, 10 and 11 included, which the rules treat differently */
export const elevenMinus = (text: string, weights: readonly number[]): number =>
  11 - (values(text).reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) % 11);

export const ibanOf = (country: string, bban: string): string => {
  const spelled = [...`${bban}${country}00`].map((c) => Number.parseInt(c, 36)).join('');
  return `${country}${String(98n - (BigInt(spelled) % 97n)).padStart(2, '0')}${bban}`;
};

const inverse = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];
const dihedral = [
  '0123456789 1234067895 2340178956 3401289567 4012395678',
  '5987604321 6598710432 7659821043 8765932104 9876543210',
]
  .join(' ')
  .split(' ');
const moved =
  '0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258';

/** Verhoeff, by his tables. */
export const verhoeffDigit = (text: string): string => {
  let check = 0;
  values(text)
    .reverse()
    .forEach((value, i) => {
      const place = Number(moved.split(' ')[(i + 1) % 8]?.[value]);
      check = Number(dihedral[check]?.[place]);
    });
  return String(inverse[check]);
};
