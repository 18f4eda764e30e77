/** ppoll_time64: waiting for any of several files. */
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import { CYCLES_PER_SECOND, NANOSECONDS_PER_CYCLE } from "../config.ts";
import type { Core } from "../core.ts";
import { Poll } from "../fs/flags.ts";
import { readiness } from "../fs/input-output.ts";
import { descriptorLimit, descriptorOf, POLL_CHANNEL } from "../fs/open-file.ts";
import { deadlineOf, waitOn } from "../fs/transfer.ts";
import { readUser, readUserWords, writeUser } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import type { SyscallHandler } from "./handler.ts";
import { replaceMask, restoreMask } from "./signals.ts";

/** struct pollfd: fd (int), events, revents (short). */
const POLLFD_BYTES = 8;
const SIGSET_BYTES = 8;

const ppoll_time64: SyscallHandler = (core, p, a) => {
  if (a[3] !== 0 && a[4] !== SIGSET_BYTES) return -Errno.EINVAL;
  const count = a[1] >>> 0;
  if (count > descriptorLimit(p)) return -Errno.EINVAL;
  const result = poll(core, p, a, count);
  if (result !== RESTART) restoreMask(p);
  return result;
};

function poll(core: Core, p: Process, a: Int32Array, count: number): number {
  const deadline = deadlineFrom(core, p, a[2]);
  if (deadline < NO_DEADLINE) return deadline;
  const masked = a[3] === 0 ? 0 : replaceMask(core, p, a[3]);
  if (masked !== 0) return masked;
  const view = new DataView(new ArrayBuffer(count * POLLFD_BYTES));
  const bytes = new Uint8Array(view.buffer);
  const outcome = readUser(core, p, a[0], bytes);
  if (outcome !== 0) return outcome;
  const ready = markReady(core, p, view, count);
  if (ready === 0 && (deadline === NO_DEADLINE || core.hart.cycles < deadline)) {
    return waitOn(core, p, POLL_CHANNEL, 0, deadline);
  }
  return writeUser(core, p, a[0], bytes) || ready;
}

/** No errno that deadlineFrom gives is 1. */
const NO_DEADLINE = -1;

/** The cycle until which to wait, NO_DEADLINE, or −errno (below NO_DEADLINE). It is fixed when the call begins. */
function deadlineFrom(core: Core, p: Process, vaddr: number): number {
  if (vaddr === 0) return NO_DEADLINE;
  const known = deadlineOf(core, p);
  if (known >= 0) return known;
  const words = new Int32Array(4);
  const outcome = readUserWords(core, p, vaddr, words);
  if (outcome !== 0) return outcome;
  const seconds = words[1] * 2 ** 32 + (words[0] >>> 0);
  const nanoseconds = words[3] * 2 ** 32 + (words[2] >>> 0);
  if (seconds < 0 || nanoseconds < 0 || nanoseconds >= 1e9) return -Errno.EINVAL;
  const cycles = seconds * CYCLES_PER_SECOND + Math.ceil(nanoseconds / NANOSECONDS_PER_CYCLE);
  return Math.min(core.hart.cycles + cycles, Number.MAX_SAFE_INTEGER);
}

/** Sets every revents; returns how many are not 0. Errors and hang-ups are told whether asked for or not. */
function markReady(core: Core, p: Process, view: DataView, count: number): number {
  let ready = 0;
  for (let i = 0; i < count; i++) {
    const at = i * POLLFD_BYTES;
    const fd = view.getInt32(at, true);
    const wanted = view.getUint16(at + 4, true) | Poll.Error | Poll.HangUp;
    const file = descriptorOf(p, fd)?.file;
    const bits = fd < 0 ? 0 : file ? readiness(core, file) & wanted : Poll.Invalid;
    view.setUint16(at + 6, bits, true);
    if (bits !== 0) ready++;
  }
  return ready;
}

export const pollCalls = { ppoll_time64 } satisfies Partial<Record<SyscallName, SyscallHandler>>;
