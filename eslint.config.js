import tseslint from 'typescript-eslint';
import postern from './tools/lint/imports.js';
import { environmentReaders } from './tools/lint/packages.js';

const typed = [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked];

/** One linter, with type information. Layout is prettier's. */
export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/generated/',
      '.tools/',
      '.cache/',
      'coverage/',
      'examples/',
      'test/results/',
    ],
  },
  {
    files: ['*/src/**/*.ts'],
    extends: typed,
    plugins: { postern },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'postern/imports': 'error',
      'postern/surroundings': 'error',

      // `== null` is how a protobuf field that may be null or absent is asked
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'write a union of literals' },
        { selector: 'ExportDefaultDeclaration', message: 'export by name' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],

      // numbers read well in templates; everything else is likely a mistake
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allow: [] },
      ],
      // an async method of an interface may have nothing to wait for
      '@typescript-eslint/require-await': 'off',
      // `||` is right where an empty string counts as nothing
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // protobufjs marks the plain spelling of its interfaces so
      '@typescript-eslint/no-deprecated': 'off',
      // spreading a string into its code points is what is meant
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // both spellings are fine, and object types differ from interfaces in assignability
      '@typescript-eslint/consistent-type-definitions': 'off',
      // the compiler's noPropertyAccessFromIndexSignature says the contrary
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: environmentReaders,
    rules: { 'postern/surroundings': ['error', { environment: true }] },
  },
  {
    // programs of the test package are run by hand and by make: they read the environment and print
    files: ['test/src/**/*.ts'],
    rules: {
      'postern/surroundings': ['error', { environment: true }],
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // scripts that run before anything is built
    files: ['**/*.js'],
    rules: { eqeqeq: 'error', 'no-undef': 'off', 'no-unused-vars': 'error' },
  },
);
