import fs from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from './errors.js';

/** The few calls that can meet a full or failing disk, so that a test can be that disk. */
export interface Disk {
  write(fd: number, bytes: Buffer, offset: number, length: number, position: number): number;
  sync(fd: number, done: (cause: Error | null) => void): void;
}

export const realDisk: Disk = {
  write: (fd, bytes, offset, length, position) => fs.writeSync(fd, bytes, offset, length, position),
  sync: (fd, done) => fs.fdatasync(fd, done),
};

/** A segment on disk. */
export interface Segment {
  readonly ordinal: number;
  readonly path: string;
  readonly base: number;
  /** sequence of its last numbered record; `base - 1` when it has none */
  last: number;
  /** bytes written */
  size: number;
}

const segmentName = /^(\d{16})\.segment$/;

export const segmentPath = (directory: string, ordinal: number): string =>
  join(directory, `${String(ordinal).padStart(16, '0')}.segment`);

/** Ordinals of the segment files of a spool, ascending; leavings of interrupted writes are removed. */
export function listSegments(directory: string): number[] {
  const ordinals: number[] = [];
  for (const name of fs.readdirSync(directory)) {
    const ordinal = segmentName.exec(name)?.[1];
    if (ordinal !== undefined) ordinals.push(Number(ordinal));
    else if (name.endsWith('.tmp')) fs.rmSync(join(directory, name), { force: true });
  }
  return ordinals.sort((a, b) => a - b);
}

/** Whole or not at all, also through a power cut. */
export function writeWhole(path: string, bytes: string | Buffer): void {
  const fd = fs.openSync(`${path}.tmp`, 'w', 0o600);
  try {
    fs.writeFileSync(fd, bytes);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(`${path}.tmp`, path);
}

export function readIfThere(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Makes names of new and removed files durable. */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

const idName = 'spool-id';
const acknowledgedName = 'acknowledged';

/** Identity of the spool, 16 bytes; made by the first call. */
export function spoolId(directory: string, fresh: () => Buffer): Buffer {
  const path = join(directory, idName);
  const text = readIfThere(path)?.trim();
  if (text !== undefined && /^[0-9a-f]{32}$/.test(text)) return Buffer.from(text, 'hex');
  return renewSpoolId(directory, fresh);
}

export function renewSpoolId(directory: string, fresh: () => Buffer): Buffer {
  const id = fresh();
  writeWhole(join(directory, idName), `${id.toString('hex')}\n`);
  return id;
}

/** Highest sequence known to be acknowledged; a lower bound, the collector knows best. */
export function readAcknowledged(directory: string): number {
  const n = Number(readIfThere(join(directory, acknowledgedName))?.trim() ?? '0');
  return Number.isSafeInteger(n) && n > 0 ? n : 0;
}

/** Not synced: an older number is only a lower bound. */
export function writeAcknowledged(directory: string, sequence: number): void {
  const path = join(directory, acknowledgedName);
  fs.writeFileSync(`${path}.tmp`, `${String(sequence)}\n`);
  fs.renameSync(`${path}.tmp`, path);
}
