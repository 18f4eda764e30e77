/** System calls about processes: clone, execve, exit, waitid, names, limits, and what the machine is. */
import { PAGE_BYTES, type Pid, pageCeil } from "../../emulator/bits.ts";
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import { CYCLES_PER_SECOND } from "../config.ts";
import type { Core } from "../core.ts";
import { MAX_DESCRIPTORS } from "../fs/open-file.ts";
import { replaceArea } from "../mm/address-space.ts";
import { isCovered, overlapping } from "../mm/areas.ts";
import { Frame } from "../mm/frames.ts";
import {
  decodeUtf8,
  encodeUtf8,
  isUserRange,
  readUser,
  readUserBytesToNul,
  readUserString,
  readUserWords,
  writeUser,
  writeUserWord,
  writeUserWords,
} from "../mm/user-memory.ts";
import { SMALLEST_LIMIT } from "../mm/vma.ts";
import { trimToLimit } from "../mm/working-set.ts";
import { checkProgram, execProgram, MAX_ARGUMENT_BYTES } from "../proc/exec.ts";
import { exitProcess, exitThread } from "../proc/exit.ts";
import { cloneProcess } from "../proc/fork.ts";
import { futexKey, releaseRobustFutexes, wakeFutex } from "../proc/futex.ts";
import { stackLimitBytes } from "../proc/limits.ts";
import type { Process } from "../proc/process.ts";
import { Resource, UNLIMITED } from "../proc/resources.ts";
import { rusageOf } from "../proc/rusage.ts";
import { leaderOf } from "../proc/threads.ts";
import { waitForChild } from "../proc/wait.ts";
import { nextRandom } from "../random.ts";
import { REGISTERS_SET, type SyscallHandler } from "./handler.ts";

const PATH_BYTES = 4096;

/** One thread ends. What it owes to others in its memory comes first; a bad address there is the program's own affair. */
const exit: SyscallHandler = (core, p, a) => {
  const released = releaseRobustFutexes(core, p);
  if (released !== 0) return released;
  if (p.clearChildTid !== 0 && p.space.users > 1) {
    const written = writeUserWord(core, p, p.clearChildTid, 0);
    if (written === RESTART) return written;
    if (written === 0) wakeFutex(core, futexKey(p, p.clearChildTid, false), 1);
  }
  exitThread(core, p, a[0]);
  return REGISTERS_SET;
};

const exit_group: SyscallHandler = (core, p, a) => {
  const released = releaseRobustFutexes(core, p);
  if (released !== 0) return released;
  exitProcess(core, p, a[0], 0);
  return REGISTERS_SET;
};

const clone: SyscallHandler = (core, p, a) =>
  cloneProcess(core, p, {
    flags: a[0] >>> 0,
    stack: a[1] >>> 0,
    parentTid: a[2] >>> 0,
    tls: a[3] >>> 0,
    childTid: a[4] >>> 0,
  });

const execve: SyscallHandler = (core, p, a) => {
  const path = readUserString(core, p, a[0], PATH_BYTES);
  if (typeof path === "number") return path;
  const refused = checkProgram(core, p, path);
  if (refused !== 0) return refused;
  const argv = readStrings(core, p, a[1] >>> 0);
  if (typeof argv === "number") return argv;
  const envp = readStrings(core, p, a[2] >>> 0);
  if (typeof envp === "number") return envp;
  // Linux gives a program without arguments one empty argument, so that argc is never 0.
  const result = execProgram(core, p, path, argv.length === 0 ? [""] : argv, envp);
  return result === 0 ? REGISTERS_SET : result;
};

/** A vector of string pointers that ends in 0; address 0 counts as an empty one. */
export function readStrings(core: Core, p: Process, vaddr: number): string[] | number {
  const found: string[] = [];
  if (vaddr === 0) return found;
  const word = new Int32Array(1);
  for (let at = vaddr, bytes = 0; ; at += 4) {
    const read = readUserWords(core, p, at, word);
    if (read !== 0) return read;
    if (word[0] === 0) return found;
    const text = readUserString(core, p, word[0], MAX_ARGUMENT_BYTES - bytes);
    if (text === -Errno.ENAMETOOLONG) return -Errno.E2BIG;
    if (typeof text === "number") return text;
    bytes += text.length + 5;
    if (bytes >= MAX_ARGUMENT_BYTES) return -Errno.E2BIG;
    found.push(text);
  }
}

const waitid: SyscallHandler = (core, p, a) =>
  waitForChild(core, p, {
    idType: a[0],
    id: a[1],
    infoVaddr: a[2] >>> 0,
    options: a[3],
    rusageVaddr: a[4] >>> 0,
  });

