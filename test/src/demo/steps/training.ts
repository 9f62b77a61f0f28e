import { join } from 'node:path';
import { run } from '../../harness/program.js';
import { shopFolder, trainer } from '../../harness/shop.js';
import type { World } from '../world.js';

/** A training job reads its features: it sees hashes for e-mail addresses, and its joins still work. */
export const trains = async (world: World): Promise<void> => {
  const { tell, expect, postern } = world;
  tell.heading('A training job reads its features');
  tell.say('It knows nothing of Postern: only its DATABASE_URL points there.');
  const python = await world.python;
  if (python.kind === 'none') tell.say(`(${python.why}: node-postgres instead of psycopg)`);
  const [program, script] =
    python.kind === 'ready'
      ? ([python.python, 'train.py'] as const)
      : ([process.execPath, 'train.mjs'] as const);
  const shown = python.kind === 'ready' ? 'python' : 'node';
  tell.command(`DATABASE_URL=${postern.governed} ${shown} examples/shop/training/${script}`);
  const ran = await run(program, [join(shopFolder, 'training', script)], {
    env: { ...process.env, DATABASE_URL: postern.login(trainer.user, trainer.password) },
  });
  const said = ran.stdout + ran.stderr;
  tell.shown(said);
  expect('the training job ends well', ran.code === 0, said + postern.said());
  expect('no e-mail address reached it: the server itself hashed them', !said.includes('@'));
  const customers = String(world.rows['customers']);
  expect(
    'customers and events still join on the masked e-mail address',
    said.includes(`customers: ${customers}, joined with their web events by e-mail: ${customers}`),
  );
  const auc = Number(/AUC ([0-9.]+)/.exec(said)?.[1]);
  expect('and the model learns as well as it would from raw data', auc > 0.65);
};
