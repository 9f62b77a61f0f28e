import type * as OpaWasm from '@open-policy-agent/opa-wasm';
import { createRequire } from 'node:module';
import { messageOf, PolicyError } from '../errors.js';

// Its ES module exports less than its types promise; the CommonJS one has everything.
const { loadPolicySync } = createRequire(import.meta.url)(
  '@open-policy-agent/opa-wasm',
) as typeof OpaWasm;

type LoadedPolicy = OpaWasm.LoadedPolicy;

/** A bundle's Wasm with its data, ready to be asked. Not shared between threads. */
export class Module {
  private readonly wasm: Uint8Array;
  private readonly data: object;
  private loaded: LoadedPolicy;

  private constructor(wasm: Uint8Array, data: object, loaded: LoadedPolicy) {
    this.wasm = wasm;
    this.data = data;
    this.loaded = loaded;
  }

  /** @throws PolicyError `bad-module` */
  static open(wasm: Uint8Array, data: object): Module {
    try {
      return new Module(wasm, data, load(wasm, data));
    } catch (cause) {
      throw new PolicyError(
        'bad-module',
        `the policy module does not load: ${messageOf(cause)}`,
        cause,
      );
    }
  }

  /**
   * Asks an entrypoint. After a failure the module starts afresh: what it left in its memory is unknown.
   *
   * @returns the result, or undefined when there is none or it failed
   */
  ask(entrypoint: string, input: object): unknown {
    let results: unknown;
    try {
      results = this.loaded.evaluate(input, entrypoint);
    } catch {
      // a trap, an abort (a string) or running out of memory: no answer, which the caller takes for a deny
      this.loaded = load(this.wasm, this.data);
      return undefined;
    }
    if (!Array.isArray(results) || results.length !== 1) return undefined;
    const [first] = results as readonly unknown[];
    return typeof first === 'object' && first !== null && 'result' in first
      ? first.result
      : undefined;
  }
}

const load = (wasm: Uint8Array, data: object): LoadedPolicy => {
  const loaded = loadPolicySync(new Uint8Array(wasm), { initial: 8 });
  loaded.setData(data);
  return loaded;
};
