import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../errors.js';
import {
  closeDataDirectory,
  openDataDirectory,
  writeSecret,
  type DataDirectorySurroundings,
} from './dataDirectory.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'postern-test-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

let dice = 0;
const around = (alive: readonly number[] = []): DataDirectorySurroundings => ({
  temporaryRoot: root,
  randomBytes: (size) => Buffer.alloc(size, (dice += 1)),
  isAlive: (pid) => alive.includes(pid),
  pid: 77,
});

const codeOf = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown.code;
    throw thrown;
  }
  return 'none';
};

const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('a named folder', () => {
  test('keeps its mask key, which nobody else may read', async () => {
    const wanted = join(root, 'a', 'b');
    const first = await openDataDirectory(wanted, around());
    await closeDataDirectory(first);
    const second = await openDataDirectory(wanted, around());
    expect(second.maskKey).toHaveLength(32);
    expect([...second.maskKey]).toEqual([...first.maskKey]);
    expect(await mode(join(wanted, 'mask.key'))).toBe(0o600);
    expect(await mode(wanted)).toBe(0o700);
    expect(second.temporary).toBe(false);
  });

  test('loses only what belongs to the run when it ends', async () => {
    const data = await openDataDirectory(join(root, 'a'), around());
    await writeSecret(data.tokenFile, 'token');
    expect(await mode(data.tokenFile)).toBe(0o600);
    await closeDataDirectory(data);
    expect(await codeOf(stat(data.spool))).toBe('none');
    await expect(stat(data.tokenFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(data.runFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is not shared by two runs', async () => {
    const wanted = join(root, 'a');
    await openDataDirectory(wanted, around());
    expect(await codeOf(openDataDirectory(wanted, { ...around([77]), pid: 78 }))).toBe(
      'data-in-use',
    );
  });

  test.each([
    { name: 'of a dead process', text: '{"pid": 76}' },
    { name: 'torn by a crash', text: '{"pid' },
  ])('is taken over with a run file $name', async ({ text }) => {
    await writeFile(join(root, 'dev.json'), text);
    const data = await openDataDirectory(root, around());
    expect(JSON.parse(await readFile(data.runFile, 'utf8'))).toEqual({ pid: 77 });
  });

  test.each([
    { name: 'a key of the wrong size', path: 'mask.key', content: 'short' },
    { name: 'a file where a folder must be', path: 'spool', content: '' },
  ])('is refused with $name', async ({ path, content }) => {
    await writeFile(join(root, path), content);
    expect(await codeOf(openDataDirectory(root, around()))).toBe('data-unusable');
  });
});

test('a place where nothing can be made is refused', async () => {
  expect(await codeOf(openDataDirectory('/proc/nowhere/data', around()))).toBe('data-unusable');
});

test('a temporary folder goes altogether', async () => {
  const data = await openDataDirectory(undefined, around());
  expect(data.temporary).toBe(true);
  await closeDataDirectory(data);
  await expect(stat(data.path)).rejects.toMatchObject({ code: 'ENOENT' });
});
