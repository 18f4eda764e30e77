/** The books of POSIX message queues: which have a name, and what all are charged for, those without a name that somebody has open included. */
import { chargedBytes, type PosixQueue } from "./posix-queue.ts";

export interface QueueBookSnapshot {
  readonly names: ReadonlyMap<string, number>;
  readonly bytes: number;
}

export class QueueBook {
  /** Name to inode. */
  readonly #names = new Map<string, number>();
  #bytes = 0;

  get names(): ReadonlyMap<string, number> {
    return this.#names;
  }

  /** Bytes that all queues together are charged for (chargedBytes). */
  get bytes(): number {
    return this.#bytes;
  }

  /** A queue was made under a name that none has. */
  made(name: string, inode: number, queue: PosixQueue): void {
    this.#bytes += chargedBytes(queue);
    this.#names.set(name, inode);
  }

  unname(name: string): void {
    this.#names.delete(name);
  }

  gone(queue: PosixQueue): void {
    this.#bytes -= chargedBytes(queue);
  }

  snapshot(): QueueBookSnapshot {
    return { names: new Map(this.#names), bytes: this.#bytes };
  }

  restore(snapshot: QueueBookSnapshot): void {
    this.#names.clear();
    for (const [name, inode] of snapshot.names) this.#names.set(name, inode);
    this.#bytes = snapshot.bytes;
  }
}