/** prctl's options (include/uapi/linux/prctl.h). */
const Prctl = {
  SetDeathSignal: 1,
  GetDeathSignal: 2,
  GetDumpable: 3,
  SetDumpable: 4,
  GetKeepCaps: 7,
  SetKeepCaps: 8,
  SetName: 15,
  GetName: 16,
  SetTimerSlack: 29,
  GetTimerSlack: 30,
  SetNoNewPrivileges: 38,
  GetNoNewPrivileges: 39,
  SetVma: 0x53564d41,
};
/** Linux's default: timers may be late by so many nanoseconds. Ours are not. */
const TIMER_SLACK_NANOSECONDS = 50_000;
const LAST_SIGNAL = 64;
/** Bytes of the name of an anonymous area with its final 0 (ANON_VMA_NAME_MAX_LEN). */
const VMA_NAME_BYTES = 80;
/** Bytes of a thread's name with its final 0 (TASK_COMM_LEN). */
const NAME_BYTES = 16;

/**
 * The thread's name, and questions whose answer is always the same: a process can be looked at, and as there is only root,
 * there are no privileges to gain.
 */
const prctl: SyscallHandler = (core, p, a) => {
  switch (a[0]) {
    case Prctl.SetName: {
      const bytes = readUserBytesToNul(core, p, a[1], NAME_BYTES - 1);
      if (typeof bytes !== "number") p.name = decodeUtf8(bytes);
      else if (bytes !== -Errno.ENAMETOOLONG) return bytes;
      else return cutName(core, p, a[1]);
      return 0;
    }
    case Prctl.GetName: {
      const bytes = new Uint8Array(NAME_BYTES);
      bytes.set(encodeUtf8(p.name).subarray(0, NAME_BYTES - 1));
      return writeUser(core, p, a[1], bytes);
    }
    case Prctl.SetDeathSignal:
      if (a[1] < 0 || a[1] > LAST_SIGNAL) return -Errno.EINVAL;
      p.parentDeathSignal = a[1];
      return 0;
    case Prctl.GetDeathSignal:
      return writeUserWord(core, p, a[1], p.parentDeathSignal);
    case Prctl.GetKeepCaps:
      return 0;
    case Prctl.SetKeepCaps:
      return a[1] === 0 || a[1] === 1 ? 0 : -Errno.EINVAL;
    case Prctl.SetTimerSlack:
      return 0;
    case Prctl.GetTimerSlack:
      return TIMER_SLACK_NANOSECONDS;
    case Prctl.SetVma:
      return a[1] === 0 ? nameAreas(core, p, a[2] >>> 0, a[3] >>> 0, a[4] >>> 0) : -Errno.EINVAL;
    case Prctl.GetDumpable:
      return 1;
    case Prctl.SetDumpable:
      return a[1] === 0 || a[1] === 1 ? 0 : -Errno.EINVAL;
    case Prctl.SetNoNewPrivileges:
      return a[1] === 1 && a[2] === 0 && a[3] === 0 && a[4] === 0 ? 0 : -Errno.EINVAL;
    case Prctl.GetNoNewPrivileges:
      return 0;
    default:
      return -Errno.EINVAL;
  }
};

