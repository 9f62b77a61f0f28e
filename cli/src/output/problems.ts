import type { Problem } from '@postern/crds';

/** One that says more than where: of which object, why in a word, and what to do. */
export interface ObjectProblem extends Problem {
  /** `DatabaseAccessPolicy ml/training-reads` */
  readonly object?: string;
  readonly reason?: string;
  readonly hint?: string;
}

/**
 * `file:line:column: path: message`, the form that editors and CI systems make links of; object and reason behind it,
 * what to do in the next line.
 */
export const formatProblem = (problem: ObjectProblem): string => {
  const { file, line, column, path, message, object, reason, hint } = problem;
  const about = object === undefined ? '' : ` [${object}, ${reason ?? ''}]`;
  const place = `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}`;
  return `${place}${message}${about}${hint === undefined ? '' : `\n  hint: ${hint}`}`;
};

/** By file, then by place. */
export const sortProblems = <P extends Problem>(problems: readonly P[]): readonly P[] =>
  [...problems].sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
