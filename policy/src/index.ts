export type * from './input.js';
export type * from './decision.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';
export type { Bundle } from './bundle.js';
export { compile, validate, type CompileDeps, type CompileResult } from './compile/compile.js';
export type { PolicyObjects } from './compile/source.js';
export { baselinePolicy } from './baseline.js';
export { confirmedGuess } from './confirmed.js';
export { changesRows, limitWords } from './guards.js';
export { cannotMaskWords, denialWords, type Words } from './words.js';
export { hiddenRelations, type Hidden } from './hidden.js';
export { checkAgainstSchema, type Finding, type FindingReason } from './schema-check.js';
export { isProtectedByMore } from './misplaced.js';
export { misplacedWords } from './misplaced-words.js';
export {
  toInput,
  type ColumnKnowledge,
  type Surroundings,
  type TimelessInput,
} from './to-input.js';
export {
  openBundle,
  type Evaluator,
  type EvaluatorOptions,
  type Selecting,
} from './evaluate/evaluator.js';
