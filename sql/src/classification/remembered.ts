import type { Catalogue, Column, Relation } from '../catalogue/catalogue.js';
import { withHeirs } from '../catalogue/heirs.js';
import { markedColumns } from '../catalogue/read-relation.js';
import { mentionedColumns } from '../effects/mentioned-columns.js';
import type { ExplicitTags } from './classification.js';

/**
 * Tags that columns had by their names, kept by what does not change with these: the relation's OID and the column's
 * number. Who renames a column, its table or its schema, moves it or takes it from its parent, takes no tag off it. For
 * as long as one list of names holds.
 */
export class RememberedTags {
  readonly #tags = new Map<number, Map<number, Set<string>>>();
  /** the column that each entry of the list named: relation's OID, number */
  readonly #named = new Map<string, readonly [number, number]>();

  /** Is the column that an entry of the list named still there, whatever its name is now? */
  knows(catalogue: Catalogue, entry: string): boolean {
    const [oid, number] = this.#named.get(entry) ?? [];
    const relation = oid === undefined ? undefined : catalogue.relationByOid(oid);
    return relation?.columns.some((column) => column.number === number) ?? false;
  }

  /** Of a column that the list names, and of those that its values are in as well: heirs' and generated ones. */
  note(catalogue: Catalogue, relation: Relation, name: string, entry: ExplicitTags): void {
    const { tags } = entry;
    const named = relation.columns.find((one) => one.name === name);
    if (named) this.#named.set(entry.column, [relation.oid, named.number]);
    for (const heir of withHeirs(catalogue, relation)) {
      const column = heir.columns.find((one) => one.name === name);
      if (column) this.#keep(heir, column, tags);
      for (const one of markedColumns(heir))
        if (one.generated !== undefined && mentionedColumns(heir, one.generated).includes(name))
          this.#keep(heir, one, tags);
    }
  }

  #keep({ oid }: Relation, { number }: Column, tags: readonly string[]): void {
    const columns = this.#tags.get(oid) ?? new Map<number, Set<string>>();
    this.#tags.set(oid, columns);
    const own = columns.get(number) ?? new Set<string>();
    columns.set(number, own);
    for (const tag of tags) own.add(tag);
  }

  /** Those of columns that are there still, under their names of now. */
  *in(catalogue: Catalogue): Iterable<readonly [Relation, Column, Iterable<string>]> {
    for (const [oid, columns] of this.#tags) {
      const relation = catalogue.relationByOid(oid);
      if (!relation) continue;
      for (const column of relation.columns) {
        const tags = columns.get(column.number);
        if (tags) yield [relation, column, tags];
      }
    }
  }
}
