import type { Socket } from 'node:net';
import { writeNow } from './write-now.js';

/** The server's own buffer for replies: full, it is sent, bytes. */
const gathered = 8192;

/** Pieces up to this size are joined into one write; larger ones go out as they are. */
const joinLimit = 32 * 1024;

/**
 * What is to be written to one socket at the end of the turn. Adjacent pieces of one received chunk
 * stay one piece, so that a chunk relayed untouched is one write without a copy.
 */
export class Outlet {
  private readonly socket: Socket;
  private pieces: Buffer[] = [];
  private size = 0;
  private run: Buffer | undefined;
  private runStart = 0;
  private runEnd = 0;
  /** Set while what is queued must wait for stable storage. */
  held = false;
  /** The next flush has to wait for stable storage first. */
  needsDurable = false;
  /** What is queued waits for more, until the buffer is full or this is unset. */
  gathers = false;
  /** Among what is queued is something that the server would not have let wait. */
  urgent = false;
  /** This is the end of what is said here. */
  private finishing = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Queues part of a received buffer. */
  pass(buffer: Buffer, start: number, end: number): void {
    if (this.run === buffer && this.runEnd === start) {
      this.runEnd = end;
      return;
    }
    this.closeRun();
    this.run = buffer;
    this.runStart = start;
    this.runEnd = end;
  }

  write(bytes: Buffer): void {
    this.closeRun();
    this.pieces.push(bytes);
    this.size += bytes.length;
  }

  /** Closes this direction once all that is queued has gone out; the other one stays open. */
  finish(): void {
    this.finishing = true;
  }

  /** Bytes queued here and in the socket. */
  get pending(): number {
    return this.queued + this.socket.writableLength;
  }

  private get queued(): number {
    return this.size + (this.runEnd - this.runStart);
  }

  /** @returns false when the peer is slow and the source should pause until `drain` */
  flush(): boolean {
    if (this.held) return true;
    if (this.gathers && !this.urgent && this.queued < gathered) return true;
    this.urgent = false;
    const flowing = this.writeOut();
    if (this.finishing) this.socket.end();
    return flowing;
  }

  private writeOut(): boolean {
    this.closeRun();
    const pieces = this.pieces;
    if (pieces.length === 0) return true;
    const size = this.size;
    this.pieces = [];
    this.size = 0;
    if (!this.socket.writable) return true;
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) return this.send(first);
    if (size <= joinLimit) return this.send(Buffer.concat(pieces, size));
    this.socket.cork();
    let flowing = true;
    for (const piece of pieces) flowing = this.socket.write(piece);
    this.socket.uncork();
    return flowing;
  }

  private send(bytes: Buffer): boolean {
    const taken = writeNow(this.socket, bytes);
    if (taken === bytes.length) return true;
    return this.socket.write(taken === 0 ? bytes : bytes.subarray(taken));
  }

  /** Drops what was not written yet. */
  discard(): void {
    this.closeRun();
    this.pieces = [];
    this.size = 0;
  }

  private closeRun(): void {
    if (this.run === undefined) return;
    this.pieces.push(
      this.runStart === 0 && this.runEnd === this.run.length
        ? this.run
        : this.run.subarray(this.runStart, this.runEnd),
    );
    this.size += this.runEnd - this.runStart;
    this.run = undefined;
    this.runStart = 0;
    this.runEnd = 0;
  }
}
