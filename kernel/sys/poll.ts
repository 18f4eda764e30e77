/** ppoll_time64 and pselect6_time64: waiting for any of several files. */
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { Poll } from "../fs/flags.ts";
import { readiness } from "../fs/input-output.ts";
import { descriptorLimit, descriptorOf, POLL_CHANNEL } from "../fs/open-file.ts";
import { waitOn } from "../fs/transfer.ts";
import { prepareUser, readUser, readUserWords, writeUser, writeUserWords } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { writeTimespec } from "../timespec.ts";
import { deadlineIn, NO_DEADLINE } from "./deadlines.ts";
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
  const deadline = deadlineIn(core, p, a[2]);
  if (deadline < NO_DEADLINE) return deadline + 1;
  const masked = a[3] === 0 ? 0 : replaceMask(core, p, a[3]);
  if (masked !== 0) return masked;
  const view = new DataView(new ArrayBuffer(count * POLLFD_BYTES));
  const bytes = new Uint8Array(view.buffer);
  const outcome = count === 0 ? 0 : readUser(core, p, a[0], bytes);
  if (outcome !== 0) return outcome;
  const ready = markReady(core, p, view, count);
  if (ready === 0 && (deadline === NO_DEADLINE || core.hart.cycles < deadline)) {
    return waitOn(core, p, POLL_CHANNEL, 0, deadline);
  }
  const written = count === 0 ? 0 : writeUser(core, p, a[0], bytes);
  return written !== 0 ? written : tellRemaining(core, p, a[2], deadline, ready);
}

/** Writes how much time is left to where the limit was read from, if that can be written, and gives `ready`; or RESTART. */
function tellRemaining(core: Core, p: Process, vaddr: number, deadline: number, ready: number): number {
  if (vaddr === 0) return ready;
  const outcome = writeTimespec(core, p, vaddr, Math.max(0, deadline - core.hart.cycles));
  return outcome === RESTART ? outcome : ready;
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

// ---- select ----

/** What counts as readable, writable and exceptional for select (select(2), "Correspondence"). */
const SELECTED = [
  Poll.In | Poll.ReadNormal | Poll.HangUp | Poll.Error,
  Poll.Out | Poll.WriteNormal | Poll.Error,
  Poll.Priority,
] as const;

const pselect6_time64: SyscallHandler = (core, p, a) => {
  if (a[0] < 0) return -Errno.EINVAL;
  const result = select(core, p, a);
  if (result !== RESTART) restoreMask(p);
  return result;
};

function select(core: Core, p: Process, a: Int32Array): number {
  const deadline = deadlineIn(core, p, a[4]);
  if (deadline < NO_DEADLINE) return deadline + 1;
  const masked = replaceMaskByPair(core, p, a[5]);
  if (masked !== 0) return masked;
  const count = Math.min(a[0], descriptorLimit(p));
  const sets: Int32Array[] = [];
  for (let which = 0; which < SELECTED.length; which++) {
    const set = new Int32Array(Math.ceil(count / 32));
    const outcome = a[1 + which] === 0 ? 0 : readUserWords(core, p, a[1 + which], set);
    if (outcome !== 0) return outcome;
    sets.push(set);
  }
  const found = sets.map((set) => new Int32Array(set.length));
  let ready = 0;
  for (let fd = 0; fd < count; fd++) {
    const isWanted = sets.map((set) => ((set[fd >> 5] >>> (fd & 31)) & 1) === 1);
    if (!isWanted.includes(true)) continue;
    const file = descriptorOf(p, fd)?.file;
    if (!file) return -Errno.EBADF;
    const bits = readiness(core, file);
    SELECTED.forEach((selected, which) => {
      if (!isWanted[which] || (bits & selected) === 0) return;
      found[which][fd >> 5] |= 1 << (fd & 31);
      ready++;
    });
  }
  if (ready === 0 && (deadline === NO_DEADLINE || core.hart.cycles < deadline)) {
    return waitOn(core, p, POLL_CHANNEL, 0, deadline);
  }
  // All three are written or none: a call that is executed again must find what the program has asked for.
  const written = writeSets(core, p, a, found);
  return written !== 0 ? written : tellRemaining(core, p, a[4], deadline, ready);
}

function writeSets(core: Core, p: Process, a: Int32Array, sets: readonly Int32Array[]): number {
  const wanted = sets.flatMap((set, which) => (a[1 + which] === 0 ? [] : [{ vaddr: a[1 + which], set }]));
  for (const { vaddr, set } of wanted) {
    const outcome = prepareUser(core, p, vaddr, set.byteLength, "store");
    if (outcome !== 0) return outcome;
  }
  for (const { vaddr, set } of wanted) {
    const outcome = writeUserWords(core, p, vaddr, set);
    if (outcome !== 0) return outcome;
  }
  return 0;
}

/** The sixth argument points at a mask's address and size. */
function replaceMaskByPair(core: Core, p: Process, vaddr: number): number {
  if (vaddr === 0) return 0;
  const pair = new Int32Array(2);
  const outcome = readUserWords(core, p, vaddr, pair);
  if (outcome !== 0 || pair[0] === 0) return outcome;
  return pair[1] === SIGSET_BYTES ? replaceMask(core, p, pair[0]) : -Errno.EINVAL;
}

export const pollCalls = { ppoll_time64, pselect6_time64 } satisfies Partial<Record<SyscallName, SyscallHandler>>;
