import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packages } from './packages.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const ours = /^@postern\/([a-z]+)(\/.*)?$/;
/** `.testing.ts`: what several tests share */
const isTest = (file) => /\.test(?:ing)?\.ts$/.test(file);
const isShell = (rules, path) =>
  rules.shell?.some((spared) => path === spared || path.startsWith(`${spared}/`)) ?? false;

/** @returns folder of the package a file lies in, and its path below that; undefined outside `src` */
const placeOf = (file) => {
  const [name, ...rest] = relative(root, file).split(sep);
  const rules = packages[name];
  return rules === undefined || rest[0] !== 'src'
    ? undefined
    : { name, rules, path: rest.join('/') };
};

const declared = new Map();
const dependenciesOf = (name) => {
  let found = declared.get(name);
  if (found === undefined) {
    const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
    const own = read(join(root, name, 'package.json'));
    const dependencies = Object.keys(own.dependencies ?? {});
    const house = Object.keys(read(join(root, 'package.json')).devDependencies ?? {});
    found = {
      run: new Set(dependencies),
      test: new Set([...dependencies, ...Object.keys(own.devDependencies ?? {}), ...house]),
    };
    declared.set(name, found);
  }
  return found;
};

const packageNameOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * Why one import is forbidden.
 *
 * @param file       absolute path of the importing file
 * @param specifier  what it imports
 * @param typeOnly   gone after compilation
 * @returns message and its data; undefined: allowed
 */
const objection = (file, specifier, typeOnly) => {
  const place = placeOf(file);
  if (place === undefined) return undefined;
  const { name, rules, path } = place;

  if (specifier.startsWith('.')) {
    const target = relative(join(root, name), resolve(dirname(file), specifier));
    if (/^src\/main\.[jt]s$/.test(target)) return { messageId: 'main' };
    // generated code lies beside src, in the same package
    return target.startsWith('..') ? { messageId: 'leaves', data: { specifier, name } } : undefined;
  }

  const [, other, deep] = ours.exec(specifier) ?? [];
  if (other !== undefined) {
    if (other === name) return { messageId: 'itself', data: { name } };
    if (!rules.imports.includes(other)) {
      const allowed = rules.imports.join(', ') || 'none of ours';
      return { messageId: 'package', data: { name, other, allowed } };
    }
    return deep === undefined ? undefined : { messageId: 'deep', data: { specifier, other } };
  }

  const bare = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) {
    const spared = isTest(file) || isShell(rules, path);
    if (rules.builtins === 'any' || spared || rules.builtins.includes(`node:${bare}`)) {
      return specifier.startsWith('node:') ? undefined : { messageId: 'prefix', data: { bare } };
    }
    return { messageId: 'builtin', data: { name, bare } };
  }

  const dependency = packageNameOf(specifier);
  const { run, test } = dependenciesOf(name);
  const known = typeOnly || name === 'test' || isTest(file) ? test : run;
  return known.has(dependency)
    ? undefined
    : { messageId: 'undeclared', data: { name, dependency } };
};

/** Holds every import, in any of its forms, against the table in packages.js. */
const imports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      package: '{{name}} must not import @postern/{{other}} (it may import: {{allowed}})',
      deep: "import '@postern/{{other}}' instead of {{specifier}}: its index.ts is its public face",
      itself: 'import files of {{name}} itself by a relative path',
      leaves: '{{specifier}} leaves {{name}}: import other packages by name',
      main: 'nothing imports main.ts: it constructs the process',
      builtin: '{{name}} is kept pure and must not import node:{{bare}}',
      prefix: "write 'node:{{bare}}'",
      undeclared: '{{dependency}} is no dependency in {{name}}/package.json',
    },
  },
  create(context) {
    const check = (source, typeOnly) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const found = objection(context.filename, source.value, typeOnly);
      if (found !== undefined) context.report({ node: source, ...found });
    };
    return {
      ImportDeclaration: (node) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSExternalModuleReference: (node) => check(node.expression, false),
      TSImportType: (node) => check(node.source ?? node.argument?.literal, true),
      'CallExpression[callee.name="require"]': (node) => check(node.arguments[0], false),
    };
  },
};

/** `process.env` and, in pure packages, clock, randomness, timers and globals that reach outside. */
const surroundings = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: { environment: { type: 'boolean' } },
        additionalProperties: false,
      },
    ],
    messages: {
      environment: 'only config.ts reads process.env: take the value as an argument',
      impure: '{{name}} is kept pure: take {{what}} as an argument',
    },
  },
  create(context) {
    const place = placeOf(context.filename);
    if (place === undefined || isTest(context.filename)) return {};
    const { name, rules, path } = place;
    const pure = rules.pure && !isShell(rules, path);
    const readsEnvironment = context.options[0]?.environment ?? false;
    const impure = (node, what) =>
      context.report({ node, messageId: 'impure', data: { name, what } });
    const globals = new Set([
      ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
      ...['fetch', 'WebSocket', 'performance', 'crypto', 'process'],
    ]);
    return {
      'MemberExpression[object.name="process"]': (node) => {
        const property = node.computed ? node.property.value : node.property.name;
        if (property === 'env' && !readsEnvironment)
          context.report({ node, messageId: 'environment' });
      },
      'MemberExpression[object.name="Date"][property.name="now"]': (node) => {
        if (pure) impure(node, 'the time');
      },
      'MemberExpression[object.name="Math"][property.name="random"]': (node) => {
        if (pure) impure(node, 'randomness');
      },
      'NewExpression[callee.name="Date"][arguments.length=0]': (node) => {
        if (pure) impure(node, 'the time');
      },
      'Program:exit': (program) => {
        if (!pure) return;
        const scope = context.sourceCode.getScope(program);
        // what no declaration of this file explains is a global
        for (const { identifier } of scope.through) {
          if (globals.has(identifier.name)) impure(identifier, identifier.name);
        }
      },
    };
  },
};

export default { meta: { name: 'postern' }, rules: { imports, surroundings } };
