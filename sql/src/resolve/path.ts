import type { Catalogue, Relation, Routine, Type } from '../catalogue/catalogue.js';
import type { ObjectName } from '../names.js';
import type { SessionSettings } from './settings.js';

export const isSystemSchema = (schema: string): boolean =>
  schema === 'pg_catalog' || schema === 'information_schema' || schema === 'pg_toast';

/** Where unqualified names are looked for, in order, as PostgreSQL's namespace.c does. */
export interface NamePath {
  /** for relations and types: the temporary schema comes first unless named elsewhere */
  readonly relations: readonly string[];
  /** for functions and operators: never the temporary schema */
  readonly routines: readonly string[];
  readonly temporary: string | undefined;
}

export const namePath = (catalogue: Catalogue, settings: SessionSettings): NamePath => {
  const temporary = settings.temporarySchema;
  const user = settings.role === 'none' || settings.role === '' ? settings.user : settings.role;
  const written: string[] = [];
  for (const entry of settings.searchPath) {
    const schema = entry === '$user' ? user : entry === 'pg_temp' ? temporary : entry;
    if (schema !== undefined && catalogue.hasSchema(schema) && !written.includes(schema))
      written.push(schema);
  }
  const implied = written.includes('pg_catalog') ? written : ['pg_catalog', ...written];
  return {
    relations:
      temporary === undefined || implied.includes(temporary) ? implied : [temporary, ...implied],
    routines: implied.filter((schema) => schema !== temporary),
    temporary,
  };
};

const realSchema = (path: NamePath, schema: string): string =>
  schema === 'pg_temp' ? (path.temporary ?? schema) : schema;

export const findRelation = (
  catalogue: Catalogue,
  path: NamePath,
  schema: string | undefined,
  name: string,
): Relation | undefined => {
  if (schema !== undefined) return catalogue.relation(realSchema(path, schema), name);
  for (const one of path.relations) {
    const relation = catalogue.relation(one, name);
    if (relation) return relation;
  }
  return undefined;
};

/** Every routine a call may mean: overloads of all schemas of the path compete. */
export const findRoutines = (
  catalogue: Catalogue,
  path: NamePath,
  schema: string | undefined,
  name: string,
): readonly Routine[] => {
  const schemas = schema === undefined ? path.routines : [realSchema(path, schema)];
  return schemas.flatMap((one) => catalogue.routine(one, name) ?? []);
};

export const findType = (
  catalogue: Catalogue,
  path: NamePath,
  schema: string | undefined,
  name: string,
): Type | undefined => {
  if (schema !== undefined) return catalogue.type(realSchema(path, schema), name);
  for (const one of path.relations) {
    const type = catalogue.type(one, name);
    if (type) return type;
  }
  return undefined;
};

/** The name under which policies know an object: the session's own temporary schema is `pg_temp`. */
export const publicName = (path: NamePath, name: ObjectName): ObjectName => ({
  schema: name.schema === path.temporary ? 'pg_temp' : name.schema,
  name: name.name,
});
