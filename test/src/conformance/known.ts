/** `suite/test` that may differ, and why. */
export const known: Readonly<Record<string, string>> = {
  'regress/strings':
    'a statement with a backslash is refused while standard_conforming_strings is off: the parser would read another one',
  'regress/plpgsql':
    'as strings: it creates a function whose text has backslashes while standard_conforming_strings is off',
  'regress/create_table':
    'an unknown partitioning strategy is a syntax error of the parser, with a position, and of this server at execution',
  'regress/privileges':
    'tables of pg_toast are not in the catalogue: one named in an UPDATE does not exist, instead of being forbidden',
};
