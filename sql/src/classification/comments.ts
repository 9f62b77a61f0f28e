const tag = /^[a-z0-9][\w-]*(?:\.[\w-]+)*$/i;
const dotted = /^[a-z0-9][\w-]*(?:\.[\w-]+)+$/i;

/**
 * The tags in a column's comment: `postern:pii.email`, several after commas or spaces. After a space a word must be
 * dotted to count, so that prose may follow.
 */
export const tagsInComment = (comment: string): readonly string[] => {
  const tags: string[] = [];
  for (const part of comment.split(/(?<![\w.])postern:/i).slice(1)) {
    let afterComma = true;
    for (const piece of part.trim().split(/(\s*,\s*|\s+)/)) {
      if (piece.includes(',')) afterComma = true;
      else if (piece.trim() === '') afterComma &&= false;
      else if ((afterComma ? tag : dotted).test(piece.replace(/[.;:]+$/, ''))) {
        tags.push(piece.replace(/[.;:]+$/, ''));
        afterComma = false;
      } else break;
    }
  }
  return [...new Set(tags)];
};
