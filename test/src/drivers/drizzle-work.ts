import { and, asc, avg, count, desc, eq, gt, ilike, inArray, lt, sql, sum } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Transcript } from './driver.js';
import { failure, type Database } from './drizzle-database.js';
import { items, lines, migration, orders, people } from './drizzle-schema.js';

type Steps = Record<string, unknown>;

export const work = async (db: Database): Promise<Transcript> => {
  const steps: Steps = {};
  for (const statement of migration) await db.execute(sql.raw(statement));
  await changes(db, steps);
  await reads(db, steps);
  await relational(db, steps);
  await prepared(db, steps);
  await transactions(db, steps);
  return steps;
};

const changes = async (db: Database, steps: Steps): Promise<void> => {
  steps['inserted'] = await db
    .insert(orders)
    .values([
      { person: 1, from: '10.0.0.1', mark: '00000000-0000-0000-0000-000000000005' },
      { person: 1, status: 'paid', gift: true },
      { person: 2 },
    ])
    .returning();
  // JSON carries no bigint
  await db
    .update(orders)
    .set({ total: 2n ** 60n })
    .where(eq(orders.id, 1));
  steps['inserted, some columns'] = await db
    .insert(lines)
    .values(Array.from({ length: 30 }, (_, i) => ({ order: (i % 3) + 1, item: i + 1, count: i })))
    .returning({ order: lines.order, item: lines.item });
  const row = { id: 7, name: 'upserted', price: '1.50', tags: ['a', 'b,"c"'], doc: { n: [1] } };
  steps['upserted'] = await db
    .insert(items)
    .values([row, { ...row, id: 7001, at: new Date(Date.UTC(2024, 1, 29)) }])
    .onConflictDoUpdate({
      target: items.id,
      set: { name: sql`excluded.name || ' ' || ${items.name}`, price: sql`${items.price} + 1` },
      setWhere: lt(items.id, 100),
    })
    .returning();
  steps['not inserted'] = await db.insert(items).values(row).onConflictDoNothing().returning();
  steps['updated'] = await db
    .update(items)
    .set({ tags: sql`array_append(${items.tags}, 'new')`, doc: { a: null } })
    .where(and(gt(items.id, 10), lt(items.id, 13)))
    .returning({ id: items.id, tags: items.tags, doc: items.doc });
  steps['updated from'] = await db
    .update(orders)
    .set({ status: 'paid' })
    .from(people)
    .where(and(eq(orders.person, people.id), eq(people.name, 'Person 2')))
    .returning({ id: orders.id, name: people.name });
  steps['deleted'] = await db.delete(items).where(eq(items.id, 7001)).returning({ id: items.id });
};

const reads = async (db: Database, steps: Steps): Promise<void> => {
  steps['selected'] = await db
    .select()
    .from(items)
    .where(inArray(items.id, [3, 7, 11]))
    .orderBy(desc(items.id));
  steps['joined'] = await db
    .select({ person: people.name, items: count(lines.item), total: sum(items.price) })
    .from(people)
    .leftJoin(orders, eq(orders.person, people.id))
    .leftJoin(lines, eq(lines.order, orders.id))
    .leftJoin(items, eq(items.id, lines.item))
    .groupBy(people.id)
    .having(gt(count(lines.item), 0))
    .orderBy(asc(people.id));
  const other = alias(people, 'other');
  steps['joined with itself'] = await db
    .select({ a: people.name, b: other.name })
    .from(people)
    .innerJoin(other, eq(other.id, sql`${people.id} + 10`))
    .where(ilike(other.name, '%1%'))
    .limit(4)
    .offset(1)
    .orderBy(people.id);
  const dear = db.$with('dear').as(db.select().from(items).where(gt(items.price, '1240')));
  steps['with'] = await db.with(dear).select({ id: dear.id, price: dear.price }).from(dear);
  const inner = db
    .select({ order: lines.order, many: count().as('many') })
    .from(lines)
    .groupBy(lines.order)
    .as('inner_lines');
  steps['subquery'] = await db
    .select({ most: sql<number>`max(${inner.many})::int`, mean: avg(inner.many) })
    .from(inner);
  steps['json'] = await db
    .select({
      order: orders.id,
      lines: sql<unknown>`json_agg(json_build_object('item', ${lines.item}, 'n', ${lines.count}) ORDER BY ${lines.item})`,
      byItem: sql<unknown>`jsonb_object_agg(${lines.item}, ${lines.count})`,
    })
    .from(orders)
    .innerJoin(lines, eq(lines.order, orders.id))
    .groupBy(orders.id)
    .orderBy(orders.id);
  steps['for update'] = await db.transaction((tx) =>
    tx
      .select({ id: items.id })
      .from(items)
      .where(eq(items.id, 5))
      .for('update', { skipLocked: true }),
  );
};

