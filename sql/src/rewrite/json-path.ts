/** A step of a path into a JSON document. */
export type JsonStep =
  /** of an object; of an array when it is a number */
  | { readonly kind: 'key'; readonly key: string }
  /** every element of an array, every member of an object */
  | { readonly kind: 'each' }
  /** the key at any depth */
  | { readonly kind: 'anywhere'; readonly key: string };

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, '$1');

const pointer = (path: string): readonly JsonStep[] =>
  path
    .slice(1)
    .split('/')
    .map((key) => ({ kind: 'key', key: key.replaceAll('~1', '/').replaceAll('~0', '~') }));

const step =
  /^(\.\.|\.)?(?:\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]|\[(\d+|\*)\]|"((?:[^"\\]|\\.)*)"|([^.[\]"$]+))/;

/**
 * The steps of `$.a.b`, `a.b`, `$.a[0].b`, `$.a["b c"]`, `$.a[*].b`, `$.a.*.b`, `$..b`, or of a JSON pointer `/a/b`
 * (RFC 6901). What is not understood ends the path, and so does a wildcard at its end: all that lies there is meant.
 */
export const jsonSteps = (path: string): readonly JsonStep[] => {
  if (path.startsWith('/')) return pointer(path);
  const steps: JsonStep[] = [];
  let rest = path.trim().replace(/^\$/, '');
  while (rest !== '') {
    const [all, dots, double, single, index, quoted, bare] = (step.exec(rest) ?? []) as readonly (
      string | undefined
    )[];
    const key = [double, single, quoted].find((part) => part !== undefined);
    const name = key === undefined ? (index ?? bare?.trim()) : unescaped(key);
    if (all === undefined || name === undefined) break;
    const wild = key === undefined && name === '*';
    if (wild && dots === '..') break;
    if (wild) steps.push({ kind: 'each' });
    else steps.push({ kind: dots === '..' ? 'anywhere' : 'key', key: name });
    rest = rest.slice(all.length);
  }
  while (steps.at(-1)?.kind === 'each') steps.pop();
  return steps;
};
