import type { Reach } from '@postern/sql';
import prettier from 'prettier';
import { versions } from '../harness/binaries.js';
import { idle, ofBuiltin, ofExtension } from './classify.js';
import { extensions } from './extensions.js';
import { columns } from './rules.js';
import { type Found, type Survey, survey, surveyEmbedded } from './survey.js';

/** What the servers have, classified. */
export interface Reaches {
  /** `sql/src/generated/reach.ts` */
  readonly text: string;
  /** what nobody has said anything of, and what calls something that is not plain */
  readonly problems: readonly string[];
}

/** What operators, casts, types and aggregates of PostgreSQL's own may call. */
const callable: ReadonlySet<Reach | undefined> = new Set<Reach>([
  'arguments',
  'settings',
  'catalogue',
  'internal',
]);

type Lists = ReadonlyMap<Reach, ReadonlySet<string>>;

/** From the least to what says most, for what is one thing in one version and another in the next. */
const order: readonly Reach[] = ['internal', 'arguments', 'settings', 'catalogue'];

const further = (one: Reach, other: Reach | undefined): Reach =>
  other === undefined || order.indexOf(one) > order.indexOf(other) || !order.includes(one)
    ? one
    : other;

const lists = (
  found: readonly Found[],
  of: (one: Found) => Reach | undefined,
  problem: (signature: string) => void,
): Lists => {
  const reaches = new Map<string, Reach>();
  for (const one of found) {
    const reach = of(one);
    if (reach === undefined) problem(one.signature);
    else reaches.set(one.signature, further(reach, reaches.get(one.signature)));
  }
  const made = new Map<Reach, Set<string>>();
  for (const [signature, reach] of reaches)
    made.set(reach, (made.get(reach) ?? new Set<string>()).add(signature));
  return made;
};

/** Lines of a template string, as long as prettier would make them. */
const wrapped = (names: Iterable<string>): string => {
  const lines = [''];
  for (const name of [...names].sort()) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + name.length > 105) lines.push(name);
    else lines[lines.length - 1] = last === '' ? name : `${last} ${name}`;
  }
  return `\`${lines.join('\n    ')}\``;
};

const written = (made: Lists): string =>
  `{${[...made]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reach, names]) => `${reach}: ${wrapped(names)},`)
    .join('\n')}}`;

const calledWrongly = (version: number, { functions, called }: Survey): readonly string[] => {
  const reaches = new Map(functions.map((one) => [one.oid, ofBuiltin(one)]));
  return called.flatMap(([by, oid]) => {
    const reach = reaches.get(oid);
    return callable.has(reach)
      ? []
      : [`${version}: ${by} calls what reaches ${reach ?? 'who knows'}`];
  });
};

const doors = (): string => {
  const all: Record<string, readonly [Reach, ...string[]]> = {};
  for (const [reach, relations] of Object.entries(columns))
    for (const [name, names] of Object.entries(relations))
      all[name] = [reach as Reach, ...names.split(' ')];
  return JSON.stringify(all);
};

/** Asks servers of all versions. */
export const reachesOfServers = async (): Promise<Reaches> => {
  const problems: string[] = [];
  const functions: Found[] = [];
  const relations = new Set<string>();
  const members = new Map<string, Found[]>();
  for (const version of versions) {
    const found = await survey(version, Object.keys(extensions));
    functions.push(...found.functions);
    for (const name of found.relations) relations.add(name);
    for (const [name, all] of Object.entries(found.extensions))
      members.set(name, [...(members.get(name) ?? []), ...all]);
    problems.push(...calledWrongly(version, found));
  }
  const problem = (signature: string): void => {
    problems.push(`nobody has said what ${signature} reaches: test/src/reach/rules.ts`);
  };
  for (const [name, all] of Object.entries(await surveyEmbedded())) members.set(name, [...all]);
  const builtin = lists(functions, ofBuiltin, problem);
  problems.push(...idle(functions).map((pattern) => `no server has a function ${pattern}`));
  const ofExtensions = [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => {
      const made = lists(all, (one) => ofExtension(name, one), problem);
      return `${JSON.stringify(name)}: ${written(made)},`;
    });
  const text = `import type { Reach } from '../reach/reach.js';

// Written by \`make reach\` from what servers of versions ${[...versions].sort().join(', ')} have and test/src/reach/rules.ts says.

type Lists = Readonly<Partial<Record<Reach, string>>>;

/** Signatures of PostgreSQL's own functions by what they can reach. */
export const functions: Lists = ${written(builtin)};

/** Those of extensions. */
export const extensions: Readonly<Record<string, Lists>> = {${ofExtensions.join('\n')}};

/** PostgreSQL's own relations. */
export const relations = ${wrapped(relations)};

/** Columns of them that hold more than names and definitions; \`*\`: all. */
export const doors: Readonly<Record<string, readonly [Reach, ...string[]]>> = ${doors()};
`;
  const options = await prettier.resolveConfig(import.meta.filename);
  return { text: await prettier.format(text, { ...options, parser: 'typescript' }), problems };
};
