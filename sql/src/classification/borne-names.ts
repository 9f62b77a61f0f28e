import type { Catalogue, Column, Relation } from '../catalogue/catalogue.js';
import { columnsThatChanged } from '../catalogue/read-relation.js';
import { formatName, type ObjectName } from '../names.js';

/** Which names relations and their columns have borne before, by their names of now. */
export interface FormerNames {
  /** of the relation, itself or through its schema */
  ofRelation(relation: ObjectName): readonly ObjectName[];
  /** of the column */
  ofColumn(relation: ObjectName, column: string): readonly string[];
  /** columns that bore this name before and have another one now */
  bearers(relation: ObjectName, name: string): readonly string[];
}

const none: readonly never[] = [];

export const noFormerNames: FormerNames = {
  ofRelation: () => none,
  ofColumn: () => none,
  bearers: () => none,
};

interface Borne {
  /** by their texts */
  readonly names: ReadonlyMap<string, ObjectName>;
  /** by the column's number */
  readonly columns: ReadonlyMap<number, ReadonlySet<string>>;
}

const nothing: Borne = { names: new Map(), columns: new Map() };

/**
 * Names that relations (by OID) and columns (by number) have borne in the readings of one database. Rules that hold
 * something back go on holding it back under its next name.
 */
export class BorneNames {
  #before = new Map<number, Relation>();
  #borne = new Map<number, Borne>();

  /**
   * What is known as of this reading.
   *
   * @param committed what it holds is there for everybody, and is kept for the next one
   */
  read(catalogue: Catalogue, committed: boolean): FormerNames {
    const borne = new Map<number, Borne>();
    const before = new Map<number, Relation>();
    for (const relation of catalogue.data.relations) {
      const { oid } = relation;
      before.set(oid, relation);
      const names = this.#namesOf(relation);
      if (names) borne.set(oid, names);
    }
    if (committed) {
      this.#before = before;
      this.#borne = borne;
    }
    return borne.size === 0 ? noFormerNames : formerNames(catalogue, borne);
  }

  #namesOf(relation: Relation): Borne | undefined {
    const known = this.#borne.get(relation.oid);
    const before = this.#before.get(relation.oid);
    if (!before || before === relation) return known;
    let { names, columns } = known ?? nothing;
    const [was, is] = [formatName(before), formatName(relation)];
    if (was !== is) names = new Map(names).set(was, before);
    const changed = columnsThatChanged(before, relation);
    if (changed) columns = renamed(...changed, columns);
    return names.size === 0 && columns.size === 0 ? undefined : { names, columns };
  }
}

const renamed = (
  before: readonly Column[],
  columns: readonly Column[],
  known: Borne['columns'],
): Borne['columns'] => {
  const found = new Map(known);
  const now = new Map(columns.map(({ number, name }) => [number, name]));
  for (const { number, name } of before)
    if ((now.get(number) ?? name) !== name) found.set(number, new Set(found.get(number)).add(name));
  return found;
};

const formerNames = (catalogue: Catalogue, borne: ReadonlyMap<number, Borne>): FormerNames => {
  const of = ({ schema, name }: ObjectName): readonly [Relation, Borne] | undefined => {
    const relation = catalogue.relation(schema, name);
    const found = relation && borne.get(relation.oid);
    return found && [relation, found];
  };
  return {
    ofRelation: (name) => {
      const [relation, found] = of(name) ?? [];
      if (!relation || !found) return none;
      const now = formatName(relation);
      return [...found.names].flatMap(([text, one]) => (text === now ? [] : [one]));
    },
    ofColumn: (name, column) => {
      const [relation, found] = of(name) ?? [];
      const number = relation?.columns.find((one) => one.name === column)?.number;
      const names = number === undefined ? undefined : found?.columns.get(number);
      return [...(names ?? none)].filter((one) => one !== column);
    },
    bearers: (name, column) => {
      const [relation, found] = of(name) ?? [];
      return (relation?.columns ?? none).flatMap((one) =>
        one.name !== column && found?.columns.get(one.number)?.has(column) ? [one.name] : [],
      );
    },
  };
};
