import { looksOf, RowMasker } from '@postern/sidecar';
import { ordinary } from './ordinary.js';
import { protectedValues } from './protected.js';
import { Random } from './random.js';

export interface Speed {
  readonly name: string;
  readonly bytesPerValue: number;
  /** of values, lengths aside */
  readonly megabytesPerSecond: number;
  /** time, as a multiple of what it takes to read the lengths and copy the values one by one */
  readonly toCopy: number;
}

const rows = 2000;
/** Rounds of which the fastest counts. */
const rounds = 30;
const text = 25;

/** DataRow bodies of one column. */
function bodies(make: (r: Random) => string, seed: number): readonly Buffer[] {
  const r = new Random(seed);
  return Array.from({ length: rows }, () => {
    const value = Buffer.from(make(r));
    const body = Buffer.alloc(6 + value.length);
    body.writeUInt16BE(1, 0);
    body.writeInt32BE(value.length, 2);
    body.set(value, 6);
    return body;
  });
}

function fastest(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i += 1) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** What columns are usually like, one after another with one masker each. */
export function measureSpeed(seed: number): readonly Speed[] {
  const sets = [...ordinary, ...protectedValues.filter(({ name }) => !name.startsWith('national'))];
  return sets.map(({ name, make }) => {
    const all = bodies(make, seed);
    const bytes = all.reduce((sum, body) => sum + body.length - 6, 0);
    const masker = new RowMasker(looksOf([{ dataType: text, format: 0 }], new Set()));
    const target = Buffer.alloc(1 << 20);
    const looked = fastest(() => {
      for (const body of all) masker.row(body);
    });
    const copied = fastest(() => {
      for (const body of all) body.copy(target, 0, 6, 6 + body.readInt32BE(2));
    });
    return {
      name,
      bytesPerValue: bytes / rows,
      megabytesPerSecond: bytes / 1000 / looked,
      toCopy: looked / copied,
    };
  });
}
