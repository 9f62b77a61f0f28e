import type { DetectorId } from '@postern/sidecar';
import { ibanOf, luhnDigit } from './check-digits.js';
import { nationalIds } from './people.js';
import { alnum, hex, type Random } from './random.js';

/** Values that are to be found. */
export interface Protected {
  readonly id: DetectorId;
  readonly name: string;
  readonly make: (r: Random) => string;
}

const lowerCase = 'abcdefghijklmnopqrstuvwxyz';
const capitals = lowerCase.toUpperCase();
const base64url = `${alnum}-_`;

const email = (r: Random): string => {
  const local = r.pick([
    () => `${r.of(lowerCase, r.between(2, 9))}.${r.of(lowerCase, r.between(3, 12))}`,
    () => `${r.of(lowerCase, r.between(3, 9))}${r.between(1, 99)}`,
    () => `${r.of(lowerCase, 5)}+${r.of(lowerCase, 4)}`,
    () => `o'${r.of(lowerCase, 5)}_${r.of(capitals, 2)}`,
  ])();
  const domain = `${r.of(lowerCase, r.between(3, 12))}${r.pick(['', '-online', '.mail'])}`;
  return `${local}@${domain}.${r.pick(['com', 'de', 'co.uk', 'museum', 'xn--p1ai', 'io'])}`;
};

const phones: Readonly<Record<string, (r: Random) => string>> = {
  'E.164': (r) =>
    `+${r.pick([`1${r.between(2, 9)}12${r.between(2, 9)}${r.digits(6)}`, `49151${r.digits(8)}`, `336${r.digits(8)}`, `447${r.digits(9)}`, `9198${r.digits(8)}`, `5511${r.digits(9)}`, `8613${r.digits(9)}`])}`,
  grouped: (r) =>
    r.pick([
      () => `+49 ${r.between(30, 89)} ${r.digits(4)} ${r.digits(4)}`,
      () => `+33 6 ${r.digits(2)} ${r.digits(2)} ${r.digits(2)} ${r.digits(2)}`,
      () => `+44 (0)20 ${r.digits(4)} ${r.digits(4)}`,
      () => `+1 (${r.between(2, 9)}02) ${r.between(2, 9)}34-${r.digits(4)}`,
      () => `+1-${r.between(2, 9)}02-${r.between(2, 9)}34-${r.digits(4)}`,
      () => `+351 ${r.digits(3)} ${r.digits(3)} ${r.digits(3)}`,
      () => `+41.44.${r.digits(3)}.${r.digits(2)}.${r.digits(2)}`,
    ])(),
  American: (r) =>
    r.pick([
      () => `(${r.between(2, 9)}02) ${r.between(2, 9)}34-${r.digits(4)}`,
      () => `${r.between(2, 9)}02-${r.between(2, 9)}34-${r.digits(4)}`,
    ])(),
};

const cardNumber = (r: Random): string => {
  const [prefix, length] = r.pick([
    ['4', 16],
    ['53', 16],
    ['2221', 16],
    ['37', 15],
    ['6011', 16],
    ['36', 14],
    ['3530', 16],
    ['62', 16],
    ['62', 19],
  ] as const);
  const body = prefix + r.digits(length - prefix.length - 1);
  return body + luhnDigit(body);
};

const groupedCard = (r: Random): string => {
  const body = `4${r.digits(14)}`;
  return (body + luhnDigit(body)).replaceAll(/(\d{4})(?!$)/g, `$1${r.pick([' ', '-'])}`);
};

const iban = (r: Random): string =>
  r.pick([
    () => ibanOf('DE', r.digits(18)),
    () => ibanOf('GB', r.of(capitals, 4) + r.digits(14)),
    () => ibanOf('FR', r.digits(10) + r.of(capitals + '0123456789', 11) + r.digits(2)),
    () => ibanOf('NO', r.digits(11)),
    () => ibanOf('NL', r.of(capitals, 4) + r.digits(10)),
    () => ibanOf('PL', r.digits(24)),
    () => ibanOf('MT', r.of(capitals, 4) + r.digits(5) + r.of(capitals + '0123456789', 18)),
    () => ibanOf('CH', r.digits(17)),
  ])();

