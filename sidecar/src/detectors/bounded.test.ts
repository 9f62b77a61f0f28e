import { expect, test } from '@jest/globals';
import { Text } from './bytes.js';
import { cases } from './cases.testing.js';
import { Hits } from './hits.js';
import { scan } from './scan.js';

/** How many bytes are read of `value`, each as often as it is. */
function reads(value: string): number {
  const bytes = Buffer.from(value);
  let count = 0;
  const counted = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) {
        count += 1;
        return target[Number(property)];
      }
      // a method reads as much as is there: none is called for more than a bounded part
      const found: unknown = Reflect.get(target, property, target);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
  scan(new Text().set(counted, 0, bytes.length), new Hits());
  return count;
}

const hostile: Readonly<Record<string, string>> = {
  ats: '@',
  'addresses without an end': 'a@',
  'labels without an end': 'a@b.',
  'the longest local parts': `${'a'.repeat(64)}@b.`,
  digits: '1',
  'single digits': '1 ',
  'groups of digits': '4111 ',
  'digits with dots': '1.',
  octets: '255.',
  pluses: '+',
  'plus and digit': '+4 ',
  'a long number behind a plus': '+49 30 1 2 3 4',
  colons: ':',
  'groups of IPv6': '2001:',
  'two colons': 'fe80::',
  'starts of JWTs': 'eyJ',
  'parts of JWTs': 'eyJhbGciOiJIUzI1NiJ9.',
  'JWTs with dashes': '-eyJhbGci',
  'starts of tokens': 'sk-',
  'tokens in words': 'sk_live_',
  'tokens with base64': 'whsec_a+',
  'starts of Slack tokens': 'xoxb-1',
  'starts of keys': '-----BEGIN PRIVATE KEY-----',
  'keys without an end': '-----BEGIN PRIVATE KEY-----\nA',
  dashes: '-',
  'half a key': '-----BEGIN ',
  'starts of IBANs': 'DE89 ',
  'IBANs without an end': 'DE89 3704 ',
  backslashes: '\\',
  escapes: '\\u00',
  'words and dots': 'a.',
  'labels of numbers': 'pesel 44051401359 ',
  'bytes of UTF-8': 'ä@',
};

test.each(Object.entries(hostile))('%s: the work is linear', (_, unit) => {
  const once = reads(unit.repeat(2000));
  const twice = reads(unit.repeat(4000));
  expect(twice).toBeLessThan(2.2 * once + 1000);
  expect(once / (2000 * Buffer.byteLength(unit))).toBeLessThan(100);
});

test('ordinary text is read about once', () => {
  const text = 'The order of 12 items for 99.50 was shipped on 2024-05-01 at 12:30. '.repeat(500);
  expect(reads(text) / text.length).toBeLessThan(4);
});

test('what is found is read a few times', () => {
  const text = cases.map(({ value }) => value).join('\n');
  expect(reads(text) / text.length).toBeLessThan(8);
});
