/**
 * System calls about who a process is: ids, process groups, sessions and users.
 *
 * There is one user, root. The machine answers as Linux does in a user namespace in which only id 0 means anything: any other
 * id is EINVAL.
 */
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { writeUserWord } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { leaderOf, processByPid, threadsOf } from "../proc/threads.ts";
import type { SyscallHandler } from "./handler.ts";

const getpid: SyscallHandler = (_core, p) => p.tgid;
const getppid: SyscallHandler = (_core, p) => p.ppid;
const zero: SyscallHandler = () => 0;

// ---- groups and sessions ----

/** Target of setpgid and its like: 0 means the caller. A process is named by its leader. */
const target = (core: Core, p: Process, pid: number): Process | undefined =>
  pid === 0 ? leaderOf(core, p) : processByPid(core, pid);

const setpgid: SyscallHandler = (core, p, a) => {
  const who = target(core, p, a[0]);
  if (a[1] < 0 || (a[1] === 0 && a[0] < 0)) return -Errno.EINVAL;
  if (who === undefined || (who.pid !== p.tgid && who.ppid !== p.tgid)) return -Errno.ESRCH;
  if (who.sid === who.pid || who.sid !== p.sid) return -Errno.EPERM;
  const pgid = a[1] === 0 ? who.pid : a[1];
  if (pgid !== who.pid) {
    const exists = [...core.processes.values()].some((other) => other.pgid === pgid && other.sid === p.sid);
    if (!exists) return -Errno.EPERM;
  }
  for (const thread of threadsOf(core, who.pid)) thread.pgid = pgid;
  return 0;
};

const getpgid: SyscallHandler = (core, p, a) => target(core, p, a[0])?.pgid ?? -Errno.ESRCH;
const getsid: SyscallHandler = (core, p, a) => target(core, p, a[0])?.sid ?? -Errno.ESRCH;

const setsid: SyscallHandler = (core, p) => {
  for (const other of core.processes.values()) if (other.pgid === p.tgid) return -Errno.EPERM;
  for (const thread of threadsOf(core, p.tgid)) {
    thread.sid = p.tgid;
    thread.pgid = p.tgid;
    thread.tty = -1;
  }
  return p.tgid;
};

// ---- users ----

/** All of the ids given must be 0, or −1: leave it as it is. */
const setIds =
  (count: number): SyscallHandler =>
  (_core, _p, a) =>
    a.subarray(0, count).every((id) => id === 0 || id === -1) ? 0 : -Errno.EINVAL;

/** setuid and setgid know no −1. */
const setId: SyscallHandler = (_core, _p, a) => (a[0] === 0 ? 0 : -Errno.EINVAL);

const getIds: SyscallHandler = (core, p, a) => {
  for (const vaddr of a.subarray(0, 3)) {
    const outcome = writeUserWord(core, p, vaddr, 0);
    if (outcome !== 0) return outcome;
  }
  return 0;
};

/** No supplementary groups. */
const getgroups: SyscallHandler = (_core, _p, a) => (a[0] < 0 ? -Errno.EINVAL : 0);
const setgroups: SyscallHandler = (_core, _p, a) => (a[0] === 0 ? 0 : -Errno.EINVAL);

export const identityCalls = {
  getegid: zero,
  geteuid: zero,
  getgid: zero,
  getgroups,
  getpgid,
  getpid,
  getppid,
  getresgid: getIds,
  getresuid: getIds,
  getsid,
  getuid: zero,
  setgid: setId,
  setgroups,
  setpgid,
  setregid: setIds(2),
  setresgid: setIds(3),
  setresuid: setIds(3),
  setreuid: setIds(2),
  setsid,
  setuid: setId,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
