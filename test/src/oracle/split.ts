/** A quote, a dollar quote or a comment, from where it begins: how far it goes. */
const passages: readonly RegExp[] = [
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y,
  /'(?:[^']|'')*'/y,
  /"(?:[^"]|"")*"/y,
  /\$([A-Za-z_\u0080-\uffff]\w*)?\$[\s\S]*?\$\1\$/y,
  /--[^\n]*/y,
  /\/\*[\s\S]*?\*\//y,
];

/** Statements of a script for psql, without those that psql itself reads or fills in. */
export function statementsOf(script: string): readonly string[] {
  // Data of a COPY, and psql's own commands, which end what stands before them.
  const text = script
    .replaceAll(/(^copy\b[^;]*from stdin[^;]*;)[\s\S]*?^\\\.$/gim, '$1')
    .replaceAll(/^\s*\\.*$/gm, '')
    .replaceAll(/\\\w+.*$/gm, ';');
  const found: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    const passage = passages.find((one) => {
      one.lastIndex = at;
      return one.test(text);
    });
    if (passage !== undefined) at = passage.lastIndex;
    else if (text[at] === ';') {
      found.push(text.slice(start, at).trim());
      at += 1;
      start = at;
    } else at += 1;
  }
  return found.filter((one) => one !== '');
}

const begins = (sql: string, words: string): boolean =>
  new RegExp(`^(?:\\s|--[^\\n]*\\n|/\\*[^]*?\\*/|\\()*(?:${words})\\b`, 'i').test(sql);

/** What may stand behind CREATE VIEW ... AS. */
export const mayBeView = (sql: string): boolean => begins(sql, 'select|with|values|table');

/**
 * Neither of these, and to be run alone in a transaction. EXECUTE says nothing by itself, and what ends a transaction
 * or loads code is not undone.
 */
export const isUtility = (sql: string): boolean =>
  !mayBeView(sql) &&
  !mayWrite(sql) &&
  !/\bexecute\s+(?!function|procedure|on)\w/i.test(sql) &&
  !begins(
    sql,
    'begin|start|commit|end|rollback|abort|savepoint|release|prepare\\s+transaction|checkpoint|load|vacuum',
  );

/** What changes rows, or may. */
export const mayWrite = (sql: string): boolean => begins(sql, 'insert|update|delete|merge|with');
