import type { FuncCall } from '@pgsql/types';
import { as } from '../parse/nodes.js';
import { harmlessSetting } from './harmless-settings.js';
import { opaque, type Resolver } from './resolver.js';

/** `set_config(name, ...)` is a SET; with a name nobody knows beforehand it may be any. */
export const callSettings = (r: Resolver, name: string, call: FuncCall): void => {
  if (name !== 'set_config') return;
  const constant = as(call.args?.[0], 'A_Const')?.sval?.sval?.toLowerCase();
  r.settings.add(constant ?? '*');
  r.volatile = true;
  if (constant === undefined || !harmlessSetting(constant))
    opaque(r, `side door set_config`, call.location);
};
