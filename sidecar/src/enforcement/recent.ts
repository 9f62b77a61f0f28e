/**
 * Values by key, made when they are asked for. A value stays as long as somebody holds it, or it is among the last that
 * were asked for: a client may come for any number of databases, one after the other.
 */
export class Recent<V extends object> {
  private readonly most: number;
  /** the last ones, oldest first */
  private readonly kept = new Map<string, V>();
  private readonly known = new Map<string, WeakRef<V>>();
  /** `known` is looked through when it is as large as this */
  private crowded: number;

  /** @param most values kept though nobody holds them */
  constructor(most: number) {
    this.most = most;
    this.crowded = 2 * most;
  }

  get(key: string, make: () => V): V {
    const value = this.known.get(key)?.deref() ?? make();
    this.known.set(key, new WeakRef(value));
    this.kept.delete(key);
    this.kept.set(key, value);
    const [oldest] = this.kept.keys();
    if (this.kept.size > this.most && oldest !== undefined) this.kept.delete(oldest);
    if (this.known.size > this.crowded) this.forgetDead();
    return value;
  }

  /** keys that are known, of dead values too */
  get size(): number {
    return this.known.size;
  }

  private forgetDead(): void {
    for (const [key, ref] of this.known) if (ref.deref() === undefined) this.known.delete(key);
    this.crowded = 2 * Math.max(this.known.size, this.most);
  }
}
