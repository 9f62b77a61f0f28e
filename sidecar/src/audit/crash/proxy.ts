import fs from 'node:fs';
import { openSpool } from '../open.js';
import { completed, sampleSession, sampleStatement } from '../samples.js';

// A proxy that records until it is killed. What it writes to `report` is committed.

const [directory = '', report = ''] = process.argv.slice(2);
const spool = await openSpool({
  directory,
  maxBytes: 256 * 1024 * 1024,
  proxyId: 'crash',
  version: '0',
  segmentBytes: 32 * 1024,
});
const statement = spool.statementRecord(sampleStatement());
const other = spool.statementRecord(sampleStatement('DELETE FROM orders WHERE id = $1'));
const out = fs.openSync(report, 'w');
process.stdout.write('ready\n');

const turn = (): void => {
  const session = spool.openSession(sampleSession);
  let recorded = 0;
  const say = (): void => {
    spool.commit();
    fs.writeSync(out, `${session.id} ${String(recorded)}\n`);
  };
  for (let i = 0; i < 20; i += 1) {
    const intent = session.intent(i % 3 === 0 ? other : statement, 'Refuse');
    recorded += 1;
    say();
    if (i % 7 !== 6) session.outcome(intent, completed);
    if (i % 2 === 0) say();
  }
  if (Math.random() < 0.5) session.end('client-closed');
  setImmediate(turn);
};
turn();
