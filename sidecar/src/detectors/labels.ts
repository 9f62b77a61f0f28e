import { isLetter, isUpper, type Text } from './bytes.js';

/** How far before a number its label may begin, bytes. */
const reach = 32;
/** Labels up to this length are abbreviations, and stand alone; longer ones may go on: Steuernummer. */
const abbreviation = 5;

/** Does one of the labels, in lower case, stand before a number? As a word, or as a part of `nhsNumber`, `patient_nhs`. */
export function isLabelled(t: Text, from: number, labels: readonly string[]): boolean {
  const start = Math.max(t.start, from - reach);
  const before = Buffer.from(t.bytes.subarray(start, from)).toString('utf8');
  const text = before.toLowerCase();
  return labels.some((label) => {
    const at = text.indexOf(label);
    return (
      at >= 0 &&
      beginsWord(before, at) &&
      (label.length > abbreviation || ends(before, at + label.length))
    );
  });
}

const beginsWord = (text: string, at: number): boolean =>
  !isLetter(text.charCodeAt(at - 1)) ||
  (isUpper(text.charCodeAt(at)) && !isUpper(text.charCodeAt(at - 1)));

const ends = (text: string, at: number): boolean =>
  !isLetter(text.charCodeAt(at)) ||
  (isUpper(text.charCodeAt(at)) && !isUpper(text.charCodeAt(at - 1)));
