/**
 * A small machine for tests of system calls without a CPU: real RAM and page tables that a test's process sees as a few
 * mapped pages, the real file system, terminal and signals, and a dispatcher's worth of calling convention. Everything
 * that would need frames (faults on unmapped pages) answers "no such memory".
 */

import { Hart } from "../../../emulator/cpu/state.ts";
import { makePte, PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from "../../../emulator/pte.ts";
import { Ram } from "../../../emulator/ram.ts";
import { RESTART, SYSCALLS, type SyscallName } from "../../../kernel/abi.ts";
import { DEFAULT_CONFIG } from "../../../kernel/config.ts";
import type { Core } from "../../../kernel/core.ts";
import { COST_PROFILES } from "../../../kernel/costs.ts";
import type { FaultlineEvent } from "../../../kernel/events.ts";
import { checkFiles } from "../../../kernel/fs/check.ts";
import { FileSystem, ROOT_INODE } from "../../../kernel/fs/file-system.ts";
import { forkFiles, openHostStreams, openTerminal } from "../../../kernel/fs/open-file.ts";
import { areaList } from "../../../kernel/mm/area-list.ts";
import { SwapDevice } from "../../../kernel/mm/swap.ts";
import { freshToken } from "../../../kernel/mm/token-state.ts";
import type { Process } from "../../../kernel/proc/process.ts";
import { initialLimits } from "../../../kernel/proc/resources.ts";
import { forkSignals, freshSignalActions } from "../../../kernel/proc/signals.ts";
import { freshGroup } from "../../../kernel/proc/threads.ts";
import { attributeCalls } from "../../../kernel/sys/attributes.ts";
import { directoryCalls } from "../../../kernel/sys/directories.ts";
import { fileCalls } from "../../../kernel/sys/files.ts";
import { REGISTERS_SET, type SyscallHandler } from "../../../kernel/sys/handler.ts";
import { identityCalls } from "../../../kernel/sys/identity.ts";
import { pipeCalls } from "../../../kernel/sys/pipes.ts";
import { pollCalls } from "../../../kernel/sys/poll.ts";
import { signalCalls } from "../../../kernel/sys/signals.ts";
import { terminalCalls } from "../../../kernel/sys/terminal.ts";
import { threadCalls } from "../../../kernel/sys/threads.ts";
import { timeCalls } from "../../../kernel/sys/time.ts";
import { transferCalls } from "../../../kernel/sys/transfers.ts";

const HANDLERS: Partial<Record<SyscallName, SyscallHandler>> = {
  ...fileCalls,
  ...transferCalls,
  ...attributeCalls,
  ...identityCalls,
  ...threadCalls,
  ...timeCalls,
  ...directoryCalls,
  ...pipeCalls,
  ...pollCalls,
  ...signalCalls,
  ...terminalCalls,
};

/** First address of the process's memory, and how many pages it has. */
export const MEMORY = 0x10000;
export const PAGES = 64;
/** Where `text` and `put` place their bytes, in turn; the pages above are for `at`. */
const SCRATCH = MEMORY;
export const BUFFER = MEMORY + 32 * 4096;
/** Stack pointer of the process. */
export const STACK = MEMORY + PAGES * 4096;
/** An address at which nothing is mapped. */
export const NOWHERE = 0x70000000;
export const ECALL_PC = 0x40000;

export const ASLEEP = RESTART;

const ROOT_FRAME = 1;
const LEAF_FRAME = 2;
const FIRST_PAGE_FRAME = 3;

export class Guest {
  readonly core: Core;
  readonly events: FaultlineEvent[] = [];
  /** Everything that has left by the host port, as text, by stream. */
  readonly shown: Record<"tty0" | "stdout" | "stderr", string> = { tty0: "", stdout: "", stderr: "" };
  p: Process;
  #scratch = SCRATCH;

  constructor(io: "terminal" | "streams" | "none" = "none") {
    const ram = new Ram(FIRST_PAGE_FRAME + PAGES);
    ram.writeWord(ROOT_FRAME * 4096, makePte(LEAF_FRAME, PTE_V));
    const flags = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
    for (let i = 0; i < PAGES; i++) {
      ram.writeWord(LEAF_FRAME * 4096 + (MEMORY / 4096 + i) * 4, makePte(FIRST_PAGE_FRAME + i, flags));
    }
    const core = {
      config: DEFAULT_CONFIG,
      costs: COST_PROFILES.textbook.kernel,
      ram,
      hart: new Hart(),
      sink: { enabled: true, emit: (event: FaultlineEvent) => void this.events.push(event) },
      host: {
        output: (stream: "tty0" | "stdout" | "stderr", bytes: Uint8Array) => {
          this.shown[stream] += Buffer.from(bytes).toString("utf8");
        },
      },
      fs: new FileSystem(),
      processes: new Map(),
      spaces: new Map(),
      sharedObjects: new Map(),
      counters: {},
      swap: new SwapDevice(0, COST_PROFILES.textbook.device),
      token: freshToken(),
      variables: {
        currentPid: 0,
        enteredInstret: 0,
        readyQueue: [],
        random: 1,
        timerCycles: Number.POSITIVE_INFINITY,
        nextPid: 2,
      },
    };
    this.core = core as unknown as Core;
    this.p = this.#process(1, 0);
    if (io === "terminal") openTerminal(this.core, this.p);
    if (io === "streams") openHostStreams(this.core, this.p);
    this.run(this.p);
  }

  #process(pid: number, ppid: number): Process {
    const p = {
      pid,
      tgid: pid,
      ppid,
      pgid: 1,
      sid: 1,
      name: "guest",
      argv: ["guest"],
      state: "running",
      x: new Int32Array(32),
      pc: ECALL_PC,
      channel: "",
      wakeAtCycles: -1,
      interruptible: false,
      inCall: false,
      restart: null,
      space: { id: 1, areas: areaList(), rootPfn: ROOT_FRAME, asid: 1 },
      files: { users: 1, slots: [], locks: [] },
      fs: { users: 1, cwd: ROOT_INODE, cwdPath: "/", umask: 0o022 },
      signalActions: freshSignalActions(),
      sigmaskLow: 0,
      sigmaskHigh: 0,
      savedSigmask: null,
      pending: [],
      group: freshGroup(),
      altStack: { vaddr: 0, bytes: 0, flags: 0 },
      stopReport: 0,
      continueReport: false,
      tty: -1,
      limits: initialLimits(8 << 20),
      counts: { voluntarySwitches: 0, involuntarySwitches: 0, faults: 0, segv: 0 },
    } as unknown as Process;
    this.core.processes.set(p.pid, p);
    return p;
  }

  /** A copy of the present process with the same files; it shares the memory. */
  fork(pid: number): Process {
    const parent = this.p;
    const child = this.#process(pid, parent.pid);
    child.files = forkFiles(parent.files);
    child.signalActions = forkSignals(parent.signalActions);
    Object.assign(child, { pgid: parent.pgid, sid: parent.sid, tty: parent.tty, fs: { ...parent.fs } });
    return child;
  }

  /** Puts a process on the CPU, whatever it was doing. */
  run(p: Process): void {
    if (this.p !== p && this.p.state === "running") this.p.state = "ready";
    this.p = p;
    p.state = "running";
    p.channel = "";
    this.core.hart.x.set(p.x);
    this.core.hart.x[2] = STACK;
    this.core.hart.pc = p.pc;
    this.core.variables.currentPid = p.pid;
  }

  /** Executes one system call of the present process. Result ASLEEP: it sleeps (or would be executed again at once). */
  call(name: SyscallName, ...args: number[]): number {
    const { hart } = this.core;
    const { number } = SYSCALLS[name];
    hart.x[17] = number;
    for (let i = 0; i < 6; i++) hart.x[10 + i] = args[i] ?? 0;
    if (this.p.restart !== null && (!this.p.inCall || this.p.restart.number !== number)) this.p.restart = null;
    const result = HANDLERS[name]!(this.core, this.p, hart.x.slice(10, 16));
    if (result === RESTART) {
      this.p.inCall = true;
      this.p.x.set(hart.x);
      this.p.pc = hart.pc;
      return result;
    }
    this.p.inCall = false;
    this.p.restart = null;
    return result === REGISTERS_SET ? result : result | 0;
  }

  // ---- memory ----

  /** A view of the process's memory. */
  at(vaddr: number, bytes: number): Uint8Array {
    const start = FIRST_PAGE_FRAME * 4096 + vaddr - MEMORY;
    return this.core.ram.u8.subarray(start, start + bytes);
  }

  /** Places bytes in memory and returns their address. */
  put(bytes: ArrayLike<number>): number {
    if (this.#scratch + bytes.length + 8 > BUFFER) this.#scratch = SCRATCH;
    const vaddr = this.#scratch;
    this.#scratch += (bytes.length + 7) & ~7;
    this.at(vaddr, bytes.length).set(bytes);
    return vaddr;
  }

  words(...values: number[]): number {
    return this.put(new Uint8Array(Int32Array.from(values).buffer));
  }

  wordAt(vaddr: number): number {
    const bytes = this.at(vaddr, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  }

  /** Places a string with its 0. */
  text(text: string): number {
    return this.put(Buffer.from(text + "\0", "utf8"));
  }

  // ---- calls with strings ----

  open(path: string, flags = 0, mode = 0o644): number {
    return this.call("openat", -100, this.text(path), flags, mode);
  }

  write(fd: number, text: string): number {
    const bytes = Buffer.from(text, "utf8");
    return this.call("write", fd, this.put(bytes), bytes.length);
  }

  /** Reads as text, or gives the negative result. */
  read(fd: number, bytes = 4096): string | number {
    const result = this.call("read", fd, BUFFER, bytes);
    return result < 0 ? result : Buffer.from(this.at(BUFFER, result)).toString("utf8");
  }

  /** Reads a file to its end. */
  slurp(path: string): string {
    const fd = this.open(path);
    if (fd < 0) throw new Error(`open of ${path} gave ${fd}`);
    let text = "";
    for (let part = this.read(fd); part !== ""; part = this.read(fd)) {
      if (typeof part === "number") throw new Error(`read of ${path} gave ${part}`);
      text += part;
    }
    this.call("close", fd);
    return text;
  }

  /** Names that getdents64 gives for an open directory, in order, with their types. */
  list(fd: number): { name: string; type: number }[] {
    const found: { name: string; type: number }[] = [];
    for (
      let bytes = this.call("getdents64", fd, BUFFER, 4096);
      bytes > 0;
      bytes = this.call("getdents64", fd, BUFFER, 4096)
    ) {
      for (let at = 0; at < bytes; ) {
        const entry = this.at(BUFFER + at, bytes - at);
        const length = entry[16] | (entry[17] << 8);
        const name = Buffer.from(entry.subarray(19, entry.indexOf(0, 19))).toString("utf8");
        found.push({ name, type: entry[18] });
        at += length;
      }
    }
    return found;
  }

  check(): void {
    checkFiles(this.core);
  }
}
