import type { Decision } from '@postern/policy';
import {
  type Analysis,
  type Analyzed,
  type Catalogue,
  copyFormat,
  type CopyFormat,
  formatName,
  type OutputColumn,
  outputTypes,
  quoteIdentifier,
} from '@postern/sql';
import { baseType } from './own-types.js';

/** How a statement's result is watched for values that nobody classified. */
export interface Watch {
  readonly mode: 'report' | 'mask';
  /** one a column of the result, where the analysis knows them; otherwise empty */
  readonly columns: readonly WatchedColumn[];
  /** a COPY TO STDOUT */
  readonly copy: CopyFormat | undefined;
  /** client_encoding */
  readonly encoding: string;
  /** prepared once, it has the same columns whenever it runs */
  readonly steady: boolean;
  /** knows the types and relations that the server names by OID */
  readonly catalogue: Catalogue;
}

export interface WatchedColumn {
  readonly name: string;
  /** `schema.table.column` that the values come from unchanged; empty: not one alone */
  readonly source: string;
  /** masked at its source already, or exempt by policy */
  readonly exempt: boolean;
  /** OID, no domain's; of a COPY or a function called by message, whose columns the server does not describe */
  readonly type: number | undefined;
}

const steadyCommands = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE']);

export interface Watched {
  readonly analyzed: Analyzed;
  readonly decision: Decision;
  readonly catalogue: Catalogue;
  readonly encoding: string;
  /** called by the protocol's FunctionCall */
  readonly byMessage: boolean;
}

export function watchOf(mode: Watch['mode'], watched: Watched): Watch {
  const { analyzed, decision, catalogue, encoding, byMessage } = watched;
  const { analysis } = analyzed;
  const copy = copyFormat(analyzed.statement);
  const types = copy !== undefined || byMessage ? outputTypes(analyzed) : [];
  const covered = coveredBy(decision);
  return {
    ...{ mode, copy, encoding, catalogue },
    columns: analysis.output.map((column, i) => {
      const type = types[i];
      return {
        name: column.name,
        source: sourceOf(column),
        exempt: isExempt(column, analysis, covered),
        type: type === undefined ? undefined : baseType(type, catalogue),
      };
    }),
    steady: steadyCommands.has(analysis.command),
  };
}

/** Columns that are masked, or that policy exempts, as `schema.table.column`. */
function coveredBy({ masks, exempt = [] }: Decision): ReadonlySet<string> {
  return new Set(
    [...masks, ...exempt].map(({ relation, column }) => `${relation}.${quoteIdentifier(column)}`),
  );
}

/**
 * Only what is wholly made of such columns is left alone; a function that is not plain may bring in anything, in
 * another branch of a UNION too.
 */
function isExempt(
  { sources }: OutputColumn,
  { functions, notUnderstood }: Analysis,
  covered: ReadonlySet<string>,
): boolean {
  if (covered.size === 0 || sources.length === 0) return false;
  if (functions.length > 0 || notUnderstood.length > 0) return false;
  return sources.every(({ column }) => covered.has(nameOf(column)));
}

function sourceOf({ sources }: OutputColumn): string {
  const [only, ...others] = sources;
  return only?.kind === 'identity' && others.length === 0 ? nameOf(only.column) : '';
}

const nameOf = (column: OutputColumn['sources'][number]['column']): string =>
  `${formatName(column)}.${quoteIdentifier(column.column)}`;
