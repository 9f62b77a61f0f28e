import fs from 'node:fs';
import type { Segment } from './directory.js';
import { errnoOf } from './errors.js';

/** The segments on disk before the current one, oldest first. */
export class Segments {
  /** bytes of all of them */
  bytes = 0;
  private list: Segment[] = [];

  constructor(list: readonly Segment[]) {
    for (const segment of list) this.add(segment);
  }

  get all(): readonly Segment[] {
    return this.list;
  }

  add(segment: Segment): void {
    this.list = [...this.list, segment];
    this.bytes += segment.size;
  }

  /**
   * Deletes what the collector holds wholly.
   *
   * @returns whether anything went
   */
  release(acknowledged: number): boolean {
    const [keep, gone] = [
      this.list.filter((segment) => segment.last > acknowledged),
      this.list.filter((segment) => segment.last <= acknowledged),
    ];
    if (gone.length === 0) return false;
    this.list = keep;
    for (const segment of gone) {
      this.bytes -= segment.size;
      try {
        fs.unlinkSync(segment.path);
      } catch (cause) {
        if (errnoOf(cause) !== 'ENOENT') throw cause;
      }
    }
    return true;
  }
}
