import type { Mask } from '../mask.js';
import type { Family } from './column-type.js';
import { maskedArray } from './mask-array.js';
import { maskedRow } from './mask-composite.js';
import { truncatedDate } from './mask-dates.js';
import { hashed, hashedUuid } from './mask-hash.js';
import { blankPaths } from './mask-json.js';
import { bucketed, rounded } from './mask-numbers.js';
import { redacted } from './mask-redact.js';
import { maskedEmail, partial } from './mask-text.js';
import { kindOf, whole, type MaskKind, type Masking } from './masking.js';
import { cast } from './sql-text.js';

type Make<M> = (m: Masking, mask: M) => string | undefined;

const expressions: {
  readonly [K in MaskKind]: Make<Extract<Mask, { readonly [P in K]: unknown }>>;
} = {
  null: () => 'NULL',
  redact: redacted,
  hash: hashed,
  uuid: hashedUuid,
  email: maskedEmail,
  partial: (m, { partial: { first, last } }) =>
    partial(m, whole(first, 0, 10_000), whole(last, 0, 10_000)),
  year: (m) => truncatedDate(m, 'year'),
  month: (m) => truncatedDate(m, 'month'),
  bucket: (m, { bucket: { size } }) => bucketed(m, whole(size, 1, Number.MAX_SAFE_INTEGER)),
  round: (m, { round: { digits } }) => rounded(m, whole(digits, -300, 300)),
  json: (m, { json: { paths } }) => blankPaths(m, paths),
  none: (m) => m.value,
};

/** These take an array or a row as one value. */
const ofTheWhole: ReadonlySet<MaskKind> = new Set(['null', 'none']);

/**
 * The masked value as SQL, of a type that casts to the column's; of arrays every element, of rows every field.
 *
 * @returns undefined: the mask does not fit the type
 */
export const maskedValue = (m: Masking, mask: Mask): string | undefined => {
  const kind = kindOf(mask);
  const make = kind && (expressions[kind] as Make<Mask> | undefined);
  if (kind === undefined || make === undefined) return undefined;
  const { type, value, key } = m;
  if (ofTheWhole.has(kind)) return make(m, mask);
  if (type.family === 'composite')
    return maskedRow(value, type, (field, of) =>
      maskedValue({ value: field, type: of, key }, mask),
    );
  // How many elements there are is part of the value.
  if (type.family !== 'array' || kind === 'redact') return make(m, mask);
  const { element } = type;
  if (element === undefined) return undefined;
  const masked = maskedValue({ value: 'u.e', type: element, key }, mask);
  return masked === undefined ? undefined : maskedArray(value, type, cast(masked, element.text));
};

/** Does the expression hold the key? */
export const holdsKey = (mask: Mask): boolean => 'hash' in mask || 'uuid' in mask;

const collatable: ReadonlySet<Family> = new Set(['text', 'array']);

/**
 * The masked value as SQL of the column's type and modifier. NULL stays NULL; no value makes it raise an error; a mask
 * that does not fit the type gives NULL.
 */
export const maskExpression = (
  masking: Masking,
  mask: Mask,
  collation: string | undefined,
): string => {
  const { text, family } = masking.type;
  // The catalogue does not know the type.
  if (text === '') return 'NULL';
  const typed = cast(maskedValue(masking, mask) ?? 'NULL', text);
  return collation !== undefined && collatable.has(family)
    ? `(${typed} COLLATE ${collation})`
    : typed;
};
