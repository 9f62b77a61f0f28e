import type { Framer } from '../wire/framer.js';
import type { HeldMemory, HeldMemoryError, Room } from './held-memory.js';

export interface RoomForParts {
  readonly held: HeldMemory;
  readonly framer: Framer;
  /** There is room now: go on with the framer. */
  readonly admitted: () => void;
  readonly failed: (cause: HeldMemoryError) => void;
}

/** The room that one direction of a session takes for the long message it is putting together. */
export class RoomFor {
  private readonly parts: RoomForParts;
  private room: Room | undefined;

  constructor(parts: RoomForParts) {
    this.parts = parts;
  }

  /** Nothing may be read in this direction. */
  get waiting(): boolean {
    return this.room?.waiting === true;
  }

  /** @returns whether the message that the framer wants may come now */
  take(): boolean {
    const { held, framer, admitted, failed } = this.parts;
    this.room?.release();
    this.room = held.take(
      framer.wants,
      () => {
        framer.grant();
        admitted();
      },
      failed,
    );
    if (!this.room.waiting) framer.grant();
    return !this.room.waiting;
  }

  /** Gives the room back once the message is whole and, unless `inUse`, on its way. */
  leave(inUse: boolean): void {
    const { room } = this;
    const { framer } = this.parts;
    if (room === undefined || room.waiting || framer.holding || framer.wants > 0) return;
    room.arrived();
    if (!inUse) this.release();
  }

  release(): void {
    this.room?.release();
    this.room = undefined;
  }
}
