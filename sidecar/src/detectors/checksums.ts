/** Digits of a number as values 0 to 9, one a place; the array may be longer. */
export type Digits = Uint8Array;

/** ISO/IEC 7812-1, annex B: doubled from the right, every second. */
export function luhn(d: Digits, n: number, from = 0): boolean {
  let sum = 0;
  for (let i = from; i < n; i += 1) {
    const value = d[i] ?? 0;
    if ((n - 1 - i) % 2 === 0) sum += value;
    else sum += value < 5 ? 2 * value : 2 * value - 9;
  }
  return sum % 10 === 0;
}

/** Sum of digits times weights. */
export function weighted(d: Digits, weights: readonly number[], from = 0): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += (d[from + i] ?? 0) * (weights[i] ?? 0);
  return sum;
}

/** The digits from `from` to before `to` as a number; at most 15 of them. */
export function valueOf(d: Digits, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i += 1) value = value * 10 + (d[i] ?? 0);
  return value;
}

/** ISO/IEC 7064, MOD 11,10: the last digit checks the others. */
export function mod1110(d: Digits, n: number): boolean {
  let product = 10;
  for (let i = 0; i < n - 1; i += 1) {
    const sum = (product + (d[i] ?? 0)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === d[n - 1];
}

/** Verhoeff's multiplication in the dihedral group of order ten. */
const product = (a: number, b: number): number => {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
  return b < 5 ? ((a - b) % 5) + 5 : (a - b + 5) % 5;
};
const permutation: readonly (readonly number[])[] = (() => {
  const first = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  const rows = [Array.from({ length: 10 }, (_, i) => i)];
  for (let i = 1; i < 8; i += 1) {
    const above = rows[i - 1] ?? [];
    rows.push(above.map((_, k) => above[first[k] ?? 0] ?? 0));
  }
  return rows;
})();

/** Verhoeff's check: the last digit checks the others. */
export function verhoeff(d: Digits, n: number): boolean {
  let check = 0;
  for (let i = 0; i < n; i += 1) {
    check = product(check, permutation[i % 8]?.[d[n - 1 - i] ?? 0] ?? 0);
  }
  return check === 0;
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Could this be a day of some year? */
export const isDay = (month: number, day: number): boolean =>
  day >= 1 && day <= (monthDays[month - 1] ?? 0);

/** No digit differs from the first: what forms are filled with, and what masks leave. */
export function allAlike(d: Digits, n: number): boolean {
  for (let i = 1; i < n; i += 1) if (d[i] !== d[0]) return false;
  return true;
}
