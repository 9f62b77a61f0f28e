import type { Frame } from '../wire/peer.js';
import type { Ask } from './attack.js';
import type { Steps } from './steps.js';

const letters = '@abcdefghijklmnopqrstuvwxyz';

/** Values of the first column. */
export const cells = (frames: readonly Frame[]): readonly string[] =>
  frames.filter(({ type }) => type === 'D').map(({ short }) => short.slice(2).split('|')[0] ?? '');

export const isTrue = (frames: readonly Frame[]): boolean =>
  ['t', '1'].includes(cells(frames)[0] ?? '');
export const fails = (frames: readonly Frame[]): boolean => frames.some(({ type }) => type === 'E');
export const hasRow = (frames: readonly Frame[]): boolean => cells(frames).length > 0;

/** Number of rows a command tag tells, as in `UPDATE 1`. */
export const tagged = (frames: readonly Frame[]): number =>
  Number(/\d+$/.exec(frames.find(({ type }) => type === 'C')?.short ?? '')?.[0] ?? 0);

/**
 * Reads a text letter by letter, by questions whether it is at least some prefix, in the order of bytes.
 *
 * @param question  what asks whether the text is at least the guess
 * @param says      whether the answer is yes
 */
export const spelled =
  (question: (guess: string) => Steps, says: (frames: readonly Frame[]) => boolean, length = 9) =>
  async (ask: Ask): Promise<readonly string[]> => {
    let known = '';
    while (known.length < length) {
      let low = 0;
      let high = letters.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        const yes = says(await ask(question(known + (letters[middle] ?? ''))));
        if (yes) low = middle;
        else high = middle - 1;
      }
      if (low === 0) break;
      known += letters[low] ?? '';
    }
    return [known];
  };

/** Finds a whole number by halves. @returns its digits */
export const weighed =
  (question: (atLeast: number) => Steps, says: (frames: readonly Frame[]) => boolean) =>
  async (ask: Ask): Promise<readonly string[]> => {
    let low = 0;
    let high = 999_999_999;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (says(await ask(question(middle)))) low = middle;
      else high = middle - 1;
    }
    return [String(low)];
  };

/** Whether a guess is right: what is known already, confirmed. */
export const confirmed =
  (
    guess: string,
    question: (guess: string) => Steps,
    says: (frames: readonly Frame[]) => boolean,
  ) =>
  async (ask: Ask): Promise<readonly string[]> => {
    const right = says(await ask(question(guess)));
    const wrong = says(await ask(question('nobody at all')));
    return right && !wrong ? [guess] : [];
  };
