import { describe, expect, test } from '@jest/globals';
import { CliError } from '../errors.js';
import { caret } from './caret.js';
import { sayFailure } from './failure.js';
import { paintFor } from './paint.js';
import { formatProblem, sortProblems } from './problems.js';

describe('a caret stands under the place', () => {
  test.each([
    {
      name: 'first character',
      text: 'SELEC 1',
      position: 1,
      lines: ['LINE 1: SELEC 1', '        ^'],
    },
    {
      name: 'end of the text',
      text: 'SELECT',
      position: 7,
      lines: ['LINE 1: SELECT', '              ^'],
    },
    { name: 'beyond it', text: 'S', position: 99, lines: ['LINE 1: S', '         ^'] },
    {
      name: 'second line',
      text: 'SELECT a\nFROM b\nWHERE c',
      position: 15,
      lines: ['LINE 2: FROM b', '             ^'],
    },
    {
      name: 'characters outside the BMP count once',
      text: "SELECT '\u{1F600}', x",
      position: 13,
      lines: ["LINE 1: SELECT '\u{1F600}', x", '                    ^'],
    },
    { name: 'a tab stays a tab', text: '\tx', position: 2, lines: ['LINE 1: \tx', '        \t^'] },
  ])('$name', ({ text, position, lines }) => {
    expect(caret(text, position)).toEqual(lines);
  });
});

const problem = { file: 'a.yaml', line: 3, column: 5, path: 'spec.rules[0]', message: 'no' };

describe('a problem in a file', () => {
  test('is a line that editors can jump from', () => {
    expect(formatProblem(problem)).toBe('a.yaml:3:5: spec.rules[0]: no');
    expect(formatProblem({ ...problem, path: '' })).toBe('a.yaml:3:5: no');
  });

  test('comes in the order of the files', () => {
    const lines = sortProblems([
      { ...problem, file: 'b.yaml', line: 1 },
      { ...problem, line: 20 },
      { ...problem, line: 3, column: 9 },
      problem,
    ]).map(({ file, line, column }) => `${file}:${line}:${column}`);
    expect(lines).toEqual(['a.yaml:3:5', 'a.yaml:3:9', 'a.yaml:20:5', 'b.yaml:1:5']);
  });
});

describe('colours', () => {
  test.each([
    { name: 'a terminal', noColor: false, forceColor: false, isTty: true, painted: true },
    { name: 'a pipe', noColor: false, forceColor: false, isTty: false, painted: false },
    {
      name: 'NO_COLOR on a terminal',
      noColor: true,
      forceColor: false,
      isTty: true,
      painted: false,
    },
    {
      name: 'FORCE_COLOR in a pipe',
      noColor: false,
      forceColor: true,
      isTty: false,
      painted: true,
    },
    { name: 'both wishes', noColor: true, forceColor: true, isTty: true, painted: false },
  ])('$name', ({ noColor, forceColor, isTty, painted }) => {
    const text = paintFor({ noColor, forceColor }, isTty)('red', 'x');
    expect(text === 'x').toBe(!painted);
  });
});

test('a failure says what happened, why, what to do, and its code', () => {
  const lines: string[] = [];
  sayFailure(new CliError('data-in-use', 'taken', 'stop it', { cause: new Error('process 7') }), {
    line: (text) => lines.push(text),
    paint: (_style, text) => text,
  });
  expect(lines).toEqual([
    'postern: taken',
    '  cause: process 7',
    '  hint: stop it',
    '  code: data-in-use',
  ]);
});