const token = (r: Random): string =>
  r.pick([
    () => `AKIA${r.of('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 15)}7`,
    () => `ghp_${r.of(alnum, 36)}`,
    () => `github_pat_${r.of(alnum, 22)}_${r.of(alnum, 59)}`,
    () => `glpat-${r.of(base64url, 19)}1`,
    () => `xoxb-${r.digits(12)}-${r.digits(12)}-${r.of(alnum, 24)}`,
    () => `sk_live_${r.of(alnum, 24)}`,
    () => `AIza${r.of(base64url, 34)}0`,
    () => `sk-proj-${r.of(base64url, 80)}aB3`,
    () => `sk-ant-api03-${r.of(base64url, 93)}AA`,
    () => `npm_${r.of(alnum, 36)}`,
    () => `pypi-AgEIcHlwaS5vcmc${r.of(base64url, 60)}`,
    () => `SG.${r.of(base64url, 22)}.${r.of(base64url, 43)}`,
    () => `SK${r.of(hex, 32)}`,
    () => `hf_${r.of(alnum, 34)}`,
    () => `AccountName=x;AccountKey=${r.of(`${alnum}+/`, 86)}==`,
  ])();

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const jwt = (r: Random): string =>
  `${encoded({ alg: r.pick(['HS256', 'RS256', 'ES384']), typ: 'JWT' })}.${encoded({ sub: r.digits(10), iat: 1 })}.${r.of(base64url, 43)}`;

const ipv4 = (r: Random): string =>
  [
    r.pick([r.between(1, 126), r.between(128, 223)]),
    r.between(0, 255),
    r.between(0, 255),
    r.between(1, 254),
  ].join('.');

const ipv6 = (r: Random): string =>
  r.pick([
    () => `2003:${Array.from({ length: 7 }, () => r.of(hex, r.between(1, 4))).join(':')}`,
    () => `2a02:${r.of(hex, 3)}::${r.of(hex, 4)}:${r.between(1, 9)}`,
    () => `fe80::${r.of(hex, 4)}:${r.of(hex, 2)}ff:fe${r.of(hex, 2)}:${r.of(hex, 4)}`,
  ])();

const pem = (r: Random): string => {
  const label = r.pick(['RSA PRIVATE KEY', 'PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'EC PRIVATE KEY']);
  const lines = Array.from({ length: r.between(3, 20) }, () => r.of(`${alnum}+/`, 64));
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

/** Seeded true values, by kind and form. */
export const protectedValues: readonly Protected[] = [
  { id: 'pii.email', name: 'e-mail', make: email },
  ...Object.entries(phones).map(([name, make]) => ({
    id: 'pii.phone' as const,
    name: `phone, ${name}`,
    make,
  })),
  { id: 'pii.card', name: 'card', make: cardNumber },
  { id: 'pii.card', name: 'card, grouped', make: groupedCard },
  { id: 'pii.iban', name: 'IBAN', make: iban },
  {
    id: 'pii.iban',
    name: 'IBAN, grouped',
    make: (r) => iban(r).replaceAll(/(.{4})(?!$)/g, '$1 '),
  },
  ...Object.entries(nationalIds).map(([name, make]) => ({
    id: 'pii.national-id' as const,
    name: `national, ${name}`,
    make,
  })),
  { id: 'pii.ip', name: 'IPv4', make: ipv4 },
  { id: 'pii.ip', name: 'IPv6', make: ipv6 },
  { id: 'secret.token', name: 'token', make: token },
  { id: 'secret.jwt', name: 'JWT', make: jwt },
  { id: 'secret.private-key', name: 'PEM', make: pem },
];

/** A true value as it stands in other text. */
export const settings: Readonly<Record<string, (value: string, r: Random) => string>> = {
  alone: (value) => value,
  'in prose': (value) => `Please note: ${value}, thank you.`,
  'in JSON': (value) => JSON.stringify({ id: 17, value, text: `a\n${value}\tb` }),
};
