export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Puts a style on a text, or leaves the text alone where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

const coloured: Paint = (style, text) => {
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

const plain: Paint = (_style, text) => text;

/** `NO_COLOR` beats `FORCE_COLOR`; without either, a terminal gets colours and a pipe does not. */
export const paintFor = (wish: { noColor: boolean; forceColor: boolean }, isTty: boolean): Paint =>
  !wish.noColor && (wish.forceColor || isTty) ? coloured : plain;
