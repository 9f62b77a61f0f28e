/** Hashes of 32 bytes stored one after the other. */
export function splitHashes(bytes: Uint8Array): Buffer[] {
  const all = Buffer.from(bytes);
  return Array.from({ length: all.length / 32 }, (_, i) => all.subarray(i * 32, i * 32 + 32));
}
