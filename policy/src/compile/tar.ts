/**
 * One file out of a tar archive (POSIX ustar, as opa writes it).
 *
 * @returns undefined when it is not there
 */
export const fileInTar = (archive: Uint8Array, wanted: string): Uint8Array | undefined => {
  const text = new TextDecoder();
  const field = (at: number, length: number): string => {
    const bytes = archive.subarray(at, at + length);
    const end = bytes.indexOf(0);
    return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
  };
  for (let at = 0; at + 512 <= archive.length;) {
    const name = field(at, 100);
    if (name === '') return undefined;
    const size = Number.parseInt(field(at + 124, 12).trim(), 8);
    if (name.replace(/^\//, '') === wanted) return archive.slice(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return undefined;
};
