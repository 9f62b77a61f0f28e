import type { Analysis } from './analysis.js';
import type { Catalogue } from './catalogue/catalogue.js';
import type { Statement } from './parse/statement.js';
import type { SessionSettings } from './resolve/settings.js';

/** A statement with its meaning under one catalogue and one set of settings. */
export interface Analyzed {
  readonly statement: Statement;
  readonly catalogue: Catalogue;
  readonly settings: SessionSettings;
  readonly analysis: Analysis;
}

/**
 * What a statement means and does.
 *
 * @throws SqlError as PostgreSQL would: `undefined-table`, `undefined-column`, `ambiguous-column`, `undefined-function`, ...
 */
export const analyze = (
  statement: Statement,
  catalogue: Catalogue,
  settings: SessionSettings,
): Analyzed => ({ statement, catalogue, settings, analysis: { command: '', accesses: [], functions: [], output: [], flags: { unfiltered: false, readOnly: false }, notUnderstood: [{ construct: 'statement', position: 0, reach: 'anything' }], sessionEffects: [] } });
