/** The books of all pipes, with a name or without: how many there are, and what they were given beyond what each starts with. */
import { Errno } from "../abi.ts";
import { extraBytes, PIPE_CAPACITY_MAX_BYTES, type Pipe, roundCapacity, setCapacity, takenBytes } from "./pipe.ts";

/** Pipes that may exist at once. */
export const MAX_PIPES = 1024;
/** Bytes that all pipes together may be given beyond 64 KiB each, as with Linux's pipe-user-pages-soft. */
export const EXTRA_PIPE_BYTES = 1 << 26;

export interface PipeBookSnapshot {
  readonly count: number;
  readonly extraBytes: number;
}

export class PipeBook {
  #count = 0;
  #extraBytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes that all pipes together have beyond what they start with. */
  get extraBytes(): number {
    return this.#extraBytes;
  }

  get isFull(): boolean {
    return this.#count >= MAX_PIPES;
  }

  /** A pipe of the usual size was made. */
  made(): void {
    this.#count++;
  }

  gone(pipe: Pipe): void {
    this.#count--;
    this.#extraBytes -= extraBytes(pipe.capacityBytes);
  }

  /**
   * F_SETPIPE_SZ. −EBUSY when the bytes in the pipe would not fit, −EPERM beyond the most that one pipe may have, or that all
   * pipes together may have beyond what they start with.
   */
  resize(pipe: Pipe, bytes: number): number {
    const capacity = roundCapacity(bytes);
    const extra = this.#extraBytes - extraBytes(pipe.capacityBytes) + extraBytes(capacity);
    if (capacity > PIPE_CAPACITY_MAX_BYTES) return -Errno.EPERM;
    if (capacity > pipe.capacityBytes && extra > EXTRA_PIPE_BYTES) return -Errno.EPERM;
    if (takenBytes(pipe) > capacity) return -Errno.EBUSY;
    this.#extraBytes = extra;
    setCapacity(pipe, capacity);
    return capacity;
  }

  snapshot(): PipeBookSnapshot {
    return { count: this.#count, extraBytes: this.#extraBytes };
  }

  restore(snapshot: PipeBookSnapshot): void {
    this.#count = snapshot.count;
    this.#extraBytes = snapshot.extraBytes;
  }
}
