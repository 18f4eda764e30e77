/** The first process: pid 1, made from nothing, running the program it is given. */
import type { Pid } from "../emulator/bits.ts";
import type { Core } from "./core.ts";
import { openHostStreams, openTerminal } from "./fs/open-file.ts";
import { MMAP_TOP, STACK_TOP } from "./mm/address-space.ts";
import { execProgram } from "./proc/exec.ts";
import { INIT_PID } from "./proc/exit.ts";
import { zeroCounts } from "./proc/fork.ts";
import type { Process } from "./proc/process.ts";
import { initialLimits } from "./proc/resources.ts";
import { makeReady } from "./proc/scheduler.ts";
import { freshSignalActions } from "./proc/signals.ts";
import { noSpace } from "./proc/space-users.ts";
import { freshGroup } from "./proc/threads.ts";

export interface BootOptions {
  /** "tty": descriptors 0 to 2 are the terminal. "streams": they are the host's standard streams. */
  readonly stdio: "tty" | "streams";
}

/** Linux's default soft limit for stacks, where user space has room for it. */
const STACK_LIMIT_BYTES = Math.min(8 << 20, STACK_TOP - MMAP_TOP);

/** Makes pid 1 ready to run `argv[0]`. 0, or −errno with a `message` event that says why. */
export function bootFirstProcess(
  core: Core,
  argv: readonly string[],
  envp: readonly string[],
  options: BootOptions,
): number {
  const p = firstProcess(core, INIT_PID);
  core.processes.set(p.pid, p);
  core.variables.nextPid = p.pid + 1;
  if (options.stdio === "tty") openTerminal(core, p);
  else openHostStreams(core, p);
  const result = execProgram(core, p, argv[0] ?? "", argv, envp);
  if (result !== 0) {
    core.processes.delete(p.pid);
    return result;
  }
  if (core.sink.enabled) core.sink.emit({ kind: "process-start", pid: p.pid, parent: 0, name: p.name });
  makeReady(core, p);
  return 0;
}

function firstProcess(core: Core, pid: Pid): Process {
  return {
    pid,
    tgid: pid,
    ppid: 0 as Pid,
    pgid: pid,
    sid: pid,
    name: "",
    argv: [],
    environment: [],
    state: "stopped",
    x: new Int32Array(32),
    pc: 0,
    channel: "",
    wakeAtCycles: -1,
    interruptible: false,
    inCall: false,
    lastFaultInstructions: -1,
    lastFaultProgress: 0,
    faultsInPlace: 0,
    restart: null,
    space: noSpace(),
    files: { users: 1, slots: [], locks: [] },
    fs: { users: 1, cwd: core.fs.root.number, cwdPath: "/", umask: 0o022 },
    signalActions: freshSignalActions(),
    sigmaskLow: 0,
    sigmaskHigh: 0,
    savedSigmask: null,
    pending: [],
    group: freshGroup(),
    altStack: { vaddr: 0, bytes: 0, flags: 0 },
    robustListVaddr: 0,
    clearChildTid: 0,
    setChildTid: 0,
    exitCode: 0,
    exitSignal: 0,
    parentSignal: 0,
    parentDeathSignal: 0,
    oomScoreAdjust: 0,
    nice: 0,
    stopReport: 0,
    continueReport: false,
    limits: initialLimits(STACK_LIMIT_BYTES),
    hardFaultVpn: -1,
    peakResidentPages: 0,
    tty: -1,
    counts: zeroCounts(),
    quantumCycles: core.config.quantumCycles,
    sinceInstret: core.hart.instret,
    sinceCycles: core.hart.cycles,
    startCycles: core.hart.cycles,
  };
}
