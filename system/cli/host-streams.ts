/**
 * The host's three streams, read and written one at a time: a batch run takes input exactly when a program asks for it,
 * which makes the moment of delivery part of the program's behaviour and not of the host's timing.
 */
import { read, readSync, writeSync } from "node:fs";

const CHUNK_BYTES = 65536;
const RETRY_MILLISECONDS = 5;
const POLL_MILLISECONDS = 50;

const pause = new Int32Array(new SharedArrayBuffer(4));
const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
const isBusy = (error: unknown): boolean => codeOf(error) === "EAGAIN";
const isEnd = (error: unknown): boolean => codeOf(error) === "EOF" || codeOf(error) === "EISDIR";

/** When nobody reads what is printed any more, the process ends as one does that SIGPIPE ends. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(141);
  });
}

/** Reads the next bytes of standard input, waiting for them; null at its end. */
export function readStandardInput(): Uint8Array | null {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    try {
      const count = readSync(0, buffer, 0, CHUNK_BYTES, null);
      return count === 0 ? null : buffer.subarray(0, count);
    } catch (error) {
      if (isBusy(error)) Atomics.wait(pause, 0, 0, RETRY_MILLISECONDS);
      else if (isEnd(error)) return null;
      else throw error;
    }
  }
}

/**
 * The same, while signals are served: gives up when `isStopped` says so. A read that was given up goes on waiting in the
 * background: the process has to be ended by a signal then, an exit would wait for it.
 */
export async function awaitStandardInput(isStopped: () => boolean): Promise<Uint8Array | null | "stopped"> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  while (!isStopped()) {
    let timer: NodeJS.Timeout | undefined;
    const given = new Promise<"stopped">((resolve) => {
      timer = setInterval(() => isStopped() && resolve("stopped"), POLL_MILLISECONDS);
    });
    try {
      const count = await Promise.race([readOnce(buffer), given]);
      if (count === "stopped") return count;
      return count === 0 ? null : buffer.subarray(0, count);
    } catch (error) {
      if (isBusy(error)) await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      else if (isEnd(error)) return null;
      else throw error;
    } finally {
      clearInterval(timer);
    }
  }
  return "stopped";
}

const readOnce = (buffer: Uint8Array): Promise<number> =>
  new Promise((resolve, reject) =>
    read(0, buffer, 0, CHUNK_BYTES, null, (error, count) => (error === null ? resolve(count) : reject(error))),
  );

/** Writes all bytes to descriptor 1 or 2. Returns false when the reader has gone away. */
export function writeStandardStream(descriptor: 1 | 2, bytes: Uint8Array): boolean {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (isBusy(error)) Atomics.wait(pause, 0, 0, RETRY_MILLISECONDS);
      else if (codeOf(error) === "EPIPE") return false;
      else throw error;
    }
  }
  return true;
}
