import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Postgres } from './postgres.js';
import { root } from './root.js';

/** The example the documentation is about; drivers and tests use it too. */
export const shopFolder = join(root, 'examples', 'shop');

/** A login that owns the tables of the shop, as training jobs too often do. */
export const trainer = { user: 'trainer', password: 'a trainer secret' } as const;

/** Makes database `shop` with the example's schema and rows, owned by `trainer`. */
export const loadShop = async (server: Postgres): Promise<void> => {
  await server.sql(`CREATE ROLE ${trainer.user} LOGIN PASSWORD '${trainer.password}'`);
  await server.sql(`CREATE DATABASE shop OWNER ${trainer.user}`);
  for (const file of ['schema.sql', 'data.sql']) {
    await server.sql(await readFile(join(shopFolder, file), 'utf8'), 'shop');
  }
  await server.sql(
    `DO $$ DECLARE t text; BEGIN
       FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
         EXECUTE format('ALTER TABLE public.%I OWNER TO ${trainer.user}', t);
       END LOOP;
     END $$;
     GRANT ALL ON SCHEMA public TO ${trainer.user}`,
    'shop',
  );
};
