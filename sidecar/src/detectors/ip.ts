import { continuesWord, isAlnum, isDigit, isHex, isWord, type Text } from './bytes.js';

const dot = 0x2e;
const slash = 0x2f;
const colon = 0x3a;

const octets = new Uint8Array(4);

/** The end of four numbers below 256 with dots; -1: it is something else. Fills `octets`. */
function quadEnd(t: Text, from: number): number {
  let at = from;
  for (let i = 0; i < 4; i += 1) {
    if (i > 0) {
      if (t.at(at) !== dot) return -1;
      at += 1;
    }
    const first = at;
    let value = 0;
    while (isDigit(t.at(at)) && at - first < 4) {
      value = value * 10 + t.at(at) - 0x30;
      at += 1;
    }
    const length = at - first;
    if (length === 0 || length > 3 || value > 255) return -1;
    if (length > 1 && t.at(first) === 0x30) return -1;
    octets[i] = value;
  }
  return at;
}

/**
 * An IPv4 address. Versions have four numbers too, small ones: one of an address has to be 100 or more, two where the
 * first is below 10, unless a URL, a port or a prefix length says what it is.
 *
 * @param from first digit
 * @param to   where the dot is
 * @returns its end; -1: none
 */
export function ipv4End(t: Text, from: number, to: number): number {
  const before = t.at(from - 1);
  const inUrl = before === slash && t.at(from - 2) === slash;
  if (before === dot || before === 0x2d || (before === slash && !inUrl)) return -1;
  if (to - from > 3) return -1;
  const end = quadEnd(t, from);
  if (end < 0) return -1;
  const next = t.at(end);
  if (isWord(next) || next === 0x2b) return -1;
  if ((next === dot || next === 0x2d) && isAlnum(t.at(end + 1))) return -1;
  if (isReserved()) return -1;
  const told =
    inUrl || before === 0x40 || ((next === colon || next === slash) && isDigit(t.at(end + 1)));
  return told || looksLikeAddress() ? end : -1;
}

/** Addresses that are nobody's: this host, loopback, for documentation, multicast, reserved, and a bare network. */
function isReserved(): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  if (a === 0 || a === 127 || a >= 224) return true;
  if (b === 0 && c === 0 && d === 0) return true;
  if (a === 192 && b === 0 && c === 2) return true;
  if (a === 198 && b === 51 && c === 100) return true;
  return a === 203 && b === 0 && c === 113;
}

function looksLikeAddress(): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  if (a !== 10 && b === 0 && c === 0) return false;
  const large = Number(a >= 100) + Number(b >= 100) + Number(c >= 100) + Number(d >= 100);
  return large >= (a < 10 ? 2 : 1);
}

/**
 * An IPv6 address: eight groups, or fewer around `::` with three written ones at least. The first group has four hex
 * digits and is of global, link-local or local addresses, so that times, MAC addresses and C++ names are none.
 *
 * @param at the first colon in it
 * @returns start and end; undefined: none
 */
export function ipv6At(t: Text, at: number): readonly [from: number, to: number] | undefined {
  const from = at - 4;
  if (!isIpv6Start(t, from)) return undefined;
  let groups = 1;
  let gap = false;
  let end = at;
  let i = at;
  while (t.at(i) === colon && groups < 8) {
    i += 1;
    if (t.at(i) === colon) {
      if (gap) return undefined;
      gap = true;
      i += 1;
      end = i;
    }
    const first = i;
    while (isHex(t.at(i)) && i - first < 5) i += 1;
    if (i - first > 4) return undefined;
    if (i === first) break;
    groups += 1;
    end = i;
  }
  if (isWord(t.at(end)) || (t.at(end) === colon && isHex(t.at(end + 1)))) return undefined;
  return (gap ? groups >= 3 && groups < 8 : groups === 8) ? [from, end] : undefined;
}

function isIpv6Start(t: Text, from: number): boolean {
  for (let i = 0; i < 4; i += 1) if (!isHex(t.at(from + i))) return false;
  const before = t.at(from - 1);
  if (continuesWord(t, from) || before === dot || before === 0x2d) return false;
  if (before === colon && (isHex(t.at(from - 2)) || t.at(from - 2) === colon)) return false;
  if (isDocumentation(t, from)) return false;
  const first = Number.parseInt(String.fromCharCode(t.at(from), t.at(from + 1)), 16);
  // 2000::/3, fc00::/7, fe80::/10
  return first >> 5 === 1 || first === 0xfc || first === 0xfd || first === 0xfe;
}

/** 2001:db8::/32, RFC 3849. */
const isDocumentation = (t: Text, from: number): boolean =>
  /^2001:0?db8:/i.test(textAt(t, from, 10));

const textAt = (t: Text, from: number, length: number): string =>
  Buffer.from(t.bytes.subarray(from, Math.min(from + length, t.end))).toString('latin1');

/** Addresses of no one, by their length in characters: for documentation where there is one. RFC 5737, RFC 1112. */
const nobodys: Readonly<Record<number, string>> = {
  7: '0.0.0.0',
  8: '10.0.0.0',
  9: '192.0.2.0',
  10: '192.0.2.10',
  11: '203.0.113.0',
  12: '203.0.113.10',
  13: '203.0.113.100',
  14: '198.51.100.100',
  15: '240.100.100.100',
};

/** IPv4: an address of no one with as many characters. IPv6: every digit 0. */
export function maskIp(out: Uint8Array, from: number, to: number): void {
  let six = false;
  for (let i = from; i < to; i += 1) six ||= out[i] === colon;
  const four = six ? '' : (nobodys[to - from] ?? '');
  for (let i = from; i < to; i += 1) {
    if (six) out[i] = out[i] === colon ? colon : 0x30;
    else out[i] = four.charCodeAt(i - from);
  }
}
