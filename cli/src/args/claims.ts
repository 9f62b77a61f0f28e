import { CliError } from '../errors.js';

export interface SaidAttributes {
  /** What the client says of itself, unverified; `purpose` is one of them. */
  readonly claims: Readonly<Record<string, string>>;
  /** Region of the workload. Nothing verifies it on a laptop, so a claim may stand in for it. */
  readonly region: string | undefined;
}

/**
 * Brings `--claim k=v`, `--purpose` and `--region` together.
 *
 * @throws CliError `bad-claim`
 */
export const parseClaims = (
  pairs: readonly string[],
  purpose: string | undefined,
  region: string | undefined,
): SaidAttributes => {
  const claims = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) {
      throw new CliError(
        'bad-claim',
        `--claim ${JSON.stringify(pair)} is not KEY=VALUE`,
        'write for example --claim team=search',
      );
    }
    put(claims, pair.slice(0, equals).trim(), pair.slice(equals + 1));
  }
  if (purpose !== undefined) put(claims, 'purpose', purpose);
  return { claims: Object.fromEntries(claims), region: region ?? claims.get('region') };
};

const put = (claims: Map<string, string>, key: string, value: string): void => {
  const before = claims.get(key);
  if (before !== undefined && before !== value) {
    throw new CliError(
      'bad-claim',
      `claim ${JSON.stringify(key)} is given twice: ${JSON.stringify(before)} and ${JSON.stringify(value)}`,
      'give each claim once; --purpose is the claim `purpose`',
    );
  }
  claims.set(key, value);
};
