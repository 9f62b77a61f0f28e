import { isLetter, isUpper, type Text } from './bytes.js';

/** How far before a number its label may begin, bytes. */
const reach = 32;
/** Labels up to this length are abbreviations, and stand alone; longer ones may go on: Steuernummer. */
const abbreviation = 5;

/** A word that tells what a number is: its bytes in UTF-8, in lower case. */
export type Label = Uint8Array;

export const labelOf = (text: string): Label => Buffer.from(text);

/** Does one of the labels stand before a number? As a word, or as a part of `nhsNumber`, `patient_nhs`. */
export function isLabelled(t: Text, from: number, labels: readonly Label[]): boolean {
  const start = Math.max(t.start, from - reach);
  return labels.some((label) => {
    const first = label[0];
    for (let i = start; i <= from - label.length; i += 1) {
      if ((t.at(i) | 0x20) === first && isHere(t, i, label)) return true;
    }
    return false;
  });
}

function isHere(t: Text, at: number, label: Label): boolean {
  for (let k = 1; k < label.length; k += 1) {
    const c = t.at(at + k);
    if ((isUpper(c) ? c | 0x20 : c) !== label[k]) return false;
  }
  const end = at + label.length;
  return isEdge(t, at) && (label.length > abbreviation || isEdge(t, end));
}

/** No letter stands before, or one word of a camelCase name ends here. */
const isEdge = (t: Text, at: number): boolean =>
  !isLetter(t.at(at - 1)) || !isLetter(t.at(at)) || (isUpper(t.at(at)) && !isUpper(t.at(at - 1)));
