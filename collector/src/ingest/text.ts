/** characters of a searched column; PostgreSQL indexes at most a third of a page */
const indexable = 500;

/** What PostgreSQL can store as text: no NUL, no half of a surrogate pair. The event's bytes keep both. */
export const storable = (text: string): string =>
  Buffer.from(text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text).toString();

/** The same for a column with an index. */
export const searchable = (text: string): string => {
  const kept = storable(text);
  return kept.length <= indexable ? kept : [...kept].slice(0, indexable).join('');
};
