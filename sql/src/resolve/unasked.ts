import { formatName } from '../names.js';
import { isSystemSchema, publicName } from './path.js';
import { callsFunction, opaque, type Resolver } from './resolver.js';
import { isPlainFunction } from '../reach/functions.js';

/**
 * Notes a function that runs because of the schema, not because the statement calls it. Its body counts; who may execute
 * it is no question of the statement.
 *
 * @param function OID
 * @param where    what calls it: `a default of public.orders`
 */
export const runsUnasked = (
  r: Resolver,
  { function: called, where }: { readonly function: number; readonly where: string },
  location: number,
): void => {
  const callee = r.catalogue.routineByOid(called);
  if (!callee) return;
  const { routine, overload } = callee;
  const name = publicName(r.path, routine);
  r.calls.set(formatName(name), name);
  if (isPlainFunction(r.catalogue, routine, overload)) return;
  if (isSystemSchema(routine.schema)) {
    opaque(r, `side door ${routine.name}`, location);
    return;
  }
  callsFunction(r, name);
  if (overload.volatility === 'v') r.volatile = true;
  if (r.lookInto.ofFunction(r, routine, overload, [], location) === undefined)
    opaque(r, `function ${formatName(name)} in ${where}`, location);
};
