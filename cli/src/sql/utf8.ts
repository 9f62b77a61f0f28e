import { SqlError } from '@postern/sql';

/** Text as it was read. */
export interface Decoded {
  readonly text: string;
  /** the first bytes that are no UTF-8 */
  readonly wrong?: SqlError;
}

const strict = new TextDecoder('utf-8', { fatal: true });

const isUtf8 = (bytes: Buffer): boolean => {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** How many bytes from the beginning are UTF-8: as many, at most three less, as are whole characters. */
const validLength = (bytes: Buffer): number => {
  let [valid, wrong] = [0, bytes.length];
  const endsWhole = (length: number): boolean =>
    [0, 1, 2, 3].some((less) => less <= length && isUtf8(bytes.subarray(0, length - less)));
  while (valid + 1 < wrong) {
    const middle = (valid + wrong) >> 1;
    if (endsWhole(middle)) valid = middle;
    else wrong = middle;
  }
  while (!isUtf8(bytes.subarray(0, valid))) valid -= 1;
  return valid;
};

/** What is no UTF-8 is said as PostgreSQL would, with its place. */
export const decodeUtf8 = (bytes: Buffer): Decoded => {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return { text };
  const length = validLength(bytes);
  const message = `invalid byte sequence for encoding "UTF8": 0x${bytes.subarray(length, length + 1).toString('hex')}`;
  return {
    text,
    wrong: new SqlError('encoding', message, {
      position: [...bytes.subarray(0, length).toString('utf8')].length + 1,
      hint: 'Convert the file to UTF-8, as with iconv.',
    }),
  };
};
