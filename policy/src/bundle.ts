import { createHash } from 'node:crypto';

/** A compiled, content-addressed set of policies. Immutable. */
export interface Bundle {
  /** `sha256:HEX` over library version, data and Wasm */
  readonly digest: string;
  readonly wasm: Uint8Array;
  /** JSON, see compile/data.ts */
  readonly data: string;
  readonly libraryVersion: string;
}

export const digestOf = ({ wasm, data, libraryVersion }: Omit<Bundle, 'digest'>): string => {
  const hash = createHash('sha256');
  for (const part of [libraryVersion, data, wasm]) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
};
