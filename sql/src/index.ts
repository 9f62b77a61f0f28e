export type * from './analysis.js';
export type { Mask } from './mask.js';
export { formatName, quoteIdentifier, type ObjectName } from './names.js';
export { SqlError, type SqlErrorCode } from './errors.js';
export {
  matchesRelation,
  parseColumnName,
  parseRelationName,
  parseRelationPattern,
  type NamePattern,
  type RelationPattern,
} from './identifiers.js';
export { fingerprint, loadParser, normalise, parse } from './parse/parser.js';
export { spellPlainStrings, type Spelled } from './parse/plain-strings.js';
export { maxStatementLength, type Statement } from './parse/statement.js';
export type * from './catalogue/catalogue.js';
export { parseSearchPath, type SessionSettings } from './resolve/settings.js';
export type { Analyzed } from './analyze.js';
export { type Guess, guessesOf } from './rewrite/guesses.js';
export { RewriteRefusal, type Change, type Rewritten } from './rewrite/change.js';
export type * from './classification/classification.js';
export { analyze, outputTypes, parameterTypes } from './analyze.js';
export { Script, type Step } from './script.js';
export { catalogueFromData } from './catalogue/build.js';
export { type AskRows, CatalogueReader, readCatalogue } from './catalogue/reader.js';
export type { Rows } from './catalogue/rows.js';
export { catalogueFingerprintQuery } from './catalogue/fingerprint.js';
export { BorneNames, type FormerNames, noFormerNames } from './classification/borne-names.js';
export { RememberedTags } from './classification/remembered.js';
export { classify } from './classification/classify.js';
export { isPlainReach, type Reach } from './reach/reach.js';
export { rewrite } from './rewrite/rewrite.js';
export { maskFits } from './mask-fits.js';
export { keyTexts } from './rewrite/mask-digest.js';
export { checkRowFilter, type RowFilterProblem } from './rewrite/row-filter.js';
