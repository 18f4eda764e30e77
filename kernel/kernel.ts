/**
 * The kernel behind the trap: builds the core, answers traps and interrupts, and tells whoever runs the machine what to do
 * next.
 *
 * The machine's loop is
 *
 *     next() ─▶ "run"     engine.run(untilCycles, …); after Stop.Trap call trap(), after Stop.Cycles call tick()
 *            ─▶ "idle"    idleStep(): nothing is ready, a dirty frame gets zeroed
 *            ─▶ "wait"    nothing at all to do: advanceTo(untilCycles), or deliverInput() when that is Infinity
 *            ─▶ "halted"  pid 1 has ended
 *
 * Between any two calls the state is plain data: snapshot() copies it, restore() goes back. The hart, RAM and TLB belong to
 * the machine and are copied by it.
 */
import type { Hart } from "../emulator/cpu/state.ts";
import type { Mmu } from "../emulator/mmu/mmu.ts";
import type { Ram } from "../emulator/ram.ts";
import {
  type Access,
  Cause,
  SUPERVISOR_EXTERNAL_INTERRUPT,
  SUPERVISOR_TIMER_INTERRUPT,
  type Supervisor,
} from "../emulator/trap.ts";
import { RESTART, Signal } from "./abi.ts";
import { type BootOptions, bootFirstProcess } from "./boot.ts";
import type { KernelConfig } from "./config.ts";
import { configProblem } from "./config-check.ts";
import type { Core, HostPort } from "./core.ts";
import { costProfile } from "./costs.ts";
import { charge } from "./counters.ts";
import type { FaultlineSink } from "./events.ts";
import { FileSystem, type FileSystemSnapshot } from "./fs/file-system.ts";
import { checkInvariants } from "./invariants.ts";
import { tell } from "./messages.ts";
import { findVma } from "./mm/areas.ts";
import { Overcommit } from "./mm/commit.ts";
import { balance } from "./mm/daemon.ts";
import { handlePageFault } from "./mm/fault.ts";
import { frameView } from "./mm/frame-view.ts";
import { Frame, FrameDatabase, type FramesSnapshot } from "./mm/frames.ts";
import { chooseOomVictim, explainOom } from "./mm/oom.ts";
import { mayFinishInstruction, noteSignal } from "./mm/progress.ts";
import { makePolicy } from "./mm/replacement/policies.ts";
import { SwapDevice, type SwapSnapshot } from "./mm/swap.ts";
import { freshToken } from "./mm/token-state.ts";
import { completeTransfers } from "./mm/transfers.ts";
import { writeUserWord } from "./mm/user-memory.ts";
import { watermarksOf } from "./mm/watermarks.ts";
import { nextSample, sampleWorkingSets } from "./mm/working-set.ts";
import { runModifiedWriter } from "./mm/writer.ts";
import { KernelPanic } from "./panic.ts";
import { enforceCpuLimit } from "./proc/cpu-limit.ts";
import { exitProcess } from "./proc/exit.ts";
import { explainBus, explainGuard, explainSegv } from "./proc/fault-message.ts";
import { idleStep, idleWorkCycles, zeroUnderLoad } from "./proc/idle.ts";
import { controlLoad, hold, resumeWhenIdle } from "./proc/load-control.ts";
import { freshLoadState } from "./proc/load-state.ts";
import { quantumOf } from "./proc/nice.ts";
import type { Process } from "./proc/process.ts";
import { account, currentProcess, enterNext, fireTimers, hasPendingSignal, leaveCpu, wake } from "./proc/scheduler.ts";
import { deliverSignals, forceSignal, Handler, SignalCode } from "./proc/signals.ts";
import { emptySystemV } from "./proc/system-v.ts";
import { firePosixTimers } from "./proc/timer-signals.ts";
import { fireIntervalTimers } from "./proc/timers.ts";
import { type KernelReport, reportOf } from "./report.ts";
import { dispatchSyscall } from "./sys/dispatch.ts";
import { deliverInput, setWindowSize } from "./tty/device.ts";

/** What the machine's loop has to do now. */
export type NextStep =
  | { readonly kind: "run"; readonly untilCycles: number }
  | { readonly kind: "idle" }
  /** untilCycles Infinity: only input can wake anyone. */
  | { readonly kind: "wait"; readonly untilCycles: number }
  | { readonly kind: "halted"; readonly status: number };

