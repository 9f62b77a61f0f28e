import { completed, elevenMinus, luhnDigit, verhoeffDigit } from './check-digits.js';
import { padded, type Random } from './random.js';

/** National identifiers, as people write them; valid, and of no one in particular. */
export const nationalIds: Readonly<Record<string, (r: Random) => string>> = {
  'DE, grouped': (r) => grouped(germany(r), [2, 3, 3, 3], ' '),
  'DE, labelled': (r) => `Steuer-ID: ${germany(r)}`,
  'ES, DNI': (r) => dni(padded(r.between(1_000_000, 99_999_999), 8)),
  'ES, NIE': (r) => {
    const letter = r.between(0, 2);
    const number = r.digits(7);
    return `${'XYZ'.charAt(letter)}${number}${dni(`${letter}${number}`).slice(-1)}`;
  },
  IT: italy,
  FR: (r) => {
    const first = `${r.between(1, 2)}${r.digits(2)}${month(r)}${padded(r.between(1, 95), 2)}${padded(r.between(1, 990), 3)}${padded(r.between(1, 999), 3)}`;
    const whole = first + padded(97 - (Number(first) % 97), 2);
    return r.pick([whole, grouped(whole, [1, 2, 2, 2, 3, 3, 2], ' ')]);
  },
  'NL, grouped': (r) => {
    const check = (text: string): boolean =>
      [...text].reduce((sum, c, i) => sum + Number(c) * (i === 8 ? -1 : 9 - i), 0) % 11 === 0;
    return grouped(
      until(() => completed(`${r.between(1, 9)}${r.digits(7)}`, check)),
      [4, 2, 3],
      '.',
    );
  },
  'PL, labelled': (r) => {
    const first = `${r.digits(2)}${month(r)}${dayOf(r)}${r.digits(4)}`;
    const sum = [...first].reduce(
      (all, c, i) => all + Number(c) * (([1, 3, 7, 9] as const)[i % 4] ?? 0),
      0,
    );
    return `{"pesel": "${first}${(10 - (sum % 10)) % 10}"}`;
  },
  BR: (r) => {
    const body = r.digits(9);
    const one = elevenMinus(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]);
    const first = body + String(one > 9 ? 0 : one);
    const two = elevenMinus(first, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    const whole = first + String(two > 9 ? 0 : two);
    return `${whole.slice(0, 3)}.${whole.slice(3, 6)}.${whole.slice(6, 9)}-${whole.slice(9)}`;
  },
  IN: (r) => {
    const body = `${r.between(2, 9)}${r.digits(10)}`;
    return grouped(body + verhoeffDigit(body), [4, 4, 4], ' ');
  },
  GB: (r) => {
    const whole = until(() => {
      const body = `${r.between(4, 7)}${r.digits(8)}`;
      const check = elevenMinus(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]);
      return check === 10 ? undefined : body + String(check % 11);
    });
    return grouped(whole, [3, 3, 4], ' ');
  },
  'SE, born 1930 to 2020': (r) => {
    const year = String(r.between(1930, 2020));
    const body = `${year.slice(2)}${month(r)}${dayOf(r)}${r.digits(3)}`;
    const whole = `${body.slice(0, 6)}-${body.slice(6)}${luhnDigit(body)}`;
    return r.pick([whole, year.slice(0, 2) + whole]);
  },
  FI: (r) => {
    const date = `${dayOf(r)}${month(r)}${r.digits(2)}`;
    const serial = padded(r.between(2, 899), 3);
    const check = '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(date + serial) % 31);
    return `${date}${r.pick(['-', 'A', '+'])}${serial}${check}`;
  },
  BE: (r) => {
    const body = `${r.digits(2)}${month(r)}${dayOf(r)}${padded(r.between(1, 997), 3)}`;
    const rest = BigInt(r.between(0, 1) === 0 ? body : `2${body}`) % 97n;
    const c = `${body}${String(97n - rest).padStart(2, '0')}`;
    return `${c.slice(0, 2)}.${c.slice(2, 4)}.${c.slice(4, 6)}-${c.slice(6, 9)}.${c.slice(9)}`;
  },
  CH: (r) => {
    const body = `756${r.digits(9)}`;
    const sum = [...body].reduce((all, c, i) => all + Number(c) * (i % 2 === 0 ? 1 : 3), 0);
    return grouped(`${body}${(10 - (sum % 10)) % 10}`, [3, 4, 4, 2], '.');
  },
  US: (r) =>
    `${padded(r.pick([r.between(1, 665), r.between(667, 899)]), 3)}-${padded(r.between(1, 99), 2)}-${padded(r.between(1, 9999), 4)}`,
};

const month = (r: Random): string => padded(r.between(1, 12), 2);
const dayOf = (r: Random): string => padded(r.between(1, 28), 2);

const grouped = (text: string, lengths: readonly number[], separator: string): string => {
  let at = 0;
  return lengths.map((length) => text.slice(at, (at += length))).join(separator);
};

function until(make: () => string | undefined): string {
  for (;;) {
    const made = make();
    if (made !== undefined) return made;
  }
}

const dni = (number: string): string =>
  number + 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(number) % 23);

/** Ten digits of which exactly one comes twice, and a check digit of ISO/IEC 7064, MOD 11,10. */
function germany(r: Random): string {
  const left = Array.from('0123456789');
  left.splice(r.between(0, 9), 1);
  left.push(r.pick(left));
  const shuffled: string[] = [];
  while (left.length > 0) {
    const at = r.between(0, left.length - 1);
    if (shuffled.length === 0 && left[at] === '0') continue;
    shuffled.push(...left.splice(at, 1));
  }
  let product = 10;
  for (const digit of shuffled) {
    const sum = (Number(digit) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return shuffled.join('') + String((11 - product) % 10);
}

function italy(r: Random): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const day = r.between(1, 28) + 40 * r.between(0, 1);
  const body = `${r.of(letters, 6)}${r.digits(2)}${r.of('ABCDEHLMPRST', 1)}${padded(day, 2)}${r.of('ABCDEFGHIL', 1)}${r.digits(3)}`;
  const odd = 'BAKPLCQDREVOSFTGUHMINJWZYX';
  let sum = 0;
  [...body].forEach((c, i) => {
    const value = /\d/.test(c) ? Number(c) : letters.indexOf(c);
    sum += i % 2 === 0 ? odd.indexOf(letters.charAt(value)) : value;
  });
  return body + letters.charAt(sum % 26);
}
