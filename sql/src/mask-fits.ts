import type { Catalogue, Column } from './catalogue/catalogue.js';
import type { Mask } from './mask.js';
import { columnType, type ColumnType } from './rewrite/column-type.js';
import { maskedValue } from './rewrite/mask-expression.js';
import { kindOf, type MaskKind } from './rewrite/masking.js';

/** One mask of each kind, to ask what fits. */
const samples: { readonly [K in MaskKind]: Mask } = {
  null: { null: {} },
  redact: { redact: {} },
  hash: { hash: {} },
  uuid: { uuid: {} },
  email: { email: {} },
  partial: { partial: { first: 1, last: 1 } },
  year: { year: {} },
  month: { month: {} },
  bucket: { bucket: { size: 1 } },
  round: { round: { digits: 0 } },
  json: { json: { paths: ['a'] } },
  none: { none: {} },
};

const fits = (type: ColumnType, mask: Mask): boolean =>
  maskedValue({ value: 'v', type, key: new Uint8Array(32) }, mask) !== undefined;

/**
 * Does a mask do to a column what its name says? A statement under one that does not fit is refused.
 *
 * @returns undefined when it fits; otherwise why not, and what would, in words for people
 */
export const maskFits = (catalogue: Catalogue, column: Column, mask: Mask): string | undefined => {
  const type = columnType(catalogue, column);
  if (fits(type, mask)) return undefined;
  const fitting = Object.entries(samples)
    .filter(([kind, sample]) => kind !== 'none' && fits(type, sample))
    .map(([kind]) => kind);
  const name = type.text.replaceAll(/"([a-z_][a-z0-9_]*)"/g, '$1').replace(/^pg_catalog\./, '');
  return `${kindOf(mask) ?? 'this mask'} does not fit type ${name}; these fit: ${fitting.join(', ')}`;
};