const relational = async (db: Database, steps: Steps): Promise<void> => {
  steps['related'] = await db.query.people.findMany({
    columns: { email: false },
    where: (table, { lte }) => lte(table.id, 3),
    orderBy: (table) => asc(table.id),
    with: {
      orders: {
        columns: { id: true, status: true },
        orderBy: (table) => desc(table.id),
        with: {
          lines: {
            limit: 3,
            orderBy: (table) => asc(table.item),
            with: { item: { columns: { name: true, price: true, tags: true } } },
          },
        },
      },
    },
  });
  steps['related one'] = await db.query.orders.findFirst({
    columns: { total: false },
    where: eq(orders.id, 1),
    with: { person: true },
    extras: { shout: sql<string>`upper(${orders.status}::text)`.as('shout') },
  });
};

const prepared = async (db: Database, steps: Steps): Promise<void> => {
  const byId = db
    .select()
    .from(items)
    .where(eq(items.id, sql.placeholder('id')))
    .prepare('items_by_id');
  const found: unknown[] = [];
  for (let id = 1; id < 8; id += 1) found.push(await byId.execute({ id }));
  steps['prepared'] = found;
  const related = db.query.people
    .findMany({
      where: lt(people.id, sql.placeholder('below')),
      limit: sql.placeholder('limit'),
      with: { orders: { columns: { id: true } } },
    })
    .prepare('people_related');
  steps['prepared, related'] = [
    await related.execute({ below: 3, limit: 1 }),
    await related.execute({ below: 5, limit: 10 }),
  ];
  // over several sessions of the pool
  const many = await Promise.all(Array.from({ length: 40 }, (_, id) => byId.execute({ id })));
  steps['prepared, at once'] = many.map((rows) => rows.map(({ name }) => name));
};

const transactions = async (db: Database, steps: Steps): Promise<void> => {
  const name = async (): Promise<unknown> =>
    db.select({ name: items.name }).from(items).where(eq(items.id, 20));
  steps['rolled back'] = await failure(() =>
    db.transaction(async (tx) => {
      await tx.update(items).set({ name: 'lost' }).where(eq(items.id, 20));
      tx.rollback();
    }),
  );
  steps['after that'] = await name();
  steps['nested'] = await db.transaction(
    async (tx) => {
      await tx.update(items).set({ name: 'outer' }).where(eq(items.id, 20));
      const inner = await failure(() =>
        tx.transaction(async (nested) => {
          await nested.update(items).set({ name: 'inner' }).where(eq(items.id, 20));
          await nested.insert(items).values({ id: 20, name: 'twice' });
        }),
      );
      const [level] = await tx
        .select({ level: sql`current_setting('transaction_isolation')` })
        .from(items)
        .limit(1);
      return [inner, level];
    },
    { isolationLevel: 'repeatable read', accessMode: 'read write' },
  );
  steps['outer'] = await name();
  steps['read only'] = await failure(() =>
    db.transaction((tx) => tx.delete(lines), { accessMode: 'read only' }),
  );
  steps['no such parent'] = await failure(() => db.insert(orders).values({ person: 999 }));
  steps['no such label'] = await failure(() => db.execute(sql`SELECT ${'odd'}::drizzle_status`));
  steps['still there'] = [
    await db.$count(lines),
    await db.$count(orders, eq(orders.status, 'paid')),
  ];
};
