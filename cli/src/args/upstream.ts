import { CliError } from '../errors.js';
import { parsePostgresUrl, type PostgresUrl } from './postgresUrl.js';

/** One `--upstream`: where a Database of the files really is. */
export interface Upstream {
  /** `NAME` or `NAMESPACE/NAME`; absent: the one Database there is */
  readonly database: string | undefined;
  readonly url: PostgresUrl;
}

const form = /^(?:(?<name>[^:=?@]+)=)?(?<url>[a-z][a-z0-9+.-]*:\/\/.*)$/is;

/**
 * `postgres://HOST:PORT/DATABASE` or `NAME=postgres://...`.
 *
 * @throws CliError `bad-upstream`; its message never repeats the URL, which may hold a password
 */
export const parseUpstream = (text: string): Upstream => {
  const groups = form.exec(text)?.groups;
  const parsed = parsePostgresUrl(groups?.['url'] ?? '');
  if (parsed.kind === 'wrong') {
    throw new CliError(
      'bad-upstream',
      `--upstream: ${parsed.why}`,
      'write --upstream postgres://HOST:PORT/DATABASE, or NAME=postgres://... when the files hold several Databases',
    );
  }
  return { database: groups?.['name'], url: parsed.url };
};