export interface KernelParts {
  readonly config: KernelConfig;
  readonly ram: Ram;
  readonly hart: Hart;
  readonly mmu: Mmu;
  readonly sink: FaultlineSink;
  readonly host: HostPort;
}

/** The part of the core that is one graph of plain objects. */
type CoreGraph = Pick<
  Core,
  | "processes"
  | "spaces"
  | "sharedObjects"
  | "systemV"
  | "load"
  | "token"
  | "watermarks"
  | "reaped"
  | "variables"
  | "counters"
  | "fencesDue"
>;

export interface KernelSnapshot {
  readonly frames: FramesSnapshot;
  readonly swap: SwapSnapshot;
  readonly policy: unknown;
  readonly files: FileSystemSnapshot;
  readonly graph: CoreGraph;
}

/** When somebody wants to look at the A bits. */
const samplesDue = ({ variables }: Core): number => Math.min(variables.sampleCycles, variables.wsDueCycles);

/** Trimming by age needs the books of working sets: every millisecond, unless an interval is given. */
const sampleInterval = ({ workingSetSampleCycles, trimming }: KernelConfig): number =>
  workingSetSampleCycles === 0 && trimming === "age" ? 100_000 : workingSetSampleCycles;

/** Frames that the kernel's own code and data would fill. */
const KERNEL_FRAMES = 8;

export class Kernel implements Supervisor {
  readonly core: Core;

  /** Throws RangeError for an impossible configuration; ask configProblem first. */
  constructor(parts: KernelParts) {
    const { config, ram, hart, mmu, sink, host } = parts;
    const problem =
      configProblem(config) ?? (ram.frames === config.frames ? null : "RAM and configuration differ in frames");
    if (problem !== null) throw new RangeError(problem);
    const policy = makePolicy(config.replacement, config.frames, { seed: config.seed, tau: config.tauCycles })!;
    const costs = costProfile(config.costs)!;
    const free = config.zeroing === "idle" || config.zeroing === "background" ? Frame.Zeroed : Frame.Dirty;
    this.core = {
      config,
      ram,
      hart,
      mmu,
      sink,
      host,
      frames: new FrameDatabase(config.frames, KERNEL_FRAMES, free),
      costs: costs.kernel,
      swap: new SwapDevice(config.swapSlots, costs.device),
      policy,
      watermarks: watermarksOf(config),
      view: frameView(() => this.core),
      fencesDue: [],
      load: freshLoadState(),
      token: freshToken(),
      fs: new FileSystem(),
      processes: new Map(),
      spaces: new Map(),
      sharedObjects: new Map(),
      systemV: emptySystemV(),
      reaped: [],
      variables: {
        currentPid: 0,
        enteredInstret: 0,
        lastPid: 0,
        nextPid: 1,
        nextSpaceId: 1,
        nextObjectId: 1,
        readyQueue: [],
        random: config.seed | 0 || 1,
        timerCycles: Number.POSITIVE_INFINITY,
        sampleCycles: policy.sampleCycles === 0 ? Number.POSITIVE_INFINITY : policy.sampleCycles,
        outOfMemoryPid: 0,
        attempts: 0,
        shortage: "real",
        framesWanted: false,
        zeroDueCycles: 0,
        wsSampleCycles: sampleInterval(config),
        wsDueCycles: sampleInterval(config) === 0 ? Number.POSITIVE_INFINITY : sampleInterval(config),
        tauCycles: config.tauCycles,
        overcommitMode: Overcommit.Always,
        overcommitRatio: 50,
        swappiness: config.swappiness,
        swappinessSum: 0,
        watermarkScale: -1,
        swapReadAhead: config.swapReadAhead,
        writerRatio: -1,
        bootCycles: hart.cycles,
        idleCycles: 0,
        contextSwitches: 0,
        forks: 0,
        haltStatus: -1,
      },
      counters: {},
    };
  }

  /** Makes pid 1 from the program argv[0] of the file system. 0 or −errno. */
  boot(argv: readonly string[], envp: readonly string[], options: BootOptions): number {
    return bootFirstProcess(this.core, argv, envp, options);
  }

