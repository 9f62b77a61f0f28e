import { cardShapes, isBareCard, isCard } from './card.js';
import { allAlike, type Digits, valueOf } from './checksums.js';
import { kind, type Kind } from './kinds.js';
import { nationalRules } from './national-rules.js';

/** What a number of some length, or of some groups, may be. */
export interface NumberRule {
  readonly kind: Kind;
  readonly valid: (d: Digits, n: number) => boolean;
  /** one of these words has to stand before it; lower case */
  readonly labels: readonly string[] | undefined;
}

/** What may separate two groups of digits; a group's place in a shape's key takes the index. */
export const separators = ' -./';

/** A group more in the key of a shape: seven groups fit into a number exactly. */
export const shapeKey = (key: number, separator: number, length: number): number =>
  key * 128 + separator * 32 + length;

/** The most groups and digits any shape has. */
export const mostGroups = 7;
export const mostDigits = 19;

/** By the key of their groups; of one group, the length. */
export const numberRules: ReadonlyMap<number, readonly NumberRule[]> = (() => {
  const rules = new Map<number, NumberRule[]>();
  const add = (key: number, rule: NumberRule): void => {
    rules.set(key, [...(rules.get(key) ?? []), rule]);
  };
  const keyOf = (shape: string): number => {
    let key = 0;
    for (const [, separator, length] of shape.matchAll(/([ ./-]?)(\d+)/g)) {
      key = shapeKey(key, separator ? separators.indexOf(separator) : 0, Number(length));
    }
    return key;
  };
  const phone = { kind: kind.phone, valid: isAmericanPhone, labels: undefined };
  add(keyOf('3-3-4'), phone);
  add(keyOf('1-3-3-4'), phone);
  const card = { kind: kind.card, valid: isCard, labels: undefined };
  for (const shape of cardShapes) add(keyOf(shape), card);
  for (let n = 14; n <= 19; n += 1) add(n, { ...card, valid: isBareCard });
  for (const national of nationalRules) {
    const rule = {
      kind: kind.nationalId,
      valid: (d: Digits, n: number) => !allAlike(d, n) && national.valid(d, n),
      labels: undefined,
    };
    for (const shape of national.shapes) add(keyOf(shape), rule);
    for (const n of national.bare ?? []) add(n, rule);
    const { labels } = national;
    for (const n of national.labelled ?? []) add(n, { ...rule, labels });
  }
  return rules;
})();

/** North American Numbering Plan: neither area nor exchange begins with 0 or 1, nor is it a service code. */
export function isAmericanPhone(d: Digits, n: number): boolean {
  if (n === 11 && d[0] !== 1) return false;
  const from = n - 10;
  const area = valueOf(d, from, from + 3);
  const exchange = valueOf(d, from + 3, from + 6);
  return area >= 200 && exchange >= 200 && area % 100 !== 11 && exchange % 100 !== 11;
}
