import { expect, test } from '@jest/globals';
import { withoutRepeats } from './repeated.js';

test('the same again is said after the pause, another at once', () => {
  let time = 0;
  const said: string[] = [];
  const say = withoutRepeats(
    (cause) => said.push(`${String(time)} ${String(cause)}`),
    60,
    () => time,
  );
  for (const [at, text] of [
    [0, 'a'],
    [10, 'a'],
    [20, 'b'],
    [30, 'b'],
    [79, 'b'],
    [80, 'b'],
    [81, 'a'],
  ] as const) {
    time = at;
    say(new Error(text));
  }
  expect(said).toEqual(['0 Error: a', '20 Error: b', '80 Error: b', '81 Error: a']);
});
