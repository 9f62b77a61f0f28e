import { createHash } from 'node:crypto';
import { dates, numbers, people, values, words } from './planted.js';
import { viewsOf } from './views.js';

const reversed = (text: string): string => [...text].reverse().join('');

const windowsOf = (text: string, size: number): string[] =>
  Array.from({ length: text.length - size + 1 }, (_, i) => text.slice(i, i + size));

/** Six characters of a word, forwards or backwards: what their values are searched by. */
const pieces = new Map(
  words.flatMap((word) =>
    [word, reversed(word)].flatMap((text) =>
      windowsOf(text, 6).map((piece) => [piece, word] as const),
    ),
  ),
);

/** Numbers count only whole: six digits of them would be met in any hash. */
const digits = new Map(
  numbers.flatMap((number) => [[number, number] as const, [reversed(number), number] as const]),
);

const digests = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;

/** The first twelve hex digits of what common hashes make of a value. */
const hashed = new Map(
  values.flatMap((value) =>
    [value, value.toUpperCase(), value.toLowerCase(), reversed(value)].flatMap((form) =>
      digests.map(
        (digest) => [createHash(digest).update(form).digest('hex').slice(0, 12), value] as const,
      ),
    ),
  ),
);

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const dayOf = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;

const dated = dates.flatMap((iso) => {
  const [year = '', month = '', day = ''] = iso.split('-');
  const name = months[Number(month) - 1] ?? '';
  const forms = [
    ...[iso, `${month}/${day}/${year}`, `${day}/${month}/${year}`, `${day}.${month}.${year}`],
    ...[`${month}-${day}-${year}`, `${day}-${month}-${year}`, `${year}${month}${day}`],
    ...[`${name} ${day}, ${year}`, `${name} ${day} ${year}`, `${day} ${name} ${year}`],
    ...[`${month} ${day} ${year}`, String(dayOf(iso) * 86_400), String(dayOf(iso) + 2_440_588)],
  ];
  return forms.map((form) => [form.toLowerCase(), iso] as const);
});

const int32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes.toString('hex');
};

const double = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
};

/** Binary results, as hex: a numeric's digits of base 10000, a double, a date after its length. */
const binary = people.flatMap(({ salary, birth }) => {
  const whole = salary.replace(/\..*/, '').padStart(12, '0');
  const groups = [whole.slice(0, 4), whole.slice(4, 8), whole.slice(8)].map((group) =>
    Number(group).toString(16).padStart(4, '0'),
  );
  return [
    [groups.join(''), salary] as const,
    [double(Number(salary)), salary] as const,
    [`00000004${int32(dayOf(birth) - 10_957)}`, birth] as const,
  ];
});

const inText = (text: string, found: Set<string>): void => {
  const low = text.toLowerCase();
  for (let at = 0; at < low.length; at += 1) {
    const word = pieces.get(low.slice(at, at + 6));
    if (word !== undefined) found.add(word);
    const number = digits.get(low.slice(at, at + 9));
    if (number !== undefined) found.add(number);
    const value = hashed.get(low.slice(at, at + 12));
    if (value !== undefined) found.add(`hash of ${value}`);
  }
  for (const [form, iso] of dated) if (low.includes(form)) found.add(iso);
};

/**
 * Planted values in what a client received, whatever it is written in.
 *
 * @param bytes everything, as it came
 * @returns the values, not the forms they were met in
 */
export const search = (bytes: Buffer): readonly string[] => {
  const found = new Set<string>();
  for (const view of viewsOf(bytes)) inText(view, found);
  const hex = bytes.toString('hex');
  for (const [form, value] of binary) if (hex.includes(form)) found.add(value);
  for (let at = 0; at + 12 <= hex.length; at += 2) {
    const value = hashed.get(hex.slice(at, at + 12));
    if (value !== undefined) found.add(`hash of ${value}`);
  }
  return [...found];
};

/** The same in what an attack put together from answers. */
export const searchText = (texts: readonly string[]): readonly string[] => {
  const found = new Set<string>();
  for (const text of texts) inText(text, found);
  return [...found];
};
