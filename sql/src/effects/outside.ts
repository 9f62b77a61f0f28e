import type { Node } from '@pgsql/types';
import type { ObjectName } from '../names.js';
import { as, text, texts, type NodeOf } from '../parse/nodes.js';
import { isKnownExtension } from '../reach/functions.js';
import { opaque, type Resolver } from '../resolve/resolver.js';

// Statements that run what is not in their text: scripts of extensions, other servers' tables and rows, copies of whole
// databases. What these read and write is not known.

/** The script of an extension whose functions are classified makes those, and touches nothing else. */
export const runsScript = (r: Resolver, extension: string | undefined): void => {
  if (!isKnownExtension(extension)) opaque(r, `extension ${extension ?? ''}`, 0);
};

/** With CASCADE whatever uses it goes as well, and nothing says what belongs to it. */
export const dropsExtensions = (
  r: Resolver,
  { removeType, objects, behavior }: NodeOf<'DropStmt'>,
) => {
  if (removeType !== 'OBJECT_EXTENSION') return;
  for (const node of objects ?? [])
    if (behavior === 'DROP_CASCADE') opaque(r, `extension ${text(node)}`, 0);
    else runsScript(r, text(node));
};

const isTrue = (node: Node | undefined): boolean =>
  node === undefined ||
  /^(?:true|on|1|yes)$/i.test(
    text(node) || String(as(node, 'Boolean')?.boolval ?? as(node, 'Integer')?.ival ?? ''),
  );

const switchedOff = (options: readonly Node[] | undefined, name: string): boolean =>
  (options ?? []).some((node) => {
    const option = as(node, 'DefElem');
    return option?.defname === name && !isTrue(option.arg);
  });

/** Rows of the other server's tables are copied here, and go on coming. */
export const subscribes = (
  r: Resolver,
  { subname, options }: NodeOf<'CreateSubscriptionStmt'>,
): void => {
  if (!switchedOff(options, 'connect')) opaque(r, `subscription ${subname ?? ''}`, 0);
};

const quiet: ReadonlySet<string | undefined> = new Set(['ALTER_SUBSCRIPTION_OPTIONS']);

export const altersSubscription = (
  r: Resolver,
  { kind, subname, options }: NodeOf<'AlterSubscriptionStmt'>,
): void => {
  if (quiet.has(kind)) return;
  if (kind === 'ALTER_SUBSCRIPTION_ENABLED' && switchedOff(options, 'enabled')) return;
  opaque(r, `subscription ${subname ?? ''}`, 0);
};

/** Which foreign tables it makes only the other server says, unless LIMIT TO names them: those are given back. */
export const imports = (r: Resolver, stmt: NodeOf<'ImportForeignSchemaStmt'>): ObjectName[] => {
  opaque(r, `foreign schema ${stmt.remote_schema ?? ''}`, 0);
  if (stmt.list_type !== 'FDW_IMPORT_SCHEMA_LIMIT_TO') return [];
  return (stmt.table_list ?? []).map((node) => ({
    schema: stmt.local_schema ?? '',
    name: as(node, 'RangeVar')?.relname ?? '',
  }));
};

const empty: ReadonlySet<string> = new Set(['template0', 'template1', '']);

/** All of another database is copied. */
export const copiesDatabase = (r: Resolver, { options }: NodeOf<'CreatedbStmt'>): void => {
  for (const node of options ?? []) {
    const option = as(node, 'DefElem');
    if (option?.defname !== 'template') continue;
    const name = text(option.arg) || (texts(as(option.arg, 'TypeName')?.names).at(-1) ?? '');
    if (!empty.has(name)) opaque(r, `database ${name}`, 0);
  }
};
