import { cardShapes, isBareCard, isCard } from './card.js';
import { allAlike, type Digits, valueOf } from './checksums.js';
import { kind, type Kind } from './kinds.js';
import { type Label, labelOf } from './labels.js';
import { nationalRules } from './national-rules.js';

/** What a number of some length, or of some groups, may be. */
export interface NumberRule {
  readonly kind: Kind;
  /** `separatorKey` of what stands between its groups */
  readonly separators: number;
  readonly valid: (d: Digits, n: number) => boolean;
  /** one of these words has to stand before it; lower case */
  readonly labels: readonly Label[] | undefined;
}

/** What may separate two groups of digits; a key has its index. */
const separators = ' -./';
const separatorOf = new Int8Array(256).fill(-1);
for (let i = 0; i < separators.length; i += 1) separatorOf[separators.charCodeAt(i)] = i;

/** The index of a separator; -1: it is none. */
export const separatorIndex = (c: number): number => separatorOf[c] ?? -1;
/** That of the space. */
export const spaced = 0;

/** The most groups and digits any shape has. */
export const mostGroups = 7;
export const mostDigits = 19;

/** A group more in the key of a shape; seven groups of up to 19 digits fit into 31 bits. */
export const lengthKey = (key: number, length: number): number => key * 20 + length;
export const separatorKey = (key: number, separator: number): number => key * 4 + separator;

/** By the `lengthKey` of their groups; of one group, the length. */
export const numberRules: ReadonlyMap<number, readonly NumberRule[]> = (() => {
  const rules = new Map<number, NumberRule[]>();
  const add = (shape: string, rule: Omit<NumberRule, 'separators'>): void => {
    let lengths = 0;
    let between = 0;
    for (const [, separator, length] of shape.matchAll(/([ ./-]?)(\d+)/g)) {
      lengths = lengthKey(lengths, Number(length));
      if (separator) between = separatorKey(between, separators.indexOf(separator));
    }
    rules.set(lengths, [...(rules.get(lengths) ?? []), { ...rule, separators: between }]);
  };
  const phone = { kind: kind.phone, valid: isAmericanPhone, labels: undefined };
  add('3-3-4', phone);
  add('1-3-3-4', phone);
  const card = { kind: kind.card, valid: isCard, labels: undefined };
  for (const shape of cardShapes) add(shape, card);
  for (let n = 14; n <= 19; n += 1) add(String(n), { ...card, valid: isBareCard });
  for (const national of nationalRules) {
    const rule = {
      kind: kind.nationalId,
      valid: (d: Digits, n: number) => !allAlike(d, n) && national.valid(d, n),
      labels: undefined,
    };
    for (const shape of national.shapes) add(shape, rule);
    for (const n of national.bare ?? []) add(String(n), rule);
    const labels = national.labels?.map(labelOf);
    for (const n of national.labelled ?? []) add(String(n), { ...rule, labels });
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
