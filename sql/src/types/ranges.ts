import type { Overload, Type } from '../catalogue/catalogue.js';
import type { ObjectName } from '../names.js';

/** A function that PostgreSQL makes with a range type; it has the name of the type that it makes a value of. */
export const isRangeConstructor = (
  typeByOid: (oid: number) => Type | undefined,
  { schema, name }: ObjectName,
  { language, result }: Pick<Overload, 'language' | 'result'>,
): boolean => {
  const type = typeByOid(result);
  return (
    language === 'internal' &&
    (type?.kind === 'r' || type?.kind === 'm') &&
    type.name === name &&
    type.schema === schema
  );
};
