import { alnum, hex, padded, type Random } from './random.js';
import { firstNames, folders, hosts, identifiers, lastNames, prose } from './words.js';

/** Values of one column in which nothing is to be found. */
export interface Ordinary {
  readonly name: string;
  readonly make: (r: Random) => string;
}

const price = (r: Random): string =>
  r.pick([
    () => `${r.between(0, 9999)}.${r.digits(2)}`,
    () => `${r.between(0, 99_999_999)}.${r.digits(2)}`,
    () => `${r.pick(['$', '€', '£', 'CHF '])}${r.between(1, 999)},${r.digits(3)}.${r.digits(2)}`,
    () => `${r.between(1, 999)}.${r.digits(3)}.${r.digits(3)},${r.digits(2)} €`,
    () => `-${r.between(0, 99_999)}.${r.digits(4)}`,
    () => `+${r.between(0, 999_999)}.${r.digits(2)}`,
    () => `${r.between(1, 99)} ${r.digits(3)} ${r.digits(3)},${r.digits(2)}`,
  ])();

const order = (r: Random): string =>
  r.pick([
    () => `ORD-${r.digits(8)}`,
    () => `${r.between(2018, 2026)}-${r.digits(6)}`,
    () => `INV/${r.between(2018, 2026)}/${r.digits(5)}`,
    () => `#${r.digits(r.between(4, 10))}`,
    () => `${r.digits(3)}-${r.digits(7)}-${r.digits(7)}`,
    () => `SO${r.digits(10)}`,
    () => `${day(r).replaceAll('-', '')}-${r.digits(4)}`,
    () => `${day(r).replaceAll('-', '').slice(2)}-${r.digits(4)}`,
    () => r.of('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', r.between(6, 12)),
    () => `PO ${r.digits(4)} ${r.digits(3)}`,
  ])();

const day = (r: Random): string =>
  `${r.between(2015, 2026)}-${padded(r.between(1, 12), 2)}-${padded(r.between(1, 28), 2)}`;

const clock = (r: Random): string =>
  [23, 59, 59].map((most) => padded(r.between(0, most), 2)).join(':');

const timestamp = (r: Random): string =>
  r.pick([
    () => `${day(r)}T${clock(r)}Z`,
    () => `${day(r)} ${clock(r)}`,
    () => `${day(r)} ${clock(r)}.${r.digits(6)}+00`,
    () => `${day(r)}T${clock(r)}.${r.digits(3)}+0${r.between(0, 9)}:00`,
    () => day(r),
    () => `${day(r).split('-').reverse().join('.')} ${clock(r)}`,
    () => `${day(r).replaceAll('-', '')}${clock(r).replaceAll(':', '')}`,
  ])();

const uuid = (r: Random): string =>
  `${r.of(hex, 8)}-${r.of(hex, 4)}-4${r.of(hex, 3)}-${r.of('89ab', 1)}${r.of(hex, 3)}-${r.of(hex, 12)}`;

const sentence = (r: Random): string => {
  const parts = Array.from({ length: r.between(4, 30) }, () => r.pick(prose));
  if (r.between(0, 2) === 0) parts.splice(2, 0, String(r.between(1, 5000)));
  if (r.between(0, 5) === 0) parts.push(`(${day(r)})`);
  return `${parts.join(' ')}${r.pick(['.', '!', '?', '...', ''])}`;
};

const version = (r: Random): string =>
  r.pick([
    () => `${r.between(0, 30)}.${r.between(0, 40)}.${r.between(0, 300)}`,
    () => `v${r.between(0, 30)}.${r.between(0, 40)}.${r.between(0, 99)}-rc.${r.between(1, 9)}`,
    () => [r.between(0, 30), r.between(0, 20), r.between(0, 99), r.between(0, 99)].join('.'),
    () => `${r.between(0, 20)}.0.${r.between(10_000, 30_000)}.${r.between(1, 3000)}`,
    () => `${r.between(1, 12)}.${r.between(0, 9)}~deb${r.between(8, 12)}u${r.between(1, 9)}`,
    () => `postgres:${r.between(10, 18)}.${r.between(0, 12)}-alpine3.${r.between(10, 20)}`,
    () => `Chrome/${r.between(90, 140)}.0.${r.between(0, 6500)}.${r.between(0, 250)}`,
    () => `@scope/${r.pick(identifiers)}@${r.between(0, 9)}.${r.between(0, 30)}.${r.between(0, 9)}`,
  ])();

const coordinate = (r: Random): string => {
  const one = (most: number, places: number): string =>
    `${r.pick(['', '-'])}${r.between(0, most)}.${r.digits(places)}`;
  return r.pick([
    () => `${one(90, 6)}, ${one(180, 6)}`,
    () => `(${one(90, 14)},${one(180, 14)})`,
    () => `POINT(${one(180, 7)} ${one(90, 7)})`,
    () => `${r.between(0, 89)}°${r.between(0, 59)}'${r.between(0, 59)}.${r.digits(2)}"N`,
  ])();
};

