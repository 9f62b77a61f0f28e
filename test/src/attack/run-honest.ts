import type { Ground } from './bed.js';
import { differenceOf, failed } from './compare.js';
import type { Bed } from './policy.js';
import { type Place, type Ran, runSteps } from './session.js';
import type { Step } from './steps.js';
import type { Range } from './run-attacks.js';
import type { Work } from './work.js';

export interface WorkResult {
  readonly work: Work;
  /** undefined: the same */
  readonly changed: string | undefined;
  /** why it is no honest work: it fails directly */
  readonly broken: string | undefined;
}

/** Who owns the tables is governed by the wide policy, which lets him change them. */
const bedOf = (work: Work): Bed => (work.role === 'worker' ? 'narrow' : 'wide');

/** `{app.people}` in a statement stands for that relation's OID, which clients ask before. */
const withOids = async (
  ground: Ground,
  database: string,
  steps: readonly Step[],
): Promise<readonly Step[]> => {
  const names = steps.flatMap((step) =>
    step.kind === 'query'
      ? [...step.sql.matchAll(/\{((?:function )?(?:app|scratch)\.[^{}]+)\}/g)].map(
          ([, name = '']) => name,
        )
      : [],
  );
  if (names.length === 0) return steps;
  const client = await ground.connect(database);
  const oids = new Map<string, string>();
  try {
    for (const name of names) {
      const type = name.startsWith('function ') ? 'regprocedure' : 'regclass';
      const { rows } = await client.query<{ oid: string }>(`SELECT $1::${type}::oid::text AS oid`, [
        name.replace('function ', ''),
      ]);
      oids.set(name, rows[0]?.oid ?? '0');
    }
  } finally {
    await client.end();
  }
  return steps.map((step) =>
    step.kind === 'query'
      ? {
          ...step,
          sql: [...oids].reduce((sql, [name, oid]) => sql.replaceAll(`{${name}}`, oid), step.sql),
        }
      : step,
  );
};

/** Does it directly and through Postern, in one database if it only reads, otherwise in two of the same content. */
export const doWork = async (range: Range, ground: Ground, work: Work): Promise<WorkResult> => {
  const run = async (where: 'direct' | Bed, database: string): Promise<Ran> => {
    const { role, settings } = work;
    const place: Place = { port: ground.portOf(where), database, role, settings };
    const others = await range.others(database);
    try {
      return await runSteps(await withOids(ground, database, work.steps), place, others.run);
    } finally {
      await others.end();
    }
  };
  const bed = bedOf(work);
  let direct: Ran | undefined;
  let governed: Ran | undefined;
  if (work.reads) {
    await range.within('direct', false, async (_port, database) => {
      direct = await run('direct', database);
      governed = await run(bed, database);
    });
  } else {
    await range.within('direct', true, async (_port, database) => {
      direct = await run('direct', database);
    });
    await range.within(bed, true, async (_port, database) => {
      governed = await run(bed, database);
    });
  }
  if (direct === undefined || governed === undefined) throw new Error('nothing was run');
  return { work, changed: differenceOf(direct, governed, work.masked), broken: failed(direct) };
};
