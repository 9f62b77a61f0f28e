import fs from 'node:fs';
import { postern } from '@postern/proto';
import { listSegments, segmentPath } from './directory.js';
import { eventBytes, isNumbered, readSegmentHeader, recordType, scanSegment } from './segment.js';

export interface ReadEvent {
  readonly event: postern.audit.v1.Event;
  readonly bytes: Buffer;
  /** hexadecimal */
  readonly session: string;
}

/** Everything a spool directory holds, for tests and for looking into a spool by hand. */
export function readEvents(directory: string): {
  readonly events: readonly ReadEvent[];
  readonly records: readonly Buffer[];
  readonly sequences: readonly number[];
} {
  const events: ReadEvent[] = [];
  const records: Buffer[] = [];
  const sequences: number[] = [];
  for (const ordinal of listSegments(directory)) {
    const file = fs.readFileSync(segmentPath(directory, ordinal));
    const header = readSegmentHeader(file);
    if (header === undefined) continue;
    scanSegment(file, header.base, (record) => {
      if (isNumbered(record.type)) sequences.push(record.sequence);
      if (record.type === recordType.statement) records.push(record.payload);
      const bytes = eventBytes(record);
      if (bytes === undefined) return;
      const event = postern.audit.v1.Event.decode(bytes);
      events.push({ event, bytes, session: Buffer.from(event.sessionId).toString('hex') });
    });
  }
  return { events, records, sequences };
}
