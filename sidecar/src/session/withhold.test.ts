import { describe, expect, test } from '@jest/globals';
import { withheld } from './withhold.js';

const planted = 'ann@secret.example';

describe('nothing that can carry a row value passes', () => {
  test.each([
    {
      name: 'a CHECK violation prints the row',
      C: '23514',
      M: 'new row for relation "c" violates check constraint "k"',
      D: `Failing row contains (1, ${planted}).`,
    },
    {
      name: 'a unique violation prints the key',
      C: '23505',
      M: 'duplicate key value violates unique constraint "u"',
      D: `Key (email)=(${planted}) already exists.`,
    },
    {
      name: 'a cast quotes the value',
      C: '22P02',
      M: `invalid input syntax for type integer: "${planted}"`,
    },
    { name: 'a RAISE says anything', C: 'P0001', M: planted, H: planted },
    {
      name: 'context shows statements',
      C: '22012',
      M: 'division by zero',
      W: `PL/pgSQL function f(text) with ${planted}`,
      q: `SELECT '${planted}'`,
    },
    {
      name: 'the server log at client_min_messages = log',
      V: 'LOG',
      C: '00000',
      M: `statement: SELECT '${planted}'`,
    },
    {
      name: 'a plan at client_min_messages = debug1',
      V: 'DEBUG1',
      C: '00000',
      M: `plan: ${planted}`,
      D: planted,
    },
  ])('$name', ({ name: _name, ...fields }) => {
    const shown = withheld(new Map(Object.entries({ S: 'ERROR', ...fields })), true);
    expect([...shown.values()].join('\n')).not.toContain(planted);
    expect(shown.get('C')).toBe(fields.C);
  });
});

test('names, position and SQLSTATE stay', () => {
  const fields = new Map([
    ['S', 'ERROR'],
    ['C', '42703'],
    ['M', 'column "emial" does not exist'],
    ['P', '8'],
    ['t', 'customers'],
  ]);
  const shown = withheld(fields, true);
  for (const letter of ['C', 'M', 'P', 't']) expect(shown.get(letter)).toBe(fields.get(letter));
});

test('nothing is withheld where nothing is masked', () => {
  const fields = new Map([['D', 'Key (id)=(1) already exists.']]);
  expect(withheld(fields, false)).toBe(fields);
});
