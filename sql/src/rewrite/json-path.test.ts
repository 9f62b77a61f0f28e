import { expect, test } from '@jest/globals';
import { jsonSteps } from './json-path.js';

const written = (path: string): string =>
  jsonSteps(path)
    .map((step) =>
      step.kind === 'each'
        ? '*'
        : step.kind === 'anywhere'
          ? `..${JSON.stringify(step.key)}`
          : JSON.stringify(step.key),
    )
    .join(' ');

test.each([
  ['$', ''],
  ['', ''],
  ['email', '"email"'],
  ['$.a.b', '"a" "b"'],
  ['a.b', '"a" "b"'],
  ['$.a[0].b', '"a" "0" "b"'],
  ['$[2]', '"2"'],
  ['$.a["b c"]', '"a" "b c"'],
  ['$.a["b\\"c"].d', '"a" "b\\"c" "d"'],
  ["$['it\\'s']", '"it\'s"'],
  ['$."a.b".c', '"a.b" "c"'],
  ['$["*"]', '"*"'],
  ['$.items[*].email', '"items" * "email"'],
  ['$.items.*.email', '"items" * "email"'],
  ['$[*][*].x', '* * "x"'],
  ['$..email', '.."email"'],
  ['$..["e mail"].at', '.."e mail" "at"'],
  ['$.a..b[*].c', '"a" .."b" * "c"'],
  ['/a/b~1c/~0/0', '"a" "b/c" "~" "0"'],
])('%s', (path, steps) => {
  expect(written(path)).toBe(steps);
});

/** All that lies there goes. */
test.each([
  ['a wildcard at the end', '$.a[*]', '"a"'],
  ['of every depth', '$.a..*', '"a"'],
  ['a filter', '$.a[?(@.b)].c', '"a"'],
  ['a slice', '$.a[1:2].c', '"a"'],
  ['what is not closed', '$.a["b', '"a"'],
  ['two dots at the end', '$.a..', '"a"'],
])('not understood: %s', (_name, path, steps) => {
  expect(written(path)).toBe(steps);
});
