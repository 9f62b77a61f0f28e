import type { Attack } from './attack.js';
import type { Ground } from './bed.js';
import { type Bed, beds } from './policy.js';
import { search, searchText } from './search.js';
import { type Place, runSteps, Session } from './session.js';
import { onlyReads, stepsOf } from './steps.js';
import type { Frame } from '../wire/peer.js';

export interface AttackResult {
  readonly attack: Attack;
  /** found without governance; none: the attack itself is broken */
  readonly direct: readonly string[];
  /** by policy, found through Postern */
  readonly governed: ReadonlyMap<Bed, readonly string[]>;
  readonly trouble: readonly string[];
  /** in short, what came through Postern */
  readonly heard: readonly string[];
}

interface Found {
  readonly planted: readonly string[];
  readonly trouble: string | undefined;
  readonly heard: readonly string[];
}

/** What runs attacks and honest work: databases to do it in. */
export class Range {
  private readonly ground: Ground;
  private readonly shared = new Map<string, Promise<string>>();

  constructor(ground: Ground) {
    this.ground = ground;
  }

  /** A copy for one piece of work, or the one that all who only read share. */
  async within<T>(
    where: 'direct' | Bed,
    alone: boolean,
    work: (port: number, database: string) => Promise<T>,
  ): Promise<T> {
    const port = this.ground.portOf(where);
    if (!alone) {
      const key = where;
      const database = this.shared.get(key) ?? this.ground.fresh();
      this.shared.set(key, database);
      return work(port, await database);
    }
    const database = await this.ground.fresh();
    try {
      return await work(port, database);
    } finally {
      await this.ground.remove(database);
    }
  }

  /** Runs SQL as somebody else who stays until `end`. */
  async others(database: string): Promise<{
    readonly run: (sql: string) => Promise<void>;
    readonly end: () => Promise<void>;
  }> {
    const clients: Awaited<ReturnType<Ground['connect']>>[] = [];
    return {
      run: async (sql) => {
        const client = await this.ground.connect(database);
        clients.push(client);
        await client.query(sql);
      },
      end: async () => {
        await Promise.all(clients.map((client) => client.end()));
      },
    };
  }

  async attack(attack: Attack): Promise<AttackResult> {
    const direct = await this.found(attack, 'direct');
    const governed = new Map<Bed, readonly string[]>();
    const trouble = direct.trouble === undefined ? [] : [`directly: ${direct.trouble}`];
    const heard: string[] = [];
    for (const bed of beds) {
      const found = await this.found(attack, bed);
      governed.set(bed, found.planted);
      if (found.trouble !== undefined) trouble.push(`${bed}: ${found.trouble}`);
      heard.push(`${bed}:`, ...found.heard);
    }
    return {
      attack,
      direct: direct.planted,
      governed,
      trouble,
      heard: [...direct.heard, ...heard],
    };
  }

  private found(attack: Attack, where: 'direct' | Bed): Promise<Found> {
    const alone = attack.kind === 'asked' ? attack.alone : !onlyReads(attack.steps);
    return this.within(where, alone, async (port, database) => {
      const place: Place = { port, database, role: attack.role, settings: attack.settings };
      const others = await this.others(database);
      try {
        if (attack.kind === 'asked') return await asked(attack, place, others.run);
        const ran = await runSteps(attack.steps, place, others.run);
        return {
          planted: search(ran.bytes),
          trouble: ran.stuck,
          heard: ran.heard.flat().map(({ short }) => short.slice(0, 200)),
        };
      } finally {
        await others.end();
      }
    });
  }
}

const asked = async (
  attack: Extract<Attack, { kind: 'asked' }>,
  place: Place,
  outside: (sql: string) => Promise<void>,
): Promise<Found> => {
  const sessions = new Map<string, Session>();
  let last: readonly Frame[] = [];
  try {
    const texts = await attack.ask(async (steps) => {
      const heard: Frame[] = [];
      for (const step of stepsOf(steps)) {
        if (step.kind === 'outside') await outside(step.sql);
        else if (step.kind !== 'pause') {
          const session = sessions.get(step.on) ?? (await Session.open(place));
          sessions.set(step.on, session);
          heard.push(...(await session.say(step)));
        }
      }
      last = heard;
      return heard;
    });
    return {
      planted: searchText(texts),
      trouble: undefined,
      heard: [`put together: ${texts.join(', ')}`, ...last.map(({ short }) => short)],
    };
  } catch (thrown) {
    const trouble = thrown instanceof Error ? thrown.message : String(thrown);
    return { planted: [], trouble, heard: [] };
  } finally {
    await Promise.all([...sessions.values()].map((session) => session.close()));
  }
};
