/** System V message queues: msgget, msgsnd, msgrcv, msgctl. Layouts: asm-generic msgbuf.h for 32 bits. */
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import { prepareUser, readUser, readUserWords, writeUser, writeUserWords } from "../mm/user-memory.ts";
import { wake } from "../proc/scheduler.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";
import {
  findKey,
  Ipc,
  IpcLimit,
  type Message,
  type MessageQueue,
  MODE_WORD,
  NEVER,
  PERMISSION_WORDS,
  permissionWords,
  queueChannel,
  secondsOf,
} from "../proc/system-v.ts";
import type { SyscallHandler } from "./handler.ts";

const Receive = { NoError: 0o10000, Except: 0o20000, Copy: 0o40000 } as const;
/** Word of struct msqid64_ds that IPC_SET takes beside the mode: msg_qbytes. */
const LIMIT_WORD = PERMISSION_WORDS + 8;
const MSQID_WORDS = 22;

const msgget: SyscallHandler = (core, _p, a) => {
  const [key, flags] = a;
  const { systemV } = core;
  const found = findKey(systemV.queues.values(), key, flags, { exists: -Errno.EEXIST, missing: -Errno.ENOENT });
  if (typeof found !== "number") return found.id;
  if (found < 0) return found;
  if (systemV.queues.size >= IpcLimit.MSGMNI) return -Errno.ENOSPC;
  const id = systemV.nextId++;
  systemV.queues.set(id, {
    id,
    key,
    mode: flags & 0o777,
    changeCycles: core.hart.cycles,
    messages: [],
    limitBytes: IpcLimit.MSGMNB,
    sendCycles: NEVER,
    receiveCycles: NEVER,
    lastSender: 0,
    lastReceiver: 0,
  });
  return id;
};

const bytesIn = ({ messages }: MessageQueue): number => messages.reduce((sum, { bytes }) => sum + bytes.length, 0);

const msgsnd: SyscallHandler = (core, p, a) => {
  const [id, vaddr, size, flags] = [a[0], a[1] >>> 0, a[2] >>> 0, a[3]];
  const type = new Int32Array(1);
  const typed = readUserWords(core, p, vaddr, type);
  if (typed !== 0) return typed;
  if (size > IpcLimit.MSGMAX || id < 0 || type[0] < 1) return -Errno.EINVAL;
  const bytes = new Uint8Array(size);
  const outcome = readUser(core, p, vaddr + 4, bytes);
  if (outcome !== 0) return outcome;
  const queue = core.systemV.queues.get(id);
  if (queue === undefined) return p.inCall ? -Errno.EIDRM : -Errno.EINVAL;
  if (bytesIn(queue) + size > queue.limitBytes || queue.messages.length >= queue.limitBytes) {
    return (flags & Ipc.NoWait) !== 0 ? -Errno.EAGAIN : sleepUnlessSignalled(core, p, queueChannel(id));
  }
  queue.messages.push({ type: type[0], bytes });
  queue.sendCycles = core.hart.cycles;
  queue.lastSender = p.tgid;
  wake(core, queueChannel(id));
  return 0;
};

/** Index of the message that `type` asks for: the first, the first of a type, or of the lowest type up to one; or −1. */
function wantedIndex(messages: readonly Message[], type: number, flags: number): number {
  if (type === 0) return messages.length > 0 ? 0 : -1;
  if (type > 0) {
    const isExcept = (flags & Receive.Except) !== 0;
    return messages.findIndex((message) => (message.type === type) !== isExcept);
  }
  let best = -1;
  messages.forEach((message, index) => {
    if (message.type <= -type && (best < 0 || message.type < messages[best].type)) best = index;
  });
  return best;
}

const msgrcv: SyscallHandler = (core, p, a) => {
  const [id, vaddr, size, type, flags] = [a[0], a[1] >>> 0, a[2], a[3], a[4]];
  if ((flags & Receive.Copy) !== 0) return -Errno.ENOSYS;
  if (id < 0 || size < 0) return -Errno.EINVAL;
  const queue = core.systemV.queues.get(id);
  if (queue === undefined) return p.inCall ? -Errno.EIDRM : -Errno.EINVAL;
  const index = wantedIndex(queue.messages, type, flags);
  if (index < 0) return (flags & Ipc.NoWait) !== 0 ? -Errno.ENOMSG : sleepUnlessSignalled(core, p, queueChannel(id));
  const message = queue.messages[index];
  if (message.bytes.length > size && (flags & Receive.NoError) === 0) return -Errno.E2BIG;
  const bytes = message.bytes.subarray(0, size);
  const ready = prepareUser(core, p, vaddr, bytes.length + 4, "store");
  if (ready === RESTART) return ready;
  // As on Linux, a message that cannot be stored is lost.
  queue.messages.splice(index, 1);
  queue.receiveCycles = core.hart.cycles;
  queue.lastReceiver = p.tgid;
  wake(core, queueChannel(id));
  if (ready !== 0) return ready;
  return (
    writeUserWords(core, p, vaddr, Int32Array.of(message.type)) || writeUser(core, p, vaddr + 4, bytes) || bytes.length
  );
};

const msgctl: SyscallHandler = (core, p, a) => {
  const [id, command, vaddr] = a;
  const queue = id < 0 ? undefined : core.systemV.queues.get(id);
  if (queue === undefined) return -Errno.EINVAL;
  switch (command) {
    case Ipc.Remove:
      core.systemV.queues.delete(id);
      wake(core, queueChannel(id));
      return 0;
    case Ipc.Stat:
      return writeUserWords(core, p, vaddr, msqidWords(queue));
    case Ipc.Set: {
      const words = new Int32Array(MSQID_WORDS);
      const outcome = readUserWords(core, p, vaddr, words);
      if (outcome !== 0) return outcome;
      queue.mode = words[MODE_WORD] & 0o777;
      queue.limitBytes = Math.min(words[LIMIT_WORD] >>> 0, IpcLimit.MSGMNB);
      queue.changeCycles = core.hart.cycles;
      wake(core, queueChannel(id));
      return 0;
    }
    default:
      return -Errno.EINVAL;
  }
};

function msqidWords(queue: MessageQueue): Int32Array {
  const times = [queue.sendCycles, queue.receiveCycles, queue.changeCycles].flatMap(secondsOf);
  const counts = [bytesIn(queue), queue.messages.length, queue.limitBytes, queue.lastSender, queue.lastReceiver];
  return Int32Array.from([...permissionWords(queue), ...times, ...counts, 0, 0]);
}

export const messageQueueCalls = { msgctl, msgget, msgrcv, msgsnd } satisfies Partial<
  Record<SyscallName, SyscallHandler>
>;
