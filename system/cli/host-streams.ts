/**
 * The host's three streams, read and written synchronously: a batch run takes input exactly when a program asks for it,
 * which makes the moment of delivery part of the program's behaviour and not of the host's timing.
 */
import { readSync, writeSync } from "node:fs";

const CHUNK_BYTES = 65536;
const RETRY_MILLISECONDS = 5;

const pause = new Int32Array(new SharedArrayBuffer(4));
const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "EAGAIN";

/** Reads the next bytes of standard input, waiting for them; null at its end. */
export function readStandardInput(): Uint8Array | null {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    try {
      const count = readSync(0, buffer, 0, CHUNK_BYTES, null);
      return count === 0 ? null : buffer.subarray(0, count);
    } catch (error) {
      if (isBusy(error)) Atomics.wait(pause, 0, 0, RETRY_MILLISECONDS);
      else if ((error as NodeJS.ErrnoException).code === "EOF" || (error as NodeJS.ErrnoException).code === "EISDIR")
        return null;
      else throw error;
    }
  }
}

/** Writes all bytes to descriptor 1 or 2. Returns false when the reader has gone away. */
export function writeStandardStream(descriptor: 1 | 2, bytes: Uint8Array): boolean {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (isBusy(error)) Atomics.wait(pause, 0, 0, RETRY_MILLISECONDS);
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") return false;
      else throw error;
    }
  }
  return true;
}
