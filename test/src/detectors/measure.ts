import { detect, type DetectorId } from '@postern/sidecar';
import type { Ordinary } from './ordinary.js';
import { type Protected, settings } from './protected.js';
import { Random } from './random.js';

export interface FalseRate {
  readonly name: string;
  readonly values: number;
  /** values with anything found */
  readonly hit: number;
  readonly byKind: ReadonlyMap<DetectorId, number>;
  /** one value for each kind */
  readonly examples: ReadonlyMap<DetectorId, string>;
}

export function falseRate({ name, make }: Ordinary, values: number, seed: number): FalseRate {
  const r = new Random(seed);
  const byKind = new Map<DetectorId, number>();
  const examples = new Map<DetectorId, string>();
  let hit = 0;
  for (let i = 0; i < values; i += 1) {
    const value = make(r);
    const kinds = new Set(detect(Buffer.from(value)).map(({ id }) => id));
    if (kinds.size > 0) hit += 1;
    for (const id of kinds) {
      byKind.set(id, (byKind.get(id) ?? 0) + 1);
      examples.set(id, value);
    }
  }
  return { name, values, hit, byKind, examples };
}

export interface Recall {
  readonly name: string;
  readonly values: number;
  /** found as the right kind, by where it stands */
  readonly found: ReadonlyMap<string, number>;
  readonly missed: string | undefined;
}

export function recall({ id, name, make }: Protected, values: number, seed: number): Recall {
  const found = new Map<string, number>();
  let missed: string | undefined;
  for (const [setting, put] of Object.entries(settings)) {
    const r = new Random(seed);
    let count = 0;
    for (let i = 0; i < values; i += 1) {
      const value = put(make(r), r);
      if (detect(Buffer.from(value)).some((finding) => finding.id === id)) count += 1;
      else missed = value;
    }
    found.set(setting, count);
  }
  return { name, values, found, missed };
}
