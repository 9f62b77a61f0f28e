/**
 * Points at a place in a text as psql does: the line, and a caret below.
 *
 * @param position in characters (code points), from 1
 */
export const caret = (text: string, position: number): readonly string[] => {
  const characters = [...text];
  const at = Math.min(Math.max(position - 1, 0), characters.length);
  const before = characters.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const end = characters.indexOf('\n', at);
  const line = characters.slice(start, end < 0 ? characters.length : end).join('');
  const number = before.filter((character) => character === '\n').length + 1;
  const prefix = `LINE ${number}: `;
  // a tab stays a tab below the line, so that the caret stands where the eye looks
  const gap = before
    .slice(start)
    .map((character) => (character === '\t' ? '\t' : ' '))
    .join('');
  return [`${prefix}${line}`, `${' '.repeat(prefix.length)}${gap}^`];
};
