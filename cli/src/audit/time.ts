import { CliError } from '../errors.js';

const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const stamp =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * `2h` (that long ago), `now`, or RFC 3339 with seconds, time and zone optional (UTC).
 *
 * @param now  Unix milliseconds
 * @returns    Unix microseconds
 * @throws     CliError `bad-time`
 */
export const parseTime = (option: string, text: string, now: number): number => {
  const given = text.trim();
  if (given === 'now') return now * 1000;
  const ago = /^(\d+(?:\.\d+)?)(s|m|h|d|w)$/.exec(given);
  const unit = units[ago?.[2] ?? ''];
  if (ago !== null && unit !== undefined) {
    const at = Math.round((now - Number(ago[1]) * unit) * 1000);
    if (at > 0) return at;
    throw wrong(option, text);
  }
  const found = stamp.exec(given);
  if (found === null) throw wrong(option, text);
  const [, date = '', minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = found;
  const offset = zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const whole = Date.parse(`${date}T${minutes}${seconds}${offset}`);
  // Date.parse takes the 30th of February for the 1st of March
  const back = new Date(Date.parse(`${date}T00:00:00Z`));
  if (Number.isNaN(whole) || Number.isNaN(back.getTime()) || !back.toISOString().startsWith(date)) {
    throw wrong(option, text);
  }
  const at = whole * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  if (at <= 0) throw wrong(option, text);
  return at;
};

const wrong = (option: string, text: string): CliError =>
  new CliError(
    'bad-time',
    `${option} ${JSON.stringify(text)}: not a time`,
    'write how long ago (90s, 30m, 2h, 7d) or a time such as 2026-11-21T05:00Z',
  );
