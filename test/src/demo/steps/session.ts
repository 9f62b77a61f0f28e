import { trainer } from '../../harness/shop.js';
import { findConsole } from '../console.js';
import type { World } from '../world.js';

const statements = [
  'SELECT full_name, left(email, 16) AS email, birth_date, city FROM customers ORDER BY id LIMIT 3',
  'DROP TABLE orders',
  'DELETE FROM customers',
  'SELECT * FROM events',
  'SELECT count(*) AS orders FROM orders',
] as const;

/** A person with the same login tries what cannot be undone; the session outlives every refusal. */
export const asksAtTheConsole = async (world: World): Promise<void> => {
  const { tell, expect, postern, server, rows } = world;
  tell.heading('A person at psql, with the same login');
  const console = await findConsole();
  if (console.kind === 'psql') {
    tell.command(`psql ${postern.governed} -U ${trainer.user}`);
  } else {
    tell.say('psql is not installed (Debian: apt install postgresql-client), so a driver asks:');
  }
  const said = await console.run(postern.governed, trainer, statements);
  tell.shown(said);
  const about = answers(said);
  const log = postern.said();
  expect(
    'names are redacted, e-mail addresses hashed, birthdays cut to the year',
    !about[0].includes('@') && /\d{4}-01-01|^ERROR/m.test(about[0]) && !about[0].includes('ERROR'),
    about[0] + log,
  );
  const refused = (text: string, rule: string): boolean =>
    text.includes('42501') && text.includes('ml/guardrails') && text.includes(rule);
  expect('the DROP is refused, with policy and rule', refused(about[1], 'no-drop'), about[1]);
  expect(
    'the unfiltered DELETE is refused, with policy and rule',
    refused(about[2], 'no-unfiltered-writes'),
    about[2],
  );
  expect(
    'the export of all events is cut at 5,000 rows',
    about[3].includes('ERROR') && about[3].includes('training-reads') && about[3].includes('5000'),
    about[3],
  );
  const orders = String(rows['orders']);
  expect('the session goes on', about[4].includes(orders), about[4]);
  const [left] = await server.sql(
    'SELECT (SELECT count(*)::int FROM customers) AS customers, (SELECT count(*)::int FROM orders) AS orders',
    'shop',
  );
  expect(
    'and in the database nothing is missing',
    left?.['customers'] === rows['customers'] && left?.['orders'] === rows['orders'],
  );
};

/** What was printed after each statement's echo. */
const answers = (said: string): readonly [string, string, string, string, string] => {
  const starts = statements.map((statement) => said.indexOf(`${statement};`));
  const part = (n: number): string => said.slice(starts[n], starts[n + 1] ?? said.length);
  return [part(0), part(1), part(2), part(3), part(4)];
};
