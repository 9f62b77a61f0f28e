/** Seeded: the same seed gives the same values. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 to 2^32 - 1; Marsaglia's xorshift over a Weyl sequence. */
  next(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor((this.next() / 2 ** 32) * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.between(0, list.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  of(alphabet: string, length: number): string {
    let text = '';
    for (let i = 0; i < length; i += 1)
      text += alphabet.charAt(this.between(0, alphabet.length - 1));
    return text;
  }

  digits(length: number): string {
    return this.of('0123456789', length);
  }
}

export const hex = '0123456789abcdef';
export const alnum = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const padded = (value: number, length: number): string =>
  String(value).padStart(length, '0');
