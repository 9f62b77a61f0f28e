/**
 * How often the detectors find what is not there, how much they find of what is, and how fast they look:
 * `node test/dist/detectors/rates.js [values per set]`
 */
import { falseRate, recall } from './measure.js';
import { byChance, ordinary } from './ordinary.js';
import { protectedValues, settings } from './protected.js';
import { measureSpeed } from './speed.js';

const values = Number(process.argv[2] ?? 100_000);
const seed = 20_260_101;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(4)} %`;
const row = (cells: readonly string[]): void => say(`| ${cells.join(' | ')} |`);
const titles = (cells: readonly string[]): void => {
  row(cells);
  row(cells.map((_, i) => (i === 0 ? '---' : '--:')));
};

say(`## Found where nothing is, of ${values} values each\n`);
titles(['values', 'found', 'as']);
for (const set of [...ordinary, ...byChance]) {
  const { name, hit, byKind, examples } = falseRate(set, values, seed);
  const as = [...byKind].map(
    ([id, n]) => `${id} ${n} (${JSON.stringify(examples.get(id)).slice(0, 120)})`,
  );
  row([name, percent(hit, values), as.join(', ')]);
}

const fewer = Math.ceil(values / 10);
say(`\n## Found of what is there, of ${fewer} values each\n`);
titles(['values', ...Object.keys(settings), 'for example missed']);
for (const set of protectedValues) {
  const { name, found, missed } = recall(set, fewer, seed);
  row([
    name,
    ...[...found.values()].map((n) => percent(n, fewer)),
    missed === undefined ? '' : JSON.stringify(missed).slice(0, 120),
  ]);
}

say('\n## Speed, one core\n');
titles(['column', 'bytes a value', 'MB/s', 'ns a byte', 'ns a value', 'to a copy of the bytes']);
for (const s of measureSpeed(seed)) {
  row([
    s.name,
    s.bytesPerValue.toFixed(1),
    s.megabytesPerSecond.toFixed(0),
    (1000 / s.megabytesPerSecond).toFixed(2),
    ((1000 * s.bytesPerValue) / s.megabytesPerSecond).toFixed(0),
    `${s.toCopy.toFixed(2)} x`,
  ]);
}
