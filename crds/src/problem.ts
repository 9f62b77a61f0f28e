/** Something wrong in a file, where a person finds it. */
export interface Problem {
  readonly file: string;
  /** from 1 */
  readonly line: number;
  /** from 1, in UTF-16 units */
  readonly column: number;
  /** of the field, e.g. `spec.rules[0].effect`; empty for the whole object or file */
  readonly path: string;
  /** in the API server's words where it has some */
  readonly message: string;
}

export type PathStep = string | number;

/** `['spec', 'rules', 0]` to `spec.rules[0]`, as the API server writes it. */
export const formatPath = (steps: readonly PathStep[]): string =>
  steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    if (!/^[A-Za-z0-9_-]+$/.test(step)) return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
