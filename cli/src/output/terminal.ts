import type { Paint } from './paint.js';

/** One of the two output streams as commands see it. */
export interface Channel {
  /** Writes a line; the newline is added. */
  line(text: string): void;
  readonly paint: Paint;
}

export interface Terminal {
  readonly out: Channel;
  readonly err: Channel;
}
