/** Where Postern answers otherwise than the server, and what it says. */
import type { Otherwise } from './wrong-case.js';
import { knownMessages } from './wrong-known-messages.js';

const groups: readonly (Otherwise & { readonly of: readonly string[] })[] = [
  ...knownMessages,
  {
    kind: 'differs',
    why: 'Postern reads up to 100,000 tokens',
    hears: [
      'E ERROR 54000 statement has more than 100000 tokens',
      'Z I',
      'Z I',
      'T ?column?',
      'D over',
      'C SELECT 1',
      'Z I',
    ],
    of: ['1 MB of comments', '1 MB of semicolons'],
  },
  {
    kind: 'differs',
    why: 'the server closes without a word and tells its log; a client is told why',
    hears: ['E FATAL 08P01 invalid length of startup packet', 'closed'],
    of: [
      'garbage',
      'a length of 0',
      'a length of 4',
      'a length of 7',
      'a negative length',
      '10,005 bytes',
      'HTTP',
      'TLS',
      'SSH',
      'a Query first',
      'a password first',
    ],
  },
  {
    kind: 'differs',
    why: 'replication is refused before its value is read',
    hears: ['E FATAL 42501 replication connections are not allowed through Postern', 'closed'],
    of: ['a replication that is neither'],
  },
  {
    kind: 'differs',
    why: 'the server says so in the form of protocol 2, which a client of protocol 3 cannot read',
    hears: [
      'E FATAL 0A000 unsupported frontend protocol 1.0: server supports 3.0 to 3.2',
      'closed',
    ],
    of: ['protocol 1.0'],
  },
  {
    kind: 'differs',
    why: 'the server says so in the form of protocol 2, which a client of protocol 3 cannot read',
    hears: [
      'E FATAL 0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.2',
      'closed',
    ],
    of: ['protocol 2.0'],
  },
  {
    kind: 'differs',
    why: 'the server closes without a word and tells its log; a client is told why',
    hears: ['E FATAL 08P01 insufficient data left in message', 'closed'],
    of: ['a CancelRequest without a key'],
  },
];

export const known: Readonly<Record<string, Otherwise>> = Object.fromEntries(
  groups.flatMap(({ of, ...otherwise }) => of.map((name) => [name, otherwise])),
);
