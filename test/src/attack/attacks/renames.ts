import { attacks, type Written } from '../attack.js';
import { message } from '../../wire/raw-client.js';
import { int32 } from '../../wire/peer.js';
import { bind, extended, outside, pause, raw } from '../steps.js';

/** DDL from elsewhere is noticed within seconds, docs/adr/0009-reading-what-has-changed.md. */
const noticed = 2_600;

const byKeeper = (...steps: readonly string[]): Written => ({ role: 'keeper', steps });

/** Tables and columns that go by another name, by the session's own doing or by somebody else's. */
export const renames = attacks('renames', {
  'the table': byKeeper('ALTER TABLE app.people RENAME TO folk', 'SELECT email FROM app.folk'),
  'the column': byKeeper(
    'ALTER TABLE app.people RENAME email TO post',
    'SELECT post FROM app.people',
  ),
  'the schema': {
    role: 'chief',
    steps: ['ALTER SCHEMA app RENAME TO app2', 'SELECT email FROM app2.people'],
  },
  'another schema': byKeeper(
    'ALTER TABLE app.people SET SCHEMA scratch',
    'SELECT email FROM scratch.people',
  ),
  'two columns, exchanged': byKeeper(
    'ALTER TABLE app.people RENAME email TO x',
    'ALTER TABLE app.people RENAME note TO email',
    'ALTER TABLE app.people RENAME x TO note',
    'SELECT note FROM app.people',
  ),
  'two tables, exchanged': byKeeper(
    'ALTER TABLE app.contacts RENAME TO x',
    'CREATE TABLE app.contacts (id int, handle text, memo text)',
    'SELECT handle FROM app.x',
  ),
  'in a transaction': byKeeper(
    'BEGIN',
    'ALTER TABLE app.people RENAME TO folk',
    'SELECT email FROM app.folk',
    'ROLLBACK',
  ),
  'in one message': byKeeper('ALTER TABLE app.people RENAME TO folk; SELECT email FROM app.folk'),
  'undone and done again': byKeeper(
    'BEGIN',
    'ALTER TABLE app.people RENAME TO folk',
    'ROLLBACK',
    'ALTER TABLE app.people RENAME TO crowd',
    'SELECT email FROM app.crowd',
  ),
  'the view': byKeeper('ALTER VIEW app.people_view RENAME TO v2', 'SELECT email FROM app.v2'),
  'the column of the view': byKeeper(
    'ALTER VIEW app.people_view RENAME email TO post',
    'SELECT post FROM app.people_view',
  ),
  'the materialised view': byKeeper(
    'ALTER MATERIALIZED VIEW app.people_kept RENAME TO kept2',
    'SELECT email FROM app.kept2',
  ),
  'a partition': byKeeper(
    'ALTER TABLE app.segments_a RENAME TO loose',
    'SELECT code FROM app.loose',
  ),
  'a column of the parent': byKeeper(
    'ALTER TABLE app.contacts RENAME handle TO h',
    'SELECT h FROM app.vip_contacts',
  ),
  'a new type': byKeeper(
    'ALTER TABLE app.people ALTER national_id TYPE text',
    'SELECT national_id FROM app.people',
  ),
  'a new type by an expression': byKeeper(
    'ALTER TABLE app.people ALTER national_id TYPE text USING reverse(national_id)',
    'SELECT national_id FROM app.people',
  ),
  "another column's new type": byKeeper(
    'ALTER TABLE app.people ALTER note TYPE text USING email',
    'SELECT note FROM app.people',
  ),
  'a new column with the old values': byKeeper(
    'ALTER TABLE app.people ADD copy text',
    'UPDATE app.people SET copy = email',
    'SELECT copy FROM app.people',
  ),
  'a column that falls, another of its name': byKeeper(
    'ALTER TABLE app.people ADD copy text',
    'UPDATE app.people SET copy = national_id',
    'ALTER TABLE app.people DROP national_id CASCADE',
    'ALTER TABLE app.people RENAME copy TO fresh',
    'SELECT fresh FROM app.people',
  ),
  'the filtered table': byKeeper(
    'ALTER TABLE app.regional RENAME TO r2',
    'SELECT body FROM app.r2',
  ),
  'the column of the filter': byKeeper(
    'ALTER TABLE app.regional RENAME region TO r',
    "ALTER TABLE app.regional ADD region text DEFAULT 'eu'",
    'SELECT body FROM app.regional',
  ),
  'CREATE TABLE LIKE and INSERT': byKeeper(
    'CREATE TABLE app.p2 (LIKE app.people INCLUDING ALL)',
    'INSERT INTO app.p2 (id, name, email) SELECT id, name, email FROM app.people',
    'SELECT email FROM app.p2',
  ),
  'a type cast that fails': byKeeper(
    'ALTER TABLE app.people ALTER email_lower DROP EXPRESSION',
    'ALTER TABLE app.people ALTER email_lower TYPE int USING email_lower::int',
  ),
  'somebody else renames the table': [
    'SELECT 1 FROM app.people',
    outside('ALTER TABLE app.people RENAME TO folk'),
    pause(noticed),
    'SELECT email FROM app.folk',
  ],
  'somebody else renames the column': [
    'SELECT 1 FROM app.people',
    outside('ALTER TABLE app.people RENAME email TO post'),
    pause(noticed),
    'SELECT post FROM app.people',
  ],
  'somebody else renames the column, all columns': [
    'SELECT 1 FROM app.people',
    outside('ALTER TABLE app.people RENAME email TO post'),
    'SELECT * FROM app.people',
    pause(noticed),
    'SELECT * FROM app.people',
  ],
  'somebody else exchanges two tables': [
    'SELECT 1 FROM app.contacts',
    outside(
      'ALTER TABLE app.contacts RENAME TO x; ALTER TABLE scratch.notes SET SCHEMA app; ALTER TABLE app.notes RENAME TO contacts; GRANT SELECT ON app.x TO worker',
    ),
    pause(noticed),
    'SELECT handle FROM app.x',
  ],
  'somebody else moves it': [
    'SELECT 1 FROM app.contacts',
    outside('ALTER TABLE app.contacts SET SCHEMA scratch'),
    pause(noticed),
    'SELECT handle FROM scratch.contacts',
  ],
  'somebody else makes it a view': [
    'SELECT 1 FROM app.contacts',
    outside(
      'ALTER TABLE app.contacts RENAME TO base; CREATE VIEW app.contacts AS SELECT id, handle AS h, memo FROM app.base; GRANT SELECT ON app.contacts TO worker',
    ),
    pause(noticed),
    'SELECT h FROM app.contacts',
  ],
  'somebody else replaces a view': replacedView(),
  'somebody else replaces a view, within a transaction': replacedView('BEGIN', 'SELECT 1'),
  'somebody else replaces a function': replacedFunction(),
  'somebody else renames the column, within a transaction': [
    'SELECT note FROM app.people',
    'BEGIN',
    'SELECT 1',
    outside('ALTER TABLE app.people RENAME note TO x; ALTER TABLE app.people RENAME email TO note'),
    pause(noticed),
    'SELECT note FROM app.people',
  ],
  'somebody else renames the table, in one batch': [
    'SELECT handle FROM app.contacts',
    raw(
      [
        message('P', '', 'SELECT 1', Buffer.from([0, 0])),
        bind([]),
        message('E', '', int32(0)),
        message('H'),
      ],
      0,
    ),
    outside(
      'ALTER TABLE app.products RENAME TO p2; ALTER TABLE app.contacts RENAME TO products; GRANT SELECT ON app.products TO worker',
    ),
    pause(noticed),
    extended('SELECT handle FROM app.products'),
  ],
  'somebody else adds a copy of the column': [
    'SELECT 1 FROM app.people',
    outside('ALTER TABLE app.people ADD shout text GENERATED ALWAYS AS (upper(email)) STORED'),
    'SELECT * FROM app.people',
    pause(noticed),
    'SELECT shout FROM app.people',
  ],
});

function replacedView(...before: readonly string[]): Written {
  return [
    outside(
      'CREATE VIEW app.v AS SELECT id, sku AS code FROM app.products; GRANT SELECT ON app.v TO worker',
    ),
    pause(noticed),
    'SELECT code FROM app.v',
    ...before,
    outside('CREATE OR REPLACE VIEW app.v AS SELECT id, email AS code FROM app.people'),
    pause(noticed),
    'SELECT code FROM app.v',
  ];
}

function replacedFunction(...before: readonly string[]): Written {
  return [
    outside("CREATE FUNCTION app.f() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''x''::text'"),
    pause(noticed),
    'SELECT app.f()',
    ...before,
    outside(
      "CREATE OR REPLACE FUNCTION app.f() RETURNS text LANGUAGE sql STABLE AS 'SELECT max(email) FROM app.people'",
    ),
    pause(noticed),
    'SELECT app.f()',
  ];
}
