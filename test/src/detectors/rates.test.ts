import { describe, expect, test } from '@jest/globals';
import { detect, type DetectorId, maskValue } from '@postern/sidecar';
import { falseRate, recall } from './measure.js';
import { byChance, ordinary } from './ordinary.js';
import { protectedValues, settings } from './protected.js';
import { Random } from './random.js';

const seed = 7;
const values = 5000;

/** Share of values in which something may be found that is not there; of all others none of the sample. */
const allowed: Readonly<Record<string, number>> = {
  'log lines': 0.001,
  'random 11 digits': 0,
  'random 15 digits': 0.005,
  'random 16 digits': 0.03,
  'random 19 digits': 0.002,
  '8 digits, letter': 0.05,
  'groups 3-2-4': 0.9,
};

test.each([...ordinary, ...byChance])('$name are not taken for what they are not', (set) => {
  const { hit, examples } = falseRate(set, values, seed);
  const share = hit / values;
  const most = allowed[set.name] ?? 0;
  expect({ share: share <= most, examples: share <= most ? [] : [...examples] }).toEqual({
    share: true,
    examples: [],
  });
});

/** Share found where it is not all: small IPv4 numbers are rather versions, some dates rather those of orders. */
const least: Readonly<Record<string, number>> = {
  IPv4: 0.94,
  'national, FI': 0.97,
  'national, SE, born 1930 to 2020': 0.83,
  'national, ES, DNI': 0.995,
};

test.each(protectedValues)('$name is found', (set) => {
  const count = 500;
  const { found, missed } = recall(set, count, seed);
  for (const n of found.values()) {
    expect([n / count >= (least[set.name] ?? 1), missed]).toEqual([
      true,
      least[set.name] === undefined ? undefined : missed,
    ]);
  }
});

/** All that may be left where something was found. */
const left: { readonly [K in DetectorId]: RegExp } = {
  'pii.email': /^[x.+_'-]+@[a-z0-9.-]+$/,
  'pii.phone': /^(\+\d{1,3})?[0 ().-]+$/,
  'pii.card': /^[1 -]+(\d[ -]?){4}$/,
  'pii.iban': /^[A-Z]{2}\d\d[0X ]+$/,
  'pii.national-id': /^[1X .+-]+$/,
  'pii.ip':
    /^([0:]+|0\.0\.0\.0|10\.0\.0\.0|192\.0\.2\.\d+|203\.0\.113\.\d+|198\.51\.100\.100|240\.100\.100\.100)$/,
  'secret.token': /^([a-z_]+_|AKIA|AIza|SK|SG\.|AccountKey=|[a-z]+-|sk-ant-)\*+$/,
  'secret.jwt': /^eyJ\*+\.\*+\.\*+$/,
  'secret.private-key': /^-----BEGIN [A-Z ]+-----[\s*]+-----END [A-Z ]+-----$/,
};

describe.each(protectedValues)('$name', ({ id, make }) => {
  const r = new Random(seed);
  const samples = Array.from({ length: 100 }, () => make(r));

  test.each(Object.entries(settings))('%s, is masked wholly and once', (setting, put) => {
    for (const sample of samples) {
      const value = Buffer.from(put(sample, r));
      const result = maskValue(value);
      if (result.kind === 'unchanged') {
        expect(detect(value)).toEqual([]);
        continue;
      }
      expect(result.bytes).toHaveLength(value.length);
      expect(detect(result.bytes)).toEqual([]);
      expect(maskValue(value)).toEqual(result);
      if (setting === 'in JSON') {
        expect(() => JSON.parse(result.bytes.toString()) as unknown).not.toThrow();
        continue;
      }
      for (const finding of detect(value)) {
        const rest = result.bytes.toString('utf8', finding.from, finding.to);
        if (finding.id === id) expect(rest).toMatch(left[id]);
      }
    }
  });
});
