import { Text } from './bytes.js';
import { type Masked, unchanged } from './data-row.js';
import { Hits } from './hits.js';
import { type DetectorId, detectorIds } from './kinds.js';
import { maskFound } from './mask.js';
import { needsLook } from './prefilter.js';
import { scan } from './scan.js';

/** Where something was found. */
export interface Finding {
  readonly id: DetectorId;
  /** offset of its first byte in the value */
  readonly from: number;
  /** one past its last */
  readonly to: number;
}

function hitsIn(value: Uint8Array): Hits {
  const hits = new Hits();
  if (needsLook(value, 0, value.length)) scan(new Text().set(value, 0, value.length), hits);
  return hits;
}

/** Everything in one value, text as UTF-8. Findings may overlap: a token in the local part of an address. */
export function detect(value: Uint8Array): readonly Finding[] {
  const findings: Finding[] = [];
  hitsIn(value).each((what, from, to) => findings.push({ id: detectorIds[what], from, to }));
  return findings;
}

/** One value with masks over all that `detect` finds; of the same length. */
export function maskValue(value: Uint8Array): Masked {
  const hits = hitsIn(value);
  if (hits.count === 0) return unchanged;
  const bytes = Buffer.from(value);
  const copied = new Text().set(bytes, 0, bytes.length);
  hits.each((what, from, to) => maskFound(copied, what, from, to));
  return { kind: 'masked', bytes };
}
