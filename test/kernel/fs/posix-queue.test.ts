/** The order of messages in a POSIX queue (mq_overview(7)): by priority, and within one as they came. */
import { expect, it } from "vitest";
import { insert, type PosixQueue } from "../../../kernel/fs/posix-queue.ts";

it("messages stand by priority, those of one priority in the order in which they came", () => {
  const queue: PosixQueue = { maxMessages: 1000, maxMessageBytes: 8, messages: [], watcher: null };
  // Every priority below 7 many times over, in a scrambled order.
  const sent = Array.from({ length: 700 }, (_, i) => ({
    priority: (i * 5) % 7,
    bytes: Uint8Array.of(i & 255, i >> 8),
  }));
  for (const message of sent) insert(queue, message);
  const expected = [6, 5, 4, 3, 2, 1, 0].flatMap((priority) => sent.filter((message) => message.priority === priority));
  expect(queue.messages).toEqual(expected);
});