const path = (r: Random): string =>
  `/${Array.from({ length: r.between(1, 5) }, () => r.pick(folders)).join('/')}/${r.pick(identifiers)}-${r.digits(4)}.${r.pick(['png', 'log', 'tar.gz', 'ts', 'csv', '1'])}`;

const url = (r: Random): string =>
  `https://${r.pick(hosts)}${path(r)}?${r.pick(identifiers)}=${r.of(alnum, 12)}&page=${r.between(1, 999)}&t=${r.between(1_600_000_000, 1_800_000_000)}`;

const name = (r: Random): string => `${r.pick(firstNames)} ${r.pick(lastNames)}`;

const code = (r: Random): string => {
  const a = r.pick(identifiers);
  const b = r.pick(identifiers);
  return r.pick([
    () => `const ${a} = ${b}.${r.pick(identifiers)}(${r.between(0, 1000)}, '${r.pick(prose)}');`,
    () => `    if (${a}[${r.between(0, 9)}] !== 0x${r.of(hex, 8)}) return ${b}::${a}<${b}>();`,
    () => `@${a}.${b}("/${a}/<int:${b}>")`,
    () => `import { ${a}, ${b} } from './${a}-${b}.js';`,
    () =>
      `for (int i = 0; i < ${r.between(1, 100_000)}; i += 1) ${a}[i] = ${b} + ${r.between(1, 9_999_999)};`,
    () => `  "${a}": "^${version(r)}",`,
    () =>
      `#define ${a.toUpperCase()}_${b.toUpperCase()} ${r.between(0, 2 ** 31)}UL // ${r.pick(prose)}`,
    () =>
      `SELECT ${a}.${b}, count(*) FROM ${a} WHERE ${b} > ${r.between(1, 1e9)} -- ${sentence(r)}`,
    () => `.sk-${a}-${b} { margin: -${r.between(1, 99)}px; color: #${r.of(hex, 6)}; }`,
  ])();
};

const json = (r: Random): string =>
  JSON.stringify({
    id: r.between(1, 2 ** 31),
    key: uuid(r),
    name: name(r),
    at: timestamp(r),
    total: Number(`${r.between(0, 9999)}.${r.digits(2)}`),
    tags: [r.pick(prose), r.pick(identifiers)],
    position: [Number(`${r.between(0, 90)}.${r.digits(15)}`), -r.between(0, 180)],
    note: sentence(r),
    nested: { sha: r.of(hex, 40), millis: 1_600_000_000_000 + r.between(0, 2e11), path: path(r) },
  });

const log = (r: Random): string =>
  `${timestamp(r)} [${r.between(1, 99_999)}] ${r.pick(['INFO', 'WARN', 'ERROR'])} ${r.pick(identifiers)}.${r.pick(identifiers)}: ${sentence(r)} duration=${r.between(0, 9999)}.${r.digits(3)}ms id=${r.of(hex, 16)} bytes=${r.between(0, 2 ** 31)}`;

/** What columns without personal data or secrets hold. */
export const ordinary: readonly Ordinary[] = [
  { name: 'prices', make: price },
  { name: 'integer ids', make: (r) => String(r.between(1, r.pick([9999, 10_000_000, 2 ** 31]))) },
  { name: 'bigint sequences', make: (r) => String(1_000_000_000 + r.between(0, 9e10)) },
  { name: 'snowflake ids', make: (r) => `1${r.between(1, 9)}${r.digits(17)}` },
  { name: 'order numbers', make: order },
  { name: 'uuids', make: uuid },
  { name: 'md5', make: (r) => r.of(hex, 32) },
  { name: 'sha-1', make: (r) => r.of(hex, 40) },
  { name: 'sha-256', make: (r) => r.of(hex, 64) },
  { name: 'timestamps', make: timestamp },
  { name: 'epoch seconds', make: (r) => String(r.between(1_000_000_000, 2_000_000_000)) },
  { name: 'epoch millis', make: (r) => String(1_000_000_000_000 + r.between(0, 1e12)) },
  { name: 'epoch micros', make: (r) => `1${r.between(4, 8)}${r.digits(14)}` },
  { name: 'code lines', make: code },
  { name: 'json documents', make: json },
  { name: 'log lines', make: log },
  { name: 'versions', make: version },
  { name: 'coordinates', make: coordinate },
  { name: 'urls', make: url },
  { name: 'file paths', make: path },
  { name: 'prose', make: sentence },
  { name: 'names', make: name },
  { name: 'base64', make: (r) => `${r.of(`${alnum}+/`, r.between(20, 86))}==` },
];

/** Numbers of which a checksum lets some through by chance: what it costs to look for cards without context. */
export const byChance: readonly Ordinary[] = [
  { name: 'random 11 digits', make: (r) => r.digits(11) },
  { name: 'random 15 digits', make: (r) => r.digits(15) },
  { name: 'random 16 digits', make: (r) => r.digits(16) },
  { name: 'random 19 digits', make: (r) => r.digits(19) },
  { name: '8 digits, letter', make: (r) => r.digits(8) + r.of('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 1) },
  { name: 'groups 3-2-4', make: (r) => `${r.digits(3)}-${r.digits(2)}-${r.digits(4)}` },
];
