import { classOf, digit, isWord, letter, startsWith, type Text } from './bytes.js';

/** How an issuer's tokens look. */
interface TokenRule {
  readonly prefix: string;
  /** its second byte */
  readonly second: number;
  /** what follows: its characters, by byte */
  readonly body: Uint8Array;
  readonly least: number;
  readonly most: number;
  /** digits and both cases of letters are in it, as in any random string of this length; otherwise two of the three */
  readonly anyCase: boolean;
}

const setOf = (characters: string): Uint8Array => {
  const set = new Uint8Array(256);
  for (let c = 0; c < characters.length; c += 1) set[characters.charCodeAt(c)] = 1;
  return set;
};
const az = 'abcdefghijklmnopqrstuvwxyz';
const numerals = '0123456789';
const alnumSet = setOf(az + az.toUpperCase() + numerals);
const urlSet = setOf(`${az}${az.toUpperCase()}${numerals}_-`);
const dottedSet = setOf(`${az}${az.toUpperCase()}${numerals}_-.`);
const upperSet = setOf(az.toUpperCase() + numerals);
const hexSet = setOf(`${numerals}abcdef`);
const base64Set = setOf(`${az}${az.toUpperCase()}${numerals}+/=`);

const unbounded = Number.MAX_SAFE_INTEGER;

const rule = (
  prefix: string,
  body: Uint8Array,
  least: number,
  most = unbounded,
  anyCase = false,
): TokenRule => ({ prefix, second: prefix.charCodeAt(1), body, least, most, anyCase });

/** As the issuers document them, or their own scanners look for them. Longer prefixes before those they begin with. */
const rules: readonly TokenRule[] = [
  // AWS: access keys, lasting and temporary
  rule('AKIA', upperSet, 16, 16),
  rule('ASIA', upperSet, 16, 16),
  // GitHub
  rule('ghp_', alnumSet, 36),
  rule('gho_', alnumSet, 36),
  rule('ghu_', alnumSet, 36),
  rule('ghs_', alnumSet, 36),
  rule('ghr_', alnumSet, 36),
  rule('github_pat_', urlSet, 40),
  // GitLab
  rule('glpat-', urlSet, 20),
  rule('gldt-', urlSet, 20),
  rule('glrt-', urlSet, 20),
  // Slack
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'].map((p) =>
    rule(p, urlSet, 20),
  ),
  // Stripe
  rule('sk_live_', alnumSet, 16),
  rule('rk_live_', alnumSet, 16),
  rule('sk_test_', alnumSet, 16),
  rule('rk_test_', alnumSet, 16),
  rule('whsec_', base64Set, 24, 64),
  // Google: API keys, OAuth access tokens, client secrets
  rule('AIza', urlSet, 35, 35),
  rule('ya29.', urlSet, 20),
  rule('GOCSPX-', urlSet, 28),
  // Anthropic, OpenAI
  rule('sk-ant-', urlSet, 24, unbounded, true),
  rule('sk-', urlSet, 32, unbounded, true),
  // package registries
  rule('npm_', alnumSet, 36, 36),
  rule('pypi-', urlSet, 32, unbounded, true),
  rule('rubygems_', hexSet, 48, 48),
  rule('dckr_pat_', urlSet, 27),
  // SendGrid, Twilio, Mailgun
  rule('SG.', dottedSet, 60, 80, true),
  rule('SK', hexSet, 32, 32),
  // Hugging Face, DigitalOcean, Shopify, Linear, Vault, Databricks, New Relic, Postman
  rule('hf_', alnumSet, 34, 40, true),
  rule('dop_v1_', hexSet, 64, 64),
  rule('shpat_', hexSet, 32, 32),
  rule('shpss_', hexSet, 32, 32),
  rule('lin_api_', alnumSet, 40),
  rule('hvs.', urlSet, 24),
  rule('dapi', hexSet, 32, 34),
  rule('NRAK-', upperSet, 27, 27),
  rule('PMAK-', urlSet, 59, 59),
  // Azure: key in a connection string of a storage account
  rule('AccountKey=', base64Set, 44, 88),
];

const byFirst: (readonly TokenRule[] | undefined)[] = [];
for (const one of rules) {
  const first = one.prefix.charCodeAt(0);
  byFirst[first] = [...(byFirst[first] ?? []), one];
}

/** The letter before a sign at which the prefix of some token ends: `SG.`, `glpat-`, `AccountKey=` */
const lastLetters = new Uint8Array(256);
for (const { prefix } of rules) {
  if (/[a-z][-.=]$/i.test(prefix)) lastLetters[prefix.charCodeAt(prefix.length - 2)] = 1;
}

/** May a token's prefix end with this letter, and a sign behind? */
export const mayEndPrefix = (c: number): boolean => lastLetters[c] === 1;

/**
 * An API key or token that names its issuer by its prefix.
 *
 * @param from where a word begins
 * @returns its end; -1: none
 */
export function tokenEnd(t: Text, from: number): number {
  const candidates = byFirst[t.at(from)];
  if (candidates === undefined) return -1;
  for (const one of candidates) {
    if (t.at(from + 1) !== one.second || !startsWith(t, from, one.prefix)) continue;
    const end = bodyEnd(t, from + one.prefix.length, one);
    if (end > 0) return end;
  }
  return -1;
}

function bodyEnd(t: Text, from: number, { body, least, most, anyCase }: TokenRule): number {
  let i = from;
  let seen = 0;
  for (let c = t.at(i); body[c] === 1; c = t.at(i)) {
    if (i - from >= most) return -1;
    seen |= classOf[c] ?? 0;
    i += 1;
  }
  if (i - from < least || isWord(t.at(i))) return -1;
  const digits = (seen & digit) !== 0;
  const cases = seen & letter;
  return (anyCase ? digits && cases === letter : (digits && cases !== 0) || cases === letter)
    ? i
    : -1;
}

/** Of the token here, the length of its prefix. */
function prefixLength(t: Text, from: number): number {
  const found = byFirst[t.at(from)]?.find((one) => startsWith(t, from, one.prefix));
  return found?.prefix.length ?? 0;
}

/** Keeps the prefix; what follows becomes *. */
export function maskToken(t: Text, from: number, to: number): void {
  for (let i = from + prefixLength(t, from); i < to; i += 1) t.bytes[i] = 0x2a;
}
