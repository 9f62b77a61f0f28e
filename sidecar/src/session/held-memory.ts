/** A message had to wait too long for room, or took too long to arrive. */
export class HeldMemoryError extends Error {
  readonly code: 'no-room' | 'too-slow';

  constructor(code: 'no-room' | 'too-slow', message: string) {
    super(message);
    this.name = 'HeldMemoryError';
    this.code = code;
  }
}

export interface HeldMemoryOptions {
  /** bytes that messages being put together may take in the whole process */
  readonly limit: number;
  /** milliseconds that a message may wait for room, and then that it may take to arrive */
  readonly timeout: number;
}

/** Room for one message. */
export interface Room {
  /** not admitted yet */
  readonly waiting: boolean;
  /** The message is whole: it is nobody's fault any more how long it stays. */
  arrived(): void;
  /** Gives the room back, or leaves the queue. */
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * The process's room for messages that must be held whole before they can be decided. Room is taken
 * when a header announces a message, so that those admitted can always be completed; further ones wait
 * their turn, unread. Who announces much and sends little loses its room by the clock.
 */
export class HeldMemory {
  private readonly options: HeldMemoryOptions;
  private taken = 0;
  private queue: Waiter[] = [];

  constructor(options: HeldMemoryOptions) {
    this.options = options;
  }

  /** bytes */
  get inUse(): number {
    return this.taken;
  }

  /** messages */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * @param admitted called later, when there is no room at once (then the result is `waiting`)
   * @param failed   called when there is none in time, or the message does not arrive in time
   */
  take(bytes: number, admitted: () => void, failed: (cause: HeldMemoryError) => void): Room {
    const { limit, timeout } = this.options;
    // One that is longer than all there is may come alone.
    const wanted = Math.min(bytes, limit);
    let state: 'waiting' | 'admitted' | 'arrived' | 'over' = 'waiting';
    const expire = (): void => {
      const cause =
        state === 'waiting'
          ? new HeldMemoryError('no-room', `no room for a message of ${String(bytes)} bytes`)
          : new HeldMemoryError('too-slow', `message of ${String(bytes)} bytes came too slowly`);
      release();
      failed(cause);
    };
    let timer = setTimeout(expire, timeout);
    const admit = (): void => {
      clearTimeout(timer);
      timer = setTimeout(expire, timeout);
      state = 'admitted';
      this.taken += wanted;
    };
    const waiter: Waiter = {
      bytes: wanted,
      admit: () => {
        admit();
        admitted();
      },
    };
    const release = (): void => {
      clearTimeout(timer);
      if (state === 'over') return;
      if (state === 'waiting') this.queue = this.queue.filter((other) => other !== waiter);
      else this.taken -= wanted;
      state = 'over';
      this.admitNext();
    };
    if (this.queue.length === 0 && this.fits(wanted)) admit();
    else this.queue.push(waiter);
    return {
      get waiting() {
        return state === 'waiting';
      },
      arrived: () => {
        clearTimeout(timer);
        if (state === 'admitted') state = 'arrived';
      },
      release,
    };
  }

  private fits(bytes: number): boolean {
    return this.taken + bytes <= this.options.limit;
  }

  /** In order, so that a large message is not overtaken for ever. */
  private admitNext(): void {
    for (let first = this.queue[0]; first !== undefined && this.fits(first.bytes);) {
      this.queue.shift();
      first.admit();
      first = this.queue[0];
    }
  }
}
