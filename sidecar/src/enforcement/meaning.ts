import type { GovernedStatement } from './verdict.js';

type Effect = GovernedStatement['effects'][number];

/** Settings that change what a text means: its names, or how it is read at all. `*`: any of them. */
const meaningful = new Set([
  ...['search_path', 'role', 'session_authorization'],
  ...['standard_conforming_strings', 'client_encoding'],
  '*',
]);

export const isMeaningful = (settings: readonly string[]): boolean =>
  settings.some((name) => meaningful.has(name));

/** Does a text mean something else once this has happened? */
export const changesMeaning = (effect: Effect): boolean =>
  effect.kind === 'catalogue' ||
  effect.kind === 'discard' ||
  (effect.kind === 'settings' && isMeaningful(effect.names));
