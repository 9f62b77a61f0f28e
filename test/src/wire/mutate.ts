/** A seeded random source: the same seed gives the same run. Mulberry32. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** 0 to below `limit`, whole */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }
}

type Mutation = (packets: Buffer[], random: Random) => void;

const at = (packets: readonly Buffer[], random: Random): number => random.below(packets.length);

/** Lengths that parsers trip over. */
const lengths = [0, 1, 3, 4, 5, 0x7fff_ffff, -1, -4, 0x0100_0000, 10_001] as const;

const mutations: readonly [Mutation, ...Mutation[]] = [
  // a byte is another
  (packets, random) => {
    const packet = Buffer.from(packets[at(packets, random)] ?? []);
    if (packet.length === 0) return;
    packet[random.below(packet.length)] = random.below(256);
    packets[at(packets, random)] = packet;
  },
  // the length lies
  (packets, random) => {
    const i = at(packets, random);
    const packet = Buffer.from(packets[i] ?? []);
    if (packet.length < 5) return;
    packet.writeInt32BE(random.pick(lengths), 1);
    packets[i] = packet;
  },
  // cut short
  (packets, random) => {
    const i = at(packets, random);
    const packet = packets[i] ?? Buffer.alloc(0);
    packets[i] = packet.subarray(0, random.below(packet.length + 1));
  },
  // said twice
  (packets, random) => {
    const i = at(packets, random);
    packets.splice(i, 0, packets[i] ?? Buffer.alloc(0));
  },
  // left out
  (packets, random) => {
    if (packets.length > 1) packets.splice(at(packets, random), 1);
  },
  // another order
  (packets, random) => {
    const [i, j] = [at(packets, random), at(packets, random)];
    const [a, b] = [packets[i], packets[j]];
    if (a === undefined || b === undefined) return;
    packets[i] = b;
    packets[j] = a;
  },
  // another type
  (packets, random) => {
    const i = at(packets, random);
    const packet = Buffer.from(packets[i] ?? []);
    if (packet.length === 0) return;
    packet[0] = random.below(256);
    packets[i] = packet;
  },
  // noise between
  (packets, random) => {
    const noise = Buffer.from(
      Array.from({ length: 1 + random.below(40) }, () => random.below(256)),
    );
    packets.splice(at(packets, random), 0, noise);
  },
];

/** A few changes to a sequence of packets; the sequence itself stays. */
export function mutate(packets: readonly Buffer[], random: Random): Buffer[] {
  const changed = [...packets];
  for (let n = 1 + random.below(3); n > 0; n -= 1) random.pick(mutations)(changed, random);
  return changed;
}