/** PR_SET_VMA_ANON_NAME: what /proc/PID/maps shows for anonymous memory, "[anon:NAME]"; address 0 takes the name away. */
function nameAreas(core: Core, p: Process, start: number, bytes: number, nameVaddr: number): number {
  const end = start + pageCeil(bytes);
  if (start % PAGE_BYTES !== 0 || end >= 2 ** 32) return -Errno.EINVAL;
  const name = nameVaddr === 0 ? "" : readUserString(core, p, nameVaddr, VMA_NAME_BYTES);
  if (typeof name === "number") return name === -Errno.ENAMETOOLONG ? -Errno.EINVAL : name;
  if (!/^[ -~]*$/.test(name) || /[\\`$[\]]/.test(name)) return -Errno.EINVAL;
  if (end === start) return 0;
  for (const vma of overlapping(p.space, start, end)) {
    const isPlain = vma.backing.kind === "anonymous" && (vma.name === "" || vma.name.startsWith("[anon:"));
    if (vma.backing.kind !== "anonymous") return -Errno.EBADF;
    if (!isPlain) continue;
    const shown = nameVaddr === 0 ? "" : `[anon:${name}]`;
    replaceArea(core, p.space, Math.max(vma.start, start), Math.min(vma.end, end), (part) => ({
      ...part,
      name: shown,
    }));
  }
  return isCovered(p.space, start, end) ? 0 : -Errno.ENOMEM;
}

/** A name that is too long is cut. */
function cutName(core: Core, p: Process, vaddr: number): number {
  const bytes = new Uint8Array(NAME_BYTES - 1);
  const outcome = readUser(core, p, vaddr, bytes);
  if (outcome === 0) p.name = decodeUtf8(bytes);
  return outcome;
}

/** struct utsname: six fields of 65 bytes. */
const uname: SyscallHandler = (core, p, a) => {
  const bytes = new Uint8Array(6 * 65);
  const fields = ["Linux", "faultline", "6.1.0-faultline", "#1 Faultline", "riscv32", "(none)"];
  fields.forEach((text, i) => {
    for (let at = 0; at < text.length; at++) bytes[i * 65 + at] = text.charCodeAt(at);
  });
  return writeUser(core, p, a[0], bytes);
};

/** struct sysinfo, 64 bytes, sizes in units of `mem_unit` = 1 byte. */
const sysinfo: SyscallHandler = (core, p, a) => {
  const { frames, swap } = core;
  const words = new Int32Array(16);
  words[0] = Math.floor(core.hart.cycles / CYCLES_PER_SECOND);
  words[4] = frames.frames * PAGE_BYTES;
  words[5] = (frames.count[Frame.Zeroed] + frames.count[Frame.Dirty]) * PAGE_BYTES;
  words[8] = swap.slots * PAGE_BYTES;
  words[9] = (swap.slots - swap.usedSlots) * PAGE_BYTES;
  words[10] = core.processes.size & 0xffff;
  words[13] = 1;
  return writeUserWords(core, p, a[0], words);
};

const getrusage: SyscallHandler = (core, p, a) => {
  const who = a[0] === 0 || a[0] === 1 ? "self" : a[0] === -1 ? "children" : null;
  if (who === null) return -Errno.EINVAL;
  return writeUserWords(core, p, a[1], rusageOf(core, leaderOf(core, p), who));
};

/** RLIMIT_RSS is the maximum of the working set, in whole pages; less than a program can run with counts as that. */
function limitResident(core: Core, p: Process): void {
  const { soft } = p.limits[Resource.Resident];
  const { space } = p;
  if (space.id === 0) return;
  const pages = soft === UNLIMITED ? Number.POSITIVE_INFINITY : Math.floor(soft / PAGE_BYTES);
  space.residentLimitPages = Math.max(SMALLEST_LIMIT, space.residentMinimumPages, pages);
  trimToLimit(core, space, space.residentLimitPages, "RLIMIT_RSS was lowered");
}

/** Limits travel as 64-bit numbers. Root may raise a hard limit, but not beyond the descriptors that there can be. */
const prlimit64: SyscallHandler = (core, p, a) => {
  const who = a[0] === 0 ? p : core.processes.get(a[0] as Pid);
  if (who === undefined) return -Errno.ESRCH;
  const wanted = new Int32Array(4);
  if (a[2] !== 0) {
    const read = readUserWords(core, p, a[2], wanted);
    if (read !== 0) return read;
  }
  const limit = who.limits[a[1] >>> 0];
  if (limit === undefined) return -Errno.EINVAL;
  if (a[3] !== 0) {
    const words = (value: number): number[] => (value === UNLIMITED ? [-1, -1] : [value | 0, 0]);
    const written = writeUserWords(core, p, a[3], Int32Array.from([...words(limit.soft), ...words(limit.hard)]));
    if (written !== 0) return written;
  }
  if (a[2] === 0) return 0;
  const value = (at: number): number => (wanted[at + 1] !== 0 ? UNLIMITED : wanted[at] >>> 0);
  if (value(0) > value(2)) return -Errno.EINVAL;
  if (a[1] === Resource.OpenFiles && value(2) > MAX_DESCRIPTORS) return -Errno.EPERM;
  limit.soft = value(0);
  limit.hard = value(2);
  if (a[1] === Resource.Resident) limitResident(core, who);
  if (a[1] === Resource.Stack) who.space.stackLimitBytes = stackLimitBytes(who);
  return 0;
};

/** Most bytes that one call gives. */
const MAX_RANDOM_BYTES = 4096;

const getrandom: SyscallHandler = (core, p, a) => {
  if ((a[2] & ~7) !== 0) return -Errno.EINVAL;
  const bytes = Math.min(a[1] >>> 0, MAX_RANDOM_BYTES);
  if (!isUserRange(a[0] >>> 0, bytes)) return -Errno.EFAULT;
  const { random } = core.variables;
  const drawn = Uint8Array.from({ length: bytes }, () => nextRandom(core.variables) >>> 8);
  const written = writeUser(core, p, a[0], drawn);
  // A call that is executed again has to draw the same numbers: the run must not depend on when pages are present.
  if (written !== 0) core.variables.random = random;
  return written !== 0 ? written : bytes;
};

export const processCalls = {
  exit,
  exit_group,
  clone,
  execve,
  waitid,
  prctl,
  uname,
  sysinfo,
  getrusage,
  prlimit64,
  getrandom,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
