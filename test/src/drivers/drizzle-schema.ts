/** The drivers' tables as Drizzle describes them, and two that its program makes. */
import { relations } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  inet,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

export const items = pgTable('items', {
  id: integer().primaryKey(),
  name: text().notNull(),
  price: numeric({ precision: 10, scale: 2 }),
  tags: text().array(),
  doc: jsonb().$type<Readonly<Record<string, unknown>>>(),
  at: timestamp({ withTimezone: true }),
});

export const people = pgTable('people', {
  id: integer().primaryKey(),
  name: text().notNull(),
  email: text().notNull(),
});

export const status = pgEnum('drizzle_status', ['open', 'paid']);

export const orders = pgTable(
  'drizzle_orders',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    person: integer()
      .notNull()
      .references(() => people.id),
    status: status().notNull().default('open'),
    total: bigint({ mode: 'bigint' }),
    from: inet(),
    mark: uuid(),
    gift: boolean().notNull().default(false),
  },
  (table) => [index('drizzle_orders_person').on(table.person)],
);

export const lines = pgTable(
  'drizzle_lines',
  {
    order: integer()
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    item: integer()
      .notNull()
      .references(() => items.id),
    count: integer().notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.order, table.item] }),
    uniqueIndex('drizzle_lines_item').on(table.item, table.order),
  ],
);

/** As a migration would make them. */
export const migration = [
  `CREATE TYPE drizzle_status AS ENUM ('open', 'paid')`,
  `CREATE TABLE drizzle_orders (
     id bigserial PRIMARY KEY, person integer NOT NULL REFERENCES people,
     status drizzle_status NOT NULL DEFAULT 'open', total bigint, "from" inet, mark uuid,
     gift boolean NOT NULL DEFAULT false)`,
  `CREATE INDEX drizzle_orders_person ON drizzle_orders (person)`,
  `CREATE TABLE drizzle_lines (
     "order" integer NOT NULL REFERENCES drizzle_orders ON DELETE CASCADE,
     item integer NOT NULL REFERENCES items, count integer NOT NULL DEFAULT 1,
     PRIMARY KEY ("order", item))`,
  `CREATE UNIQUE INDEX drizzle_lines_item ON drizzle_lines (item, "order")`,
];

export const itemRelations = relations(items, ({ many, one }) => ({
  lines: many(lines),
  person: one(people, { fields: [items.id], references: [people.id] }),
}));
export const peopleRelations = relations(people, ({ many }) => ({
  orders: many(orders),
  items: many(items),
}));
export const orderRelations = relations(orders, ({ many, one }) => ({
  person: one(people, { fields: [orders.person], references: [people.id] }),
  lines: many(lines),
}));
export const lineRelations = relations(lines, ({ one }) => ({
  order: one(orders, { fields: [lines.order], references: [orders.id] }),
  item: one(items, { fields: [lines.item], references: [items.id] }),
}));
