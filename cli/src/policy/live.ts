import type {
  Database,
  DatabaseAccessPolicy,
  PathStep,
  PosternObject,
  Problem,
} from '@postern/crds';
import { formatPath } from '@postern/crds';
import {
  checkRowFilter,
  classify,
  formatName,
  matchesRelation,
  parseRelationPattern,
  type Catalogue,
} from '@postern/sql';
import type { Loaded } from './load.js';

/** What the files say of columns and rows, held against the schema of a live server. */
export const liveProblems = (
  loaded: Loaded,
  database: Database,
  catalogue: Catalogue,
): readonly Problem[] => [
  ...classificationProblems(loaded, database, catalogue),
  ...loaded.policies.flatMap((policy) => rowFilterProblems(loaded, policy, catalogue)),
];

const problemAt = (
  loaded: Loaded,
  object: PosternObject,
  path: readonly PathStep[],
  message: string,
): Problem => {
  const source = loaded.objects.sourceOf(object);
  const place = source?.place(path) ?? { line: 1, column: 1 };
  return { file: source?.file ?? '', ...place, path: formatPath(path), message };
};

const classificationProblems = (
  loaded: Loaded,
  database: Database,
  catalogue: Catalogue,
): readonly Problem[] => {
  const given = database.spec.classifications ?? [];
  return classify(catalogue, given).problems.map(({ column, message }) => {
    const i = given.findIndex((it) => it.column === column);
    return problemAt(loaded, database, ['spec', 'classifications', i, 'column'], message);
  });
};

const rowFilterProblems = (
  loaded: Loaded,
  policy: DatabaseAccessPolicy,
  catalogue: Catalogue,
): readonly Problem[] =>
  (policy.spec.rules ?? []).flatMap(({ rowFilter, tables }, i) => {
    if (rowFilter === undefined) return [];
    const patterns = (tables ?? ['*.*']).map(parseRelationPattern);
    const named = catalogue.data.relations.filter(
      (relation) =>
        ['r', 'p', 'v', 'm', 'f'].includes(relation.kind) &&
        patterns.some((pattern) => matchesRelation(pattern, relation)),
    );
    return named.flatMap((relation) =>
      checkRowFilter(rowFilter, relation, catalogue).map(({ message }) =>
        problemAt(
          loaded,
          policy,
          ['spec', 'rules', i, 'rowFilter'],
          `${formatName(relation)}: ${message}`,
        ),
      ),
    );
  });