  /** The hart has trapped: sepc, scause and stval say why. */
  trap(): void {
    const { core } = this;
    const { hart } = core;
    const p = currentProcess(core);
    if (p === null) throw new KernelPanic("a trap without a process on the CPU");
    account(core, p, "userCycles");
    charge(core, core.costs.trap);
    switch (hart.scause) {
      case Cause.EcallFromUser:
        dispatchSyscall(core, p);
        break;
      case Cause.InstructionPageFault:
        this.#pageFault(p, "execute");
        break;
      case Cause.LoadPageFault:
        this.#pageFault(p, "load");
        break;
      case Cause.StorePageFault:
        this.#pageFault(p, "store");
        break;
      default:
        this.#mistake(p);
    }
    this.#leave();
  }

  #pageFault(p: Process, access: Access): void {
    const { core } = this;
    const vaddr = core.hart.stval >>> 0;
    const outcome = handlePageFault(core, p, vaddr, access);
    if (outcome === "bus" || outcome === "segv" || outcome === "guard") this.#giveUpCall(p);
    if (outcome === "bus") {
      this.#tell(p, Signal.SIGBUS, () => explainBus(core, p.space, vaddr));
      forceSignal(core, p, Signal.SIGBUS, { code: SignalCode.BusAddress, faultVaddr: vaddr });
    } else if (outcome === "guard") {
      this.#tell(p, Signal.SIGSEGV, () => explainGuard(vaddr, access, core.hart.sepc));
      forceSignal(core, p, Signal.SIGSEGV, { code: SignalCode.SegvGuardPage, faultVaddr: vaddr });
    } else if (outcome === "segv") {
      const isMapped = findVma(p.space, vaddr) !== undefined;
      this.#tell(p, Signal.SIGSEGV, () => explainSegv(p.space, vaddr, access, core.hart.sepc));
      const code = isMapped ? SignalCode.SegvAccessError : SignalCode.SegvMapError;
      forceSignal(core, p, Signal.SIGSEGV, { code, faultVaddr: vaddr });
    }
  }

  /**
   * The instruction ends in a signal. A call that slept was to be executed again, and its ecall cannot be any more: another
   * thread, or a child of vfork, has unmapped or changed the instruction meanwhile. Without this the signal would wait for the
   * end of the call for ever.
   */
  #giveUpCall(p: Process): void {
    noteSignal(p);
    p.inCall = false;
    p.restart = null;
  }

  /** Every other exception is the program's mistake, and becomes a signal. */
  #mistake(p: Process): void {
    const { core } = this;
    this.#giveUpCall(p);
    const { scause, stval, sepc } = core.hart;
    const at = `at pc 0x${sepc.toString(16)}`;
    switch (scause) {
      case Cause.IllegalInstruction:
        this.#tell(
          p,
          Signal.SIGILL,
          () =>
            `it executed 0x${(stval >>> 0).toString(16)} ${at}, which is no instruction of this CPU (RV32IMAC): is it data, or built for another CPU?`,
        );
        forceSignal(core, p, Signal.SIGILL, { code: SignalCode.IllegalOpcode, faultVaddr: sepc });
        return;
      case Cause.Breakpoint:
        forceSignal(core, p, Signal.SIGTRAP, { code: SignalCode.TrapBreakpoint, faultVaddr: sepc });
        return;
      case Cause.InstructionMisaligned:
      case Cause.LoadMisaligned:
      case Cause.StoreMisaligned:
        this.#tell(p, Signal.SIGBUS, () => `it used the misaligned address 0x${(stval >>> 0).toString(16)} ${at}`);
        forceSignal(core, p, Signal.SIGBUS, { code: SignalCode.BusAlignment, faultVaddr: stval >>> 0 });
        return;
      default:
        forceSignal(core, p, Signal.SIGBUS, { code: SignalCode.BusAddress, faultVaddr: stval >>> 0 });
    }
  }

  /** A message for people when a signal will end the program. */
  #tell(p: Process, signal: number, text: () => string): void {
    if (p.signalActions.actions[signal].handler > Handler.Ignore) return;
    tell(this.core, p.pid, `${p.name} (pid ${p.pid}) is ended: ${text()}`);
  }

  /** After Stop.Cycles: the clock has reached what next() named. */
  tick(): void {
    const { core } = this;
    const { hart, sink, swap, variables } = core;
    const p = currentProcess(core);
    if (p === null) return;
    account(core, p, "userCycles");
    const isDue = swap.dueCycles <= hart.cycles;
    if (!isDue && p.quantumCycles > 0 && hart.cycles < Math.min(variables.timerCycles, samplesDue(core))) return;
    hart.sepc = hart.pc;
    hart.scause = isDue ? SUPERVISOR_EXTERNAL_INTERRUPT : SUPERVISOR_TIMER_INTERRUPT;
    hart.stval = 0;
    charge(core, core.costs.trap);
    if (sink.enabled) sink.emit({ kind: "trap", cause: hart.scause, stval: 0, sepc: hart.sepc });
    this.#leave();
  }

  /** The way out of the kernel: what is due is done, and some process stands on the CPU, ready to run, if any can. */
  #leave(): void {
    const { core } = this;
    const { hart, variables, sink } = core;
    // Who has just got the CPU runs an instruction first, whatever its way there has cost.
    let isFresh = false;
    for (;;) {
      this.#settle();
      if (variables.haltStatus >= 0) return;
      const p = currentProcess(core);
      if (p !== null && p.state === "running") {
        if (!this.#prepare(p)) continue;
        account(core, p, "systemCycles");
        if (p.quantumCycles <= 0) {
          p.sinceCycles += zeroUnderLoad(core);
          if (!isFresh && variables.readyQueue.length > 0 && !mayFinishInstruction(core, p)) {
            leaveCpu(core);
            continue;
          }
          this.#tendMemory();
          account(core, p, "systemCycles");
          p.quantumCycles = quantumOf(core, p);
        }
        hart.clearReservation();
        if (sink.enabled) sink.emit({ kind: "trap-return", pc: hart.pc });
        return;
      }
      if (p !== null && this.#wasInterrupted(p)) continue;
      leaveCpu(core);
      this.#tendMemory();
      if (enterNext(core) === null) return;
      isFresh = true;
    }
  }

  /** The kernel's own tasks about memory, between two turns of processes. */
  #tendMemory(): void {
    balance(this.core);
    runModifiedWriter(this.core);
    controlLoad(this.core);
  }

  /** A process whose ecall fell asleep, or was about to, while a signal already waited for it: back to delivery. */
  #wasInterrupted(p: Process): boolean {
    if (p.state !== "blocked" || !p.interruptible || !hasPendingSignal(p)) return false;
    const { channel } = p;
    p.state = "running";
    p.channel = "";
    p.wakeAtCycles = -1;
    if (this.core.sink.enabled) this.core.sink.emit({ kind: "process-wake", pid: p.pid, channel });
    return true;
  }

  /** Signals, and the thread id that a new process owes its own memory. False: look again at who runs. */
  #prepare(p: Process): boolean {
    const { core } = this;
    if (p.group.isSuspended && hold(core, p)) return false;
    if (p.setChildTid !== 0) {
      const written = writeUserWord(core, p, p.setChildTid, p.pid);
      if (written === RESTART) return false;
      p.setChildTid = 0;
    }
    if (p.pending.length === 0 && p.group.pending.length === 0 && !p.group.isStopped) return true;
    const signal = deliverSignals(core, p);
    if (signal !== 0) exitProcess(core, p, 0, signal);
    return p.state === "running";
  }

  /** Devices, deadlines, sampling, and memory that has run out. */
  #settle(): void {
    const { core } = this;
    const { hart, variables } = core;
    completeTransfers(core);
    fireIntervalTimers(core);
    enforceCpuLimit(core);
    firePosixTimers(core);
    fireTimers(core);
    if (hart.cycles >= variables.sampleCycles) {
      core.policy.sample(core.view);
      variables.sampleCycles = hart.cycles + core.policy.sampleCycles;
    }
    if (hart.cycles >= variables.wsDueCycles) {
      sampleWorkingSets(core);
      variables.wsDueCycles = nextSample(core, variables.wsSampleCycles);
    }
    if (variables.outOfMemoryPid !== 0) this.#endForMemory();
  }

  #endForMemory(): void {
    const { core } = this;
    const { shortage } = core.variables;
    core.variables.outOfMemoryPid = 0;
    core.variables.shortage = "real";
    // What has been freed since may be enough.
    if (core.frames.availableFrames > 0 && shortage === "real") {
      wake(core, "frames");
      return;
    }
    const victim = chooseOomVictim(core);
    if (victim === null) throw new KernelPanic("memory has run out without any process");
    const reason = explainOom(core, victim, shortage);
    core.counters["fault.oom"] = (core.counters["fault.oom"] ?? 0) + 1;
    if (core.sink.enabled) {
      core.sink.emit({ kind: "out-of-memory", pid: victim.pid, name: victim.name, reason });
    }
    tell(core, victim.pid, `${victim.name} (pid ${victim.pid}) is ended: ${reason}`);
    exitProcess(core, victim, 0, Signal.SIGKILL);
    core.variables.framesWanted = false;
    wake(core, "frames");
  }

  /** What to do now. Puts a process on the CPU if there is one that can run. */
  next(): NextStep {
    const { core } = this;
    const { hart, swap, variables } = core;
    if (variables.haltStatus >= 0) return { kind: "halted", status: variables.haltStatus };
    const current = currentProcess(core);
    if (current === null || current.state !== "running") this.#leave();
    if (variables.haltStatus >= 0) return { kind: "halted", status: variables.haltStatus };
    const due = Math.min(swap.dueCycles, variables.timerCycles);
    const p = currentProcess(core);
    if (p !== null) {
      // From when the quantum was last accounted, not from now: the answer must not depend on how often it is asked.
      return {
        kind: "run",
        untilCycles: Math.min(p.sinceCycles + Math.max(1, p.quantumCycles), due, samplesDue(core)),
      };
    }
    if (due <= hart.cycles) return this.next();
    if (core.load.suspended.length > 0 && resumeWhenIdle(core)) return this.next();
    const idleCycles = idleWorkCycles(core);
    return idleCycles <= hart.cycles ? { kind: "idle" } : { kind: "wait", untilCycles: Math.min(due, idleCycles) };
  }

  /** One step of the idle task; after next() said "idle". */
  idleStep(): void {
    idleStep(this.core);
  }

  /** Nothing happens until then: the clock jumps. After next() said "wait" with a finite bound, or before input. */
  advanceTo(cycles: number): void {
    const { hart, sink, variables } = this.core;
    if (!(cycles > hart.cycles) || cycles === Number.POSITIVE_INFINITY) return;
    if (sink.enabled) sink.emit({ kind: "idle-wait", untilCycles: cycles });
    variables.idleCycles += cycles - hart.cycles;
    hart.cycles = cycles;
  }

  /** Bytes from the host, or their end. Returns how many had to be dropped because too many wait already. */
  deliverInput(stream: "tty0" | "stdin", bytes: Uint8Array | "eof"): number {
    return deliverInput(this.core, stream, bytes);
  }

  /** The terminal has a new size in characters; its foreground processes get SIGWINCH. */
  resizeTerminal(columns: number, rows: number): void {
    setWindowSize(this.core, columns, rows);
  }

  /** Whether a process is asleep until the host's standard input brings something. */
  get wantsInput(): boolean {
    for (const p of this.core.processes.values()) if (p.state === "blocked" && p.channel === "stdin") return true;
    return false;
  }

  snapshot(): KernelSnapshot {
    const { core } = this;
    const { processes, spaces, sharedObjects, systemV, load, token, watermarks } = core;
    const { reaped, variables, counters, fencesDue } = core;
    return {
      frames: core.frames.snapshot(),
      swap: core.swap.snapshot(),
      policy: core.policy.snapshot(),
      files: core.fs.snapshot(),
      graph: structuredClone({
        processes,
        spaces,
        sharedObjects,
        systemV,
        load,
        token,
        watermarks,
        reaped,
        variables,
        counters,
        fencesDue,
      }),
    };
  }

  restore(snapshot: KernelSnapshot): void {
    const { core } = this;
    core.frames.restore(snapshot.frames);
    core.swap.restore(snapshot.swap);
    core.policy.restore(snapshot.policy);
    core.fs.restore(snapshot.files);
    Object.assign(core, structuredClone(snapshot.graph));
  }

  /** Throws KernelPanic when the books disagree with each other or with the page tables. */
  checkInvariants(): void {
    checkInvariants(this.core);
  }

  /** The figures of --report. */
  report(): KernelReport {
    return reportOf(this.core);
  }
}
