import { beforeAll, describe, expect, test } from '@jest/globals';
import { Command, Option } from 'commander';
import { spawnSync } from 'node:child_process';
import { describe as describeCommands, type CommandShape } from './describe.js';
import { completionScript, shells } from './scripts.js';

/** A tree with everything the scripts must cope with: nesting, choices, paths, quotes in a text. */
const tree = (): Command => {
  const program = new Command('postern').version('1');
  program.command('dev').description("a database's door").option('-f, --filename <path>', 'files');
  const policy = program.command('policy').description('policies');
  policy
    .command('validate')
    .option('-f, --filename <path>', 'files')
    .addOption(new Option('-o, --output <format>', 'how').choices(['text', 'json']));
  policy.command('explain').option('--as <identity>', 'who: "a" or \'b\' [c]');
  return program;
};

let shapes: readonly CommandShape[];
beforeAll(() => {
  shapes = describeCommands(tree());
});

test('the tree is described with all its commands', () => {
  expect(shapes.map(({ path }) => path)).toEqual([
    '',
    'dev',
    'policy',
    'policy validate',
    'policy explain',
  ]);
});

const available = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe.each(shells)('%s', (shell) => {
  (available(shell) ? test : test.skip)('the shell itself accepts the script', () => {
    const checked = spawnSync(shell, ['-n'], { input: completionScript(shell, shapes) });
    expect({ status: checked.status, stderr: checked.stderr.toString() }).toEqual({
      status: 0,
      stderr: '',
    });
  });
});

describe('bash completes', () => {
  /** What bash would offer for a line whose last word is being typed. */
  const offered = (...line: readonly string[]): readonly string[] => {
    const words = line.map((word) => `'${word}'`).join(' ');
    const script = `${completionScript('bash', shapes)}
COMP_WORDS=(postern ${words}); COMP_CWORD=${line.length}
_postern; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = spawnSync('bash', ['--norc', '-c', script], { cwd: '/' });
    expect(ran.stderr.toString()).toBe('');
    return ran.stdout
      .toString()
      .split('\n')
      .filter((word) => word !== '');
  };

  test.each([
    { name: 'commands', line: ['p'], words: ['policy'] },
    { name: 'commands of a command', line: ['policy', ''], words: ['validate', 'explain'] },
    { name: 'options', line: ['policy', 'validate', '--o'], words: ['--output'] },
    {
      name: 'choices of an option',
      line: ['policy', 'validate', '-o', ''],
      words: ['text', 'json'],
    },
    { name: 'options after other options', line: ['dev', '-f', 'x', '--f'], words: ['--filename'] },
    { name: 'files', line: ['dev', '-f', '/et'], words: ['/etc'] },
    { name: 'nothing where it cannot know', line: ['policy', 'explain', '--as', ''], words: [] },
  ])('$name', ({ line, words }) => {
    const found = offered(...line);
    if (words.length === 0) expect(found).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(words));
  });
});
