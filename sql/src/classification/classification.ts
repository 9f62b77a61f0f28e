import type { ObjectName } from '../names.js';
import type { FormerNames } from './borne-names.js';

/** Tags given to a column by name, e.g. `public."Mixed Case"."E-Mail"`. */
export interface ExplicitTags {
  readonly column: string;
  readonly tags: readonly string[];
}

/** A classification that does not fit the catalogue. */
export interface ClassificationProblem {
  readonly column: string;
  readonly message: string;
}

/** Which tags each column carries, its own and those that data brings along. */
export interface Classification {
  /** sorted; empty when there are none */
  tagsOf(relation: ObjectName, column: string): readonly string[];
  /** base columns, `schema.table.column`, whose data a view's, generated, partition's or child's column carries; itself not among them */
  originsOf(relation: ObjectName, column: string): readonly string[];
  /** every relation with a tagged column */
  readonly taggedRelations: readonly ObjectName[];
  readonly problems: readonly ClassificationProblem[];
  /** names that relations and columns had before */
  readonly former: FormerNames;
}
