/** Tells a person what happens, step by step. */
export interface Narrator {
  heading(text: string): void;
  /** what is about to be done, or why */
  say(text: string): void;
  /** a command as a person would type it */
  command(text: string): void;
  /** what a program printed, unchanged */
  shown(text: string): void;
  /** an expectation that held */
  held(text: string): void;
  failed(text: string): void;
}

export const narrator = (write: (text: string) => void, colours: boolean): Narrator => {
  const paint = (code: number, text: string): string =>
    colours ? `\u001b[${code}m${text}\u001b[0m` : text;
  let step = 0;
  return {
    heading: (text) => {
      step += 1;
      write(`\n${paint(1, `${step}. ${text}`)}\n\n`);
    },
    say: (text) => {
      write(`   ${text}\n`);
    },
    command: (text) => {
      write(`   ${paint(36, `$ ${text}`)}\n`);
    },
    shown: (text) => {
      const lines = text.replace(/\n+$/, '').split('\n');
      write(`${lines.map((line) => `   ${paint(2, '|')} ${line}`).join('\n')}\n`);
    },
    held: (text) => {
      write(`   ${paint(32, '\u2714')} ${text}\n`);
    },
    failed: (text) => {
      write(`   ${paint(31, '\u2718')} ${text}\n`);
    },
  };
};

/** Something the demo shows did not come true. */
export class Disappointed extends Error {}

/** Checks what was just shown and says so; the demo ends at the first check that fails. */
export const expectation =
  (tell: Narrator) =>
  (what: string, holds: boolean, seen = ''): void => {
    if (holds) {
      tell.held(what);
      return;
    }
    tell.failed(what);
    throw new Disappointed(`expected: ${what}${seen === '' ? '' : `\nseen:\n${seen}`}`);
  };
