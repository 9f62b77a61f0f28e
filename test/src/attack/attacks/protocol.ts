import { int32, packet } from '../../wire/peer.js';
import { message, say } from '../../wire/raw-client.js';
import { attacks } from '../attack.js';
import { bind, query, raw } from '../steps.js';

const mails = 'SELECT email FROM app.people';
const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

/** FunctionCall of a function by its OID, arguments as text, result as text. */
const call = (oid: number, ...args: readonly string[]): Buffer =>
  message(
    ...(['F', oid, short(0), short(args.length)] as const),
    ...args.map((arg) => Buffer.concat([int32(Buffer.byteLength(arg)), Buffer.from(arg)])),
    short(0),
  );

/** OIDs of pg_proc.dat, the same in all versions. */
const oids = {
  queryToXml: 2924,
  tableToXml: 2923,
  schemaToXml: 2933,
};

/** The protocol itself: order, pieces and kinds of messages. */
export const protocol = attacks('protocol', {
  'two queries in one write': raw([say.query('SELECT 1'), say.query(mails)], 2),
  'a batch without Sync, then a query': raw(
    [say.parse('SELECT 1'), bind([]), say.execute(), say.query(mails)],
    1,
  ),
  'Flush instead of Sync': raw([
    say.parse(mails),
    bind([]),
    say.execute(),
    say.flush(),
    say.sync(),
  ]),
  'a portal in pieces': raw([
    say.parse(mails),
    bind([]),
    say.execute('', 1),
    say.execute('', 1),
    say.execute('', 0),
    say.sync(),
  ]),
  'two portals': raw([
    ...[say.parse(mails, 'm'), say.parse('SELECT 1', 'n')],
    ...[
      bind([], false, 'n', 'p'),
      bind([], false, 'm', 'q'),
      say.execute('p'),
      say.execute('q'),
      say.sync(),
    ],
  ]),
  'one portal of the name of another, closed': raw([
    ...[say.parse('SELECT 1', 'n'), bind([], false, 'n', 'p'), say.close('P', 'p')],
    ...[say.parse(mails, 'm'), bind([], false, 'm', 'p'), say.execute('p'), say.sync()],
  ]),
  'Parse, Parse, Bind': raw([
    say.parse('SELECT 1'),
    say.parse(mails),
    bind([]),
    say.execute(),
    say.sync(),
  ]),
  'an error, skipped messages, and on': raw(
    [
      say.parse('SELEC'),
      say.parse('SELECT 1'),
      bind([]),
      say.sync(),
      say.parse(mails),
      bind([]),
      say.execute(),
      say.sync(),
    ],
    2,
  ),
  'in a block of pipelined batches': raw(
    [
      ...[say.parse('BEGIN'), bind([]), say.execute()],
      ...[say.parse(mails), bind([]), say.execute()],
      ...[say.parse('COMMIT'), bind([]), say.execute(), say.sync()],
    ],
    1,
  ),
  'a query within a batch': raw(
    [say.parse(mails, 'm'), say.query('SELECT 1'), bind([], false, 'm'), say.execute(), say.sync()],
    2,
  ),
  'FETCH of a portal': raw(
    [
      say.query('BEGIN'),
      say.parse(mails),
      bind([], false, '', 'p'),
      say.query('FETCH ALL FROM p'),
      say.sync(),
    ],
    3,
  ),
  'Execute of a cursor': raw(
    [say.query('BEGIN'), say.query(`DECLARE c CURSOR FOR ${mails}`), say.execute('c'), say.sync()],
    3,
  ),
  'Describe of both': raw([
    say.parse(mails, 'm'),
    say.describe('S', 'm'),
    bind([], true, 'm', 'p'),
    say.describe('P', 'p'),
    say.execute('p'),
    say.sync(),
  ]),
  'declared parameter types': raw([
    message('P', '', 'SELECT email FROM app.people WHERE id = $1', short(1), int32(23)),
    bind(['1']),
    say.execute(),
    say.sync(),
  ]),
  'a parameter of an own type': raw([
    message('P', '', 'SELECT $1::text || email FROM app.people', short(1), int32(705)),
    bind(['x']),
    say.execute(),
    say.sync(),
  ]),
  'CopyData that nobody asked for': raw([say.copyData(mails), say.copyDone(), say.query(mails)], 1),
  'COPY out within a batch': raw([
    say.parse('COPY app.people TO STDOUT'),
    bind([]),
    say.execute(),
    say.sync(),
  ]),
  'COPY out, then on at once': raw(
    [say.query('COPY app.people (email) TO STDOUT'), say.query(mails)],
    2,
  ),
  'COPY in, its data in the same write': raw(
    [
      say.query('COPY scratch.box FROM STDIN'),
      say.copyData('1\tx\n'),
      say.copyDone(),
      say.query(mails),
    ],
    2,
  ),
  'COPY in that fails, then on': raw(
    [say.query('COPY scratch.box FROM STDIN'), say.copyFail('no'), say.query(mails)],
    2,
  ),
  'FunctionCall of query_to_xml': {
    role: 'chief',
    steps: [raw([call(oids.queryToXml, mails, 't', 't', '')]), raw([say.sync()])],
  },
  'FunctionCall of table_to_xml': {
    role: 'chief',
    steps: [raw([call(oids.tableToXml, 'app.people', 't', 't', '')])],
  },
  'FunctionCall of schema_to_xml': {
    role: 'chief',
    steps: [raw([call(oids.schemaToXml, 'app', 't', 't', '')])],
  },
  'FunctionCall by a worker': raw([call(oids.queryToXml, 'TABLE app.people', 't', 't', '')]),
  'FunctionCall in a block': [
    'BEGIN',
    raw([call(oids.queryToXml, 'TABLE app.people', 't', 't', '')]),
    'COMMIT',
  ],
  'FunctionCall behind a Query': raw(
    [say.query('SELECT 1'), call(oids.queryToXml, 'TABLE app.people', 't', 't', '')],
    2,
  ),
  'an empty query, then': raw([say.query(''), say.query(mails)], 2),
  'a long name of a statement': raw([
    say.parse(mails, 'n'.repeat(5000)),
    bind([], false, 'n'.repeat(5000)),
    say.execute(),
    say.sync(),
  ]),
  'a long statement': query(
    `${mails} WHERE id IN (${Array.from({ length: 5000 }, (_, i) => i).join()})`,
  ),
  'a deep statement': query(`SELECT ${'('.repeat(200)}email${')'.repeat(200)} FROM app.people`),
  'a wide statement': query(
    `SELECT ${Array.from({ length: 400 }, () => 'email').join()} FROM app.people`,
  ),
  'a message of an unknown type': raw([say.query(mails), message('!', Buffer.from('x'))], 1),
  application_name: {
    settings: { application_name: 'x' },
    steps: ["SELECT set_config('application_name', email, false) FROM app.people"],
  },
  'a second start-up': [
    raw([packet(int32(196_608), Buffer.from('user\0chief\0\0'))], 0),
    mails,
    query(mails, 'b'),
  ],
  'many sessions': [query(mails, 'b'), query(mails, 'c'), query(mails, 'd'), mails],
});
