import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signatureOf, watchSources } from './dev/watch.js';
import { readSources } from './files.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'postern-test-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const put = async (path: string, text = path): Promise<string> => {
  const full = join(root, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, text);
  return full;
};

describe('-f', () => {
  test('reads a folder in the order of its names, and what is no object file not at all', async () => {
    for (const path of ['b.yml', 'a.yaml', 'c/d.json', 'data.sql', '.hidden/x.yaml', 'README.md']) {
      await put(path);
    }
    await put('node_modules/x/y.yaml');
    const files = await readSources([root]);
    expect(files.map(({ path }) => relative(root, path))).toEqual(['a.yaml', 'b.yml', 'c/d.json']);
    expect(files[0]?.text).toBe('a.yaml');
  });

  test('reads a named file whatever its name, and each file once', async () => {
    const file = await put('policy.txt');
    expect(await readSources([file, file])).toHaveLength(1);
  });

  test('follows links, as a mounted ConfigMap has them', async () => {
    await put('..2026/policy.yaml', 'kind: x');
    await symlink(join(root, '..2026', 'policy.yaml'), join(root, 'policy.yaml'));
    expect((await readSources([root])).map(({ text }) => text)).toEqual(['kind: x']);
  });

  test('- is standard input, beside files', async () => {
    const file = await put('a.yaml');
    const files = await readSources(['-', file], () => Promise.resolve(Buffer.from('piped')));
    expect(files.map(({ text }) => text)).toEqual(['a.yaml', 'piped']);
  });

  test.each([
    { name: 'a missing file', path: 'none.yaml', code: 'file-missing' },
    { name: 'an empty folder', path: '.', code: 'no-files' },
  ])('refuses $name', async ({ path, code }) => {
    await expect(readSources([join(root, path)])).rejects.toMatchObject({ code });
  });

  test('refuses to read nothing', async () => {
    await expect(readSources([])).rejects.toMatchObject({ code: 'no-files' });
  });
});

describe('a watch', () => {
  const stop = new AbortController();
  let calls = 0;

  const seen = async (change: () => Promise<unknown>): Promise<boolean> => {
    const before = calls;
    await change();
    for (let n = 0; n < 60 && calls === before; n += 1) await sleep(50);
    return calls > before;
  };

  test('sees edits, replacements, new and removed files; and ends', async () => {
    const file = await put('a.yaml', 'one');
    const watching = watchSources(
      [root],
      await signatureOf([root]),
      () => {
        calls += 1;
        return Promise.resolve();
      },
      stop.signal,
    );
    await sleep(300);
    expect(calls).toBe(0);
    expect(await seen(() => writeFile(file, 'other'))).toBe(true);
    await put('b.tmp', 'three');
    expect(await seen(() => rename(join(root, 'b.tmp'), file))).toBe(true);
    expect(await seen(() => put('new.yaml'))).toBe(true);
    expect(await seen(() => rm(join(root, 'new.yaml')))).toBe(true);
    stop.abort();
    await watching;
  });

  test('sees what changes between reading and watching', async () => {
    const file = await put('a.yaml', 'one');
    const before = await signatureOf([root]);
    await writeFile(file, 'other');
    const again = new AbortController();
    let watching: Promise<void> | undefined;
    const watched = (): Promise<void> =>
      Promise.resolve().then(() => {
        calls += 1;
      });
    expect(
      await seen(() => {
        watching = watchSources([root], before, watched, again.signal);
        return Promise.resolve();
      }),
    ).toBe(true);
    again.abort();
    await watching;
  });
});
