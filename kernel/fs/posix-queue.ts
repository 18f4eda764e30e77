/**
 * The messages of one POSIX message queue (mq_overview(7)), as plain data: those of the highest priority first, and of one priority in the order
 * in which they came. kernel/sys/posix-queues.ts has the calls.
 */

export interface QueuedMessage {
  readonly priority: number;
  readonly bytes: Uint8Array;
}

/** Who is told of the next message that comes into the empty queue while nobody waits for one; once (mq_notify). */
export interface QueueWatcher {
  readonly tgid: number;
  /** 0: it is told nothing, and only keeps others from asking. */
  readonly signal: number;
  readonly value: number;
}

export interface PosixQueue {
  readonly maxMessages: number;
  readonly maxMessageBytes: number;
  messages: QueuedMessage[];
  watcher: QueueWatcher | null;
}

/** Linux's books of a message on 64 bits: struct msg_msg and a node of the tree of priorities. */
const MESSAGE_BOOK_BYTES = 48;
const PRIORITY_BOOK_BYTES = 48;
/** Priorities are below this (MQ_PRIO_MAX). */
export const PRIORITIES = 32768;

/** What a queue counts against RLIMIT_MSGQUEUE: all that it may ever hold, and the books of it, as on Linux. */
export const chargedBytes = ({ maxMessages, maxMessageBytes }: PosixQueue): number =>
  maxMessages * (maxMessageBytes + MESSAGE_BOOK_BYTES) + Math.min(maxMessages, PRIORITIES) * PRIORITY_BOOK_BYTES;

export const isFull = ({ messages, maxMessages }: PosixQueue): boolean => messages.length >= maxMessages;

/** Puts a message behind those of its own and higher priorities. */
export function insert({ messages }: PosixQueue, message: QueuedMessage): void {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (messages[middle].priority < message.priority) high = middle;
    else low = middle + 1;
  }
  messages.splice(low, 0, message);
}

/** What reading its descriptor gives (mq_overview(7)). */
export function statusText({ messages, watcher }: PosixQueue): string {
  const bytes = messages.reduce((sum, message) => sum + message.bytes.length, 0);
  const columns: readonly (readonly [name: string, value: number, width: number])[] = [
    ["QSIZE", bytes, 10],
    ["NOTIFY", watcher?.signal === 0 ? 1 : 0, 5],
    ["SIGNO", watcher?.signal ?? 0, 5],
    ["NOTIFY_PID", watcher?.tgid ?? 0, 6],
  ];
  return `${columns.map(([name, value, width]) => `${name}:${String(value).padEnd(width)}`).join(" ")}\n`;
}
