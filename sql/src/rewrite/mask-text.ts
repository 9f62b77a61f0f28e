import type { Masking } from './masking.js';
import { call, cast, op, when } from './sql-text.js';

const asText = (m: Masking): string => cast(m.value, 'pg_catalog.text');

const hidden = `'***'`;

/** Bytes that an address has at most, with room for other alphabets (RFC 5321, 4.5.3.1: 64 and 255). */
const longest = 1280;

/** The first letter and the domain of an address; `***` for what is none. */
export const maskedEmail = (m: Masking): string | undefined => {
  if (m.type.family !== 'text') return undefined;
  const v = asText(m);
  // Searching refuses nondeterministic collations.
  const plain = `(${v} COLLATE pg_catalog."C")`;
  const at = call('strpos', plain, `'@'`);
  // A name of one letter would stand there whole.
  const letter = when(op(at, '>', '2'), call('"left"', v, '1'), `''`);
  const masked = op(op(letter, '||', hidden), '||', call('substr', v, at));
  const isAddress = `${op(call('octet_length', v), '<=', String(longest))} AND ${op(plain, '~', `'^[^@]+@[^@]+$'`)}`;
  return when(`${m.value} IS NOT NULL`, when(isAddress, masked, hidden));
};

/** Characters at both ends, or bytes; nothing of a value that they would show whole. */
const ends = (m: Masking, v: string, middle: string, first: number, last: number): string => {
  const start = call('substr', v, '1', String(first));
  const rest = op(op(call('length', v), '-', String(last)), '+', '1');
  const kept = op(op(start, '||', middle), '||', call('substr', v, rest));
  return when(
    `${m.value} IS NOT NULL`,
    when(op(call('length', v), '>', String(first + last)), kept, middle),
  );
};

/** The first `groups` numbers of an address (bytes, or four digits of IPv6) as a network, never all of them. */
const network = ({ value }: Masking, groups: number): string => {
  const bits = when(
    op(call('family', value), '=', '4'),
    String(Math.min(groups, 3) * 8),
    String(Math.min(groups, 7) * 16),
  );
  return call('network', call('set_masklen', value, bits));
};

/** The maker's part of a hardware address when all its bytes may be shown. */
const maker = ({ value, type }: Masking, groups: number): string =>
  groups >= 3
    ? call('trunc', value)
    : when(
        `${value} IS NOT NULL`,
        cast(
          type.family === 'macaddr' ? `'00:00:00:00:00:00'` : `'00:00:00:00:00:00:00:00'`,
          type.text,
        ),
      );

export const partial = (m: Masking, first: number, last: number): string | undefined => {
  switch (m.type.family) {
    case 'text':
      return ends(m, asText(m), hidden, first, last);
    case 'bytea':
      return ends(m, m.value, call('decode', `'2a2a2a'`, `'hex'`), first, last);
    case 'inet':
    case 'cidr':
      return network(m, first);
    case 'macaddr':
    case 'macaddr8':
      return maker(m, first);
    default:
      return undefined;
  }
};
