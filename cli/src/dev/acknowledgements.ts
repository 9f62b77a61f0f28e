export type Verdict =
  | { readonly kind: 'enforced' }
  | { readonly kind: 'refused'; readonly why: string }
  /** the proxy said nothing in time: it may be starting again */
  | { readonly kind: 'silent' };

/** What the proxy said of the bundles it was sent. */
export class Acknowledgements {
  readonly #waiting = new Map<string, Set<(verdict: Verdict) => void>>();
  #enforced = '';

  /** Digest of the bundle in force; empty before the first. */
  get enforced(): string {
    return this.#enforced;
  }

  /** @param error empty when the bundle is enforced */
  received(digest: string, error: string): void {
    if (error === '') this.#enforced = digest;
    const waiting = this.#waiting.get(digest) ?? [];
    this.#waiting.delete(digest);
    const verdict: Verdict = error === '' ? { kind: 'enforced' } : { kind: 'refused', why: error };
    for (const tell of waiting) tell(verdict);
  }

  /** Waits for the word on one bundle; at once for the one in force. */
  async of(digest: string, timeoutMs: number): Promise<Verdict> {
    if (digest === this.#enforced) return { kind: 'enforced' };
    const waiting = this.#waiting.get(digest) ?? new Set();
    this.#waiting.set(digest, waiting);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        waiting.delete(tell);
        resolve({ kind: 'silent' });
      }, timeoutMs);
      const tell = (verdict: Verdict): void => {
        clearTimeout(timer);
        resolve(verdict);
      };
      waiting.add(tell);
    });
  }
}
