/**
 * From the number in a7 to the handler and back: the one table of all system calls.
 *
 * A call that sleeps leaves pc at the ecall and is executed again from the start when its process wakes; what it has to
 * remember meanwhile stands in p.restart. Events show one entry and one exit for it, however often it was executed.
 */
import { Errno, RESTART, SYSCALLS, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge, count, counted } from "../counters.ts";
import { tell } from "../messages.ts";
import type { Process } from "../proc/process.ts";
import { attributeCalls } from "./attributes.ts";
import { directoryCalls } from "./directories.ts";
import { fileCalls } from "./files.ts";
import { REGISTERS_SET, type SyscallHandler } from "./handler.ts";
import { hostToolCalls } from "./host-tool.ts";
import { identityCalls } from "./identity.ts";
import { memoryCalls } from "./memory.ts";
import { memoryFileCalls } from "./memory-files.ts";
import { messageQueueCalls } from "./message-queues.ts";
import { pipeCalls } from "./pipes.ts";
import { pollCalls } from "./poll.ts";
import { posixQueueCalls } from "./posix-queues.ts";
import { posixTimerCalls } from "./posix-timers.ts";
import { processCalls } from "./process.ts";
import { residentCalls } from "./resident.ts";
import { schedulingCalls } from "./scheduling.ts";
import { segmentCalls } from "./segments.ts";
import { semaphoreCalls } from "./semaphores.ts";
import { signalCalls } from "./signals.ts";
import { socketCalls } from "./sockets.ts";
import { terminalCalls } from "./terminal.ts";
import { threadCalls } from "./threads.ts";
import { timeCalls } from "./time.ts";
import { transferCalls } from "./transfers.ts";
import { virtualCalls } from "./virtual.ts";

const HANDLERS = {
  ...fileCalls,
  ...transferCalls,
  ...attributeCalls,
  ...directoryCalls,
  ...pipeCalls,
  ...pollCalls,
  ...terminalCalls,
  ...socketCalls,
  ...signalCalls,
  ...hostToolCalls,
  ...memoryCalls,
  ...memoryFileCalls,
  ...residentCalls,
  ...virtualCalls,
  ...segmentCalls,
  ...semaphoreCalls,
  ...messageQueueCalls,
  ...processCalls,
  ...identityCalls,
  ...schedulingCalls,
  ...threadCalls,
  ...timeCalls,
  ...posixTimerCalls,
  ...posixQueueCalls,
} satisfies Record<SyscallName, SyscallHandler>;

interface Entry {
  readonly name: SyscallName;
  readonly counter: string;
  readonly handler: SyscallHandler;
  /** Registers that carry arguments: a u64 takes two. */
  readonly registers: number;
}

const BY_NUMBER = new Map<number, Entry>(
  (Object.keys(SYSCALLS) as SyscallName[]).map((name) => {
    const registers = SYSCALLS[name].args.reduce((sum, arg) => sum + (arg.endsWith(":u64") ? 2 : 1), 0);
    return [SYSCALLS[name].number, { name, counter: `syscall.${name}`, handler: HANDLERS[name], registers }];
  }),
);

/** Executes the system call of `p`, which is on the CPU with its pc at an ecall. */
export function dispatchSyscall(core: Core, p: Process): void {
  const { hart } = core;
  const number = hart.x[17];
  const entry = BY_NUMBER.get(number);
  charge(core, core.costs.syscall);
  if (entry === undefined) {
    unknownCall(core, p, number);
    return;
  }
  // A signal handler may have come between: then the call in restart is not this one.
  if (p.restart !== null && (!p.inCall || p.restart.number !== number)) p.restart = null;
  const args = hart.x.slice(10, 16);
  if (!p.inCall) {
    p.counts.syscalls++;
    count(core, entry.counter);
    if (core.sink.enabled) {
      const shown = Array.from(args.subarray(0, entry.registers), (word) => word >>> 0);
      core.sink.emit({ kind: "syscall-enter", pid: p.pid, name: entry.name, args: shown });
    }
  }
  // Someone has decided this call while it slept.
  const decided = p.inCall ? p.restart?.result : undefined;
  finish(core, p, entry, decided ?? entry.handler(core, p, args));
}

function finish(core: Core, p: Process, entry: Entry, result: number): void {
  if (result === RESTART) {
    p.inCall = true;
    return;
  }
  p.inCall = false;
  p.restart = null;
  if (p.state === "zombie") return;
  if (result !== REGISTERS_SET) {
    core.hart.x[10] = result;
    core.hart.pc = (core.hart.pc + 4) >>> 0;
  }
  if (core.sink.enabled) {
    const shown = result === REGISTERS_SET ? core.hart.x[10] : result;
    core.sink.emit({ kind: "syscall-exit", pid: p.pid, name: entry.name, result: shown });
  }
}

/** Linux has given no number above 500 yet. */
const HIGHEST_COUNTED = 1000;

function unknownCall(core: Core, p: Process, number: number): void {
  count(core, "syscall.unknown");
  // A program that tries all numbers must not fill the host's memory with counters.
  const isCounted = number >= 0 && number < HIGHEST_COUNTED;
  const counter = isCounted ? `unknown-call.${number}` : "unknown-call.other";
  count(core, counter);
  // Once is enough: a C library asks for a newer call each time before it falls back on an older one.
  if (counted(core, counter) === 1) {
    tell(core, p.pid, `${p.name} made system call ${number}, which does not exist here; it gets ENOSYS`);
  }
  p.inCall = false;
  p.restart = null;
  core.hart.x[10] = -Errno.ENOSYS;
  core.hart.pc = (core.hart.pc + 4) >>> 0;
}
