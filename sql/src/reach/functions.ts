import type { Catalogue, Overload, Routine } from '../catalogue/catalogue.js';
import { own } from '../catalogue/sql.js';
import { extensions, functions } from '../generated/reach.js';
import { isPlainReach, type Reach } from './reach.js';

type Lists = Readonly<Partial<Record<Reach, string>>>;

const bySignature = (lists: Lists): ReadonlyMap<string, Reach> =>
  new Map(
    Object.entries(lists).flatMap(([reach, signatures]) =>
      signatures.split(/\s+/).map((one) => [one, reach as Reach] as const),
    ),
  );

let builtin: ReadonlyMap<string, Reach> | undefined;
const ofExtensions = new Map<string, ReadonlyMap<string, Reach>>();

const tableOf = (extension: string | undefined): ReadonlyMap<string, Reach> | undefined => {
  if (extension === undefined) return (builtin ??= bySignature(functions));
  const known = ofExtensions.get(extension);
  if (known) return known;
  const lists = Object.hasOwn(extensions, extension) ? extensions[extension] : undefined;
  const table = lists && bySignature(lists);
  if (table) ofExtensions.set(extension, table);
  return table;
};

const reaches = new WeakMap<Overload, Reach | 'unknown'>();

/** What a function of PostgreSQL's own, or of an extension, can reach; undefined: nobody has classified it. */
export const reachOf = (
  catalogue: Catalogue,
  { name }: Routine,
  overload: Overload,
): Reach | undefined => {
  let reach = reaches.get(overload);
  if (reach === undefined) {
    const types = overload.arguments.map(({ type }) => catalogue.typeByOid(type)?.name ?? '?');
    const signature = `${name}(${types.join(',')})`;
    const table =
      overload.extension === undefined && overload.oid >= own
        ? undefined
        : tableOf(overload.extension);
    reach = table?.get(signature) ?? 'unknown';
    reaches.set(overload, reach);
  }
  return reach === 'unknown' ? undefined : reach;
};

/** Can it give out no value that it is not given? */
export const isPlainFunction = (
  catalogue: Catalogue,
  routine: Routine,
  overload: Overload,
): boolean => isPlainReach(reachOf(catalogue, routine, overload));

let notPlain: ReadonlySet<string> | undefined;

/** Is there a function of PostgreSQL's own by this name that is not plain? For texts in which nothing is resolved. */
export const mayReachFurther = (name: string): boolean => {
  notPlain ??= new Set(
    [...(tableOf(undefined) ?? [])].flatMap(([signature, reach]) =>
      isPlainReach(reach) ? [] : [signature.slice(0, signature.indexOf('('))],
    ),
  );
  return notPlain.has(name);
};

/** Have the functions of an extension been classified? Its types call them, and nothing else. */
export const isKnownExtension = (extension: string | undefined): boolean =>
  extension !== undefined && Object.hasOwn(extensions, extension);
