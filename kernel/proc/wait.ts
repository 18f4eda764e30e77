/**
 * waitid: a parent learns what has become of a child: ended, stopped, continued.
 *
 * siginfo as Linux lays it out: 0 si_signo, 4 si_errno, 8 si_code, 12 si_pid, 16 si_uid, 20 si_status; 128 bytes. After
 * WNOHANG with nothing to report, si_signo and si_pid are 0.
 */
import type { Pid } from "../../emulator/bits.ts";
import { Errno, Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { prepareUser, writeUser, writeUserWords } from "../mm/user-memory.ts";
import { reap } from "./exit.ts";
import type { Process } from "./process.ts";
import { RUSAGE_BYTES, rusageOf } from "./rusage.ts";
import { childChannel, SignalCode, sleepUnlessSignalled } from "./signals.ts";
import { isLeader, isOver, leaderOf } from "./threads.ts";

const IdType = { All: 0, Pid: 1, Pgid: 2, PidFd: 3 } as const;
const Option = { NoHang: 1, Stopped: 2, Exited: 4, Continued: 8, NoWait: 0x1000000 } as const;
const ALL_OPTIONS = Option.NoHang | Option.Stopped | Option.Exited | Option.Continued | Option.NoWait;
/** __WALL, __WCLONE, __WNOTHREAD: accepted; every thread of a process waits for all its children. */
const THREAD_OPTIONS = 0xe0000000 | 0;
const SIGINFO_BYTES = 128;
/** The part of siginfo that waitid writes. */
const WRITTEN_WORDS = 6;

export interface WaitRequest {
  readonly idType: number;
  readonly id: number;
  readonly infoVaddr: number;
  readonly options: number;
  readonly rusageVaddr: number;
}

/** 0, −errno, or RESTART. */
export function waitForChild(core: Core, p: Process, request: WaitRequest): number {
  const options = request.options & ~THREAD_OPTIONS;
  const wanted = options & (Option.Stopped | Option.Exited | Option.Continued);
  if ((options & ~ALL_OPTIONS) !== 0 || wanted === 0) return -Errno.EINVAL;
  // A descriptor of a process: nothing here makes one.
  if (request.idType === IdType.PidFd) return request.id < 0 ? -Errno.EINVAL : -Errno.EBADF;
  if (request.idType < IdType.All || request.idType > IdType.Pgid) return -Errno.EINVAL;
  if (request.idType !== IdType.All && request.id < (request.idType === IdType.Pid ? 1 : 0)) return -Errno.EINVAL;

  let exists = false;
  for (const child of core.processes.values()) {
    if (child.ppid !== p.tgid || !isLeader(child) || !matches(p, child, request)) continue;
    exists = true;
    const news = newsOf(child, options);
    if (news !== null) return report(core, p, child, news, request);
  }
  if (!exists) return writeInfo(core, p, request.infoVaddr, new Int32Array(WRITTEN_WORDS)) || -Errno.ECHILD;
  if ((options & Option.NoHang) !== 0) return writeInfo(core, p, request.infoVaddr, new Int32Array(WRITTEN_WORDS));
  return sleepUnlessSignalled(core, p, childChannel(p.tgid));
}

function matches(p: Process, child: Process, { idType, id }: WaitRequest): boolean {
  if (idType === IdType.Pid) return child.pid === (id as Pid);
  if (idType === IdType.Pgid) return child.pgid === (id === 0 ? p.pgid : id);
  return true;
}

interface News {
  readonly code: number;
  readonly status: number;
  /** Which report is used up by it. */
  readonly kind: "exit" | "stop" | "continue";
}

function newsOf(child: Process, options: number): News | null {
  if (isOver(child)) {
    if ((options & Option.Exited) === 0) return null;
    if (child.exitSignal === 0) return { code: SignalCode.ChildExited, status: child.exitCode, kind: "exit" };
    return { code: SignalCode.ChildKilled, status: child.exitSignal, kind: "exit" };
  }
  if (child.stopReport !== 0 && (options & Option.Stopped) !== 0) {
    return { code: SignalCode.ChildStopped, status: child.stopReport, kind: "stop" };
  }
  if (child.continueReport && (options & Option.Continued) !== 0) {
    return { code: SignalCode.ChildContinued, status: Signal.SIGCONT, kind: "continue" };
  }
  return null;
}

/** Writes the answer; only when that has succeeded is the report used up. */
function report(core: Core, p: Process, child: Process, news: News, request: WaitRequest): number {
  if (request.rusageVaddr !== 0) {
    const ready = prepareUser(core, p, request.rusageVaddr, RUSAGE_BYTES, "store");
    if (ready !== 0) return ready;
  }
  const info = Int32Array.of(Signal.SIGCHLD, 0, news.code, child.pid, 0, news.status);
  const written = writeInfo(core, p, request.infoVaddr, info);
  if (written !== 0) return written;
  if (request.rusageVaddr !== 0) {
    const result = writeUser(core, p, request.rusageVaddr, new Uint8Array(rusageOf(core, child, "both").buffer));
    if (result !== 0) return result;
  }
  if ((request.options & Option.NoWait) !== 0) return 0;
  if (news.kind === "exit") reap(core, child, leaderOf(core, p));
  else if (news.kind === "stop") child.stopReport = 0;
  else child.continueReport = false;
  return 0;
}

function writeInfo(core: Core, p: Process, vaddr: number, info: Int32Array): number {
  if (vaddr === 0) return 0;
  const ready = prepareUser(core, p, vaddr, SIGINFO_BYTES, "store");
  return ready !== 0 ? ready : writeUserWords(core, p, vaddr, info);
}
