/**
 * A whole machine: RAM, hart, MMU, engine and kernel put together, booted from a root file system, and run in slices.
 *
 * The run loop is the only place where virtual time meets the outside. It never looks at a clock: whoever drives it
 * (command line, worker, test) decides how long a slice is, what to do while every process sleeps, and when input is
 * handed over. Input is logged with the cycle at which it was delivered, so that a run can be repeated exactly.
 */
import { assertNever, type Pid } from "../emulator/bits.ts";
import { Interpreter } from "../emulator/cpu/interpreter.ts";
import { Hart } from "../emulator/cpu/state.ts";
import { type Engine, Stop, type StopPoints } from "../emulator/engine.ts";
import type { EventSink } from "../emulator/events.ts";
import { Mmu } from "../emulator/mmu/mmu.ts";
import { Tlb } from "../emulator/mmu/tlb.ts";
import { Ram } from "../emulator/ram.ts";
import { Errno } from "../kernel/abi.ts";
import { costProfile } from "../kernel/costs.ts";
import type { FaultlineEvent } from "../kernel/events.ts";
import type { FolderFailure, FolderOptions } from "../kernel/fs/folder.ts";
import { populate } from "../kernel/fs/root-image.ts";
import { Kernel, type NextStep } from "../kernel/kernel.ts";
import { runHostTool } from "./host-tools.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "./options.ts";
import type { RootEntry } from "./root-file-system.ts";

/** Why `run` came back. */
export type RunStatus =
  /** The slice is over; there is more to do. */
  | { readonly kind: "slice" }
  /** Every process sleeps, and the next timer or device is due at `untilCycles`: wait, or call skipTo. */
  | { readonly kind: "asleep"; readonly untilCycles: number }
  /** Every process waits for input. */
  | { readonly kind: "input" }
  /** The instruction count that the caller asked for is reached; the next instruction has not begun. */
  | { readonly kind: "instruction" }
  /** config.maxInstructions have been executed. */
  | { readonly kind: "instruction-limit" }
  /** The first process has ended; `status` as a shell shows it (128 + signal for a killed one). */
  | { readonly kind: "halted"; readonly status: number };

/** Why `runTo` came back: as `run`, or because a bound or a probe asked for it. */
export type BoundedStatus = RunStatus | { readonly kind: "turn" } | { readonly kind: "paused" };

/**
 * A point in a run, exactly: instructions retired, turns that the kernel has taken since power-on (traps, ticks, idle
 * steps, changes of process, falling asleep), and virtual time, which alone moves while every process sleeps. All three
 * only grow, so moments are ordered by turns, then instructions, then cycles; a state is a function of its moment.
 */
export interface Moment {
  readonly instret: number;
  readonly turns: number;
  readonly cycles: number;
}

/** Where `runTo` stops at the latest; each bound defaults to "never". */
export interface RunBounds {
  readonly untilCycles?: number;
  readonly untilInstret?: number;
  readonly untilTurns?: number;
}

/** Something that came from outside, with the moment at which it came. */
export type InputRecord = Moment & Input;
export type Input =
  | { readonly kind: "bytes"; readonly stream: InputStream; readonly bytes: Uint8Array }
  | { readonly kind: "eof"; readonly stream: InputStream }
  | { readonly kind: "window-size"; readonly columns: number; readonly rows: number }
  /** A debugger has set a register of a process: 1 to 31 are x1 to x31, 32 is pc. */
  | { readonly kind: "register"; readonly pid: number; readonly register: number; readonly value: number }
  /** A debugger has written bytes to RAM. */
  | { readonly kind: "memory"; readonly paddr: number; readonly bytes: Uint8Array };
export type InputStream = "tty0" | "stdin";

/** Number of pc in a register edit, as debuggers count. */
export const PC_REGISTER = 32;

/** What the machine itself remembers between two actions. */
export interface MachineSnapshot {
  readonly turns: number;
  readonly asleepUntilCycles: number;
}

/**
 * Which attempts the probe is asked about: those at a stop point, and the one that follows each of them, by whichever
 * process, so that one can see what has been done.
 */
export interface ProbePoints extends StopPoints {
  /** Also the first attempt after the kernel has taken a turn, which may have written to memory or registers. */
  readonly afterTurns: boolean;
}

export type OutputStream = "tty0" | "stdout" | "stderr";

/** Receives every event with its moment: cycles and retired user instructions. */
export type EventListener = (event: FaultlineEvent, cycles: number, instret: number) => void;

export interface BootOptions {
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  /** Where descriptors 0 to 2 of the first process lead: the machine's terminal, or the host's three streams. */
  readonly stdio: "tty" | "streams";
}

const sleepStatus = (untilCycles: number): RunStatus =>
  untilCycles === Number.POSITIVE_INFINITY ? { kind: "input" } : { kind: "asleep", untilCycles };

class Sink implements EventSink<FaultlineEvent> {
  enabled = false;
  private readonly listeners: EventListener[] = [];
  private readonly hart: Hart;

  constructor(hart: Hart) {
    this.hart = hart;
  }

  emit(event: FaultlineEvent): void {
    for (const listener of this.listeners) listener(event, this.hart.cycles, this.hart.instret);
  }

  add(listener: EventListener): () => void {
    this.listeners.push(listener);
    this.enabled = true;
    return () => {
      const at = this.listeners.indexOf(listener);
      if (at >= 0) this.listeners.splice(at, 1);
      this.enabled = this.listeners.length > 0;
    };
  }
}

export class Machine {
  readonly config: MachineConfig;
  readonly ram: Ram;
  readonly hart: Hart;
  readonly mmu: Mmu;
  readonly engine: Engine;
  readonly kernel: Kernel;
  /** Everything that has come in, in order. A timeline that goes back in time keeps the log; see `deliver`. */
  readonly inputLog: InputRecord[] = [];
  private readonly sink: Sink;
  /** Turns that the kernel has taken since power-on; see Moment. */
  private turns = 0;
  /** Every process sleeps until this cycle unless input comes; −1: someone may be able to run. */
  private asleepUntilCycles = -1;

  /** While true, nothing is passed to `output` and `onMessage`: a past that was seen already is being run again. */
  isMuted = false;
  /**
   * When set, called before every attempt to execute an instruction, with the process that executes it on the CPU (pc
   * stands at the instruction). True stops the run there. Instructions are then run one by one: some ten times slower,
   * unless `probePoints` says at which of them to ask.
   */
  probe: (() => boolean) | null = null;
  private points: ProbePoints | null = null;
  /** The attempt at hart.pc follows one that the probe was asked about. */
  private isAfterProbe = false;
  private probedTurns = -1;
  private isPauseWanted = false;
  private lastMessage = "";

  /**
   * When set, called after the kernel has dealt with a trap, with the process that trapped; the moment is still that of the
   * trap. Costs a call a trap and no event: what follows a live run (fault-log.ts) looks at the kernel's counters in it.
   */
  onTrap: ((pid: number) => void) | null = null;

  /** Receives the kernel's messages for people, a line each. Must not call back into the machine. */
  onMessage: (text: string, pid: number) => void = () => {};

  /**
   * @param root what the file system holds at boot
   * @param output receives bytes that programs write; must not call back into the machine
   * @param folder how the host's folder that `root` is a copy of takes changes; without it they stay in the machine
   */
  constructor(
    config: Partial<MachineConfig>,
    root: Iterable<RootEntry>,
    output: (stream: OutputStream, bytes: Uint8Array) => void,
    folder?: FolderOptions,
  ) {
    this.config = { ...DEFAULT_MACHINE_CONFIG, ...config };
    this.ram = new Ram(this.config.frames);
    this.hart = new Hart();
    this.sink = new Sink(this.hart);
    const tlb = new Tlb({
      sets: this.config.tlbSets,
      ways: this.config.tlbWays,
      replacement: this.config.tlbReplacement,
      seed: this.config.seed,
    });
    const costs = costProfile(this.config.costs);
    const walk = costs === undefined ? {} : { walkCyclesPerRead: costs.kernel.walkRead };
    this.mmu = new Mmu(this.ram, this.hart, tlb, this.sink, walk);
    this.engine = new Interpreter(this.hart, this.mmu, this.ram, this.sink);
    const unlessMuted = (stream: OutputStream, bytes: Uint8Array): void => {
      if (!this.isMuted) output(stream, bytes);
    };
    const message = (pid: number, text: string): void => {
      this.lastMessage = text;
      if (!this.isMuted) this.onMessage(text, pid);
    };
    this.kernel = new Kernel({
      config: this.config,
      ram: this.ram,
      hart: this.hart,
      mmu: this.mmu,
      sink: this.sink,
      host: { output: unlessMuted, message, tool: runHostTool },
    });
    populate(this.kernel.core.fs, root);
    if (folder !== undefined) this.kernel.core.fs.folder.attach(folder);
  }

  /** Starts the first process. Returns null, or the reason why the program cannot be executed. */
  boot(options: BootOptions): string | null {
    this.lastMessage = "";
    const result = this.kernel.boot(options.argv, options.environment, { stdio: options.stdio });
    if (result === 0) return null;
    const name = Object.entries(Errno).find(([, number]) => number === -result)?.[0] ?? `error ${-result}`;
    return this.lastMessage === "" ? `${options.argv[0]}: ${name}` : this.lastMessage;
  }

  /** What the host's folder has refused so far. Like the input log: time travel does not take it back. */
  get folderFailures(): readonly FolderFailure[] {
    return this.kernel.core.fs.folder.failures;
  }

  /** Calls `listener` for every event from now on; returns the function that ends that. */
  subscribe(listener: EventListener): () => void {
    return this.sink.add(listener);
  }

  /**
   * Runs for about `cycles` cycles of virtual time, or until `untilInstret` user instructions have retired since
   * power-on, whichever comes first.
   */
  run(cycles: number, untilInstret = Number.POSITIVE_INFINITY): RunStatus {
    const status = this.runTo({ untilCycles: this.hart.cycles + cycles, untilInstret });
    if (status.kind === "turn" || status.kind === "paused") return { kind: "slice" };
    return status;
  }

  /** Runs until one of the bounds is reached, each checked before the kernel or the hart does anything more. */
  runTo(bounds: RunBounds): BoundedStatus {
    const { hart } = this;
    const { untilCycles = Infinity, untilInstret = Infinity, untilTurns = Infinity } = bounds;
    const instretBound = Math.min(this.config.maxInstructions, untilInstret);
    this.isPauseWanted = false;
    for (;;) {
      if (hart.instret >= instretBound)
        return { kind: untilInstret <= hart.instret ? "instruction" : "instruction-limit" };
      if (hart.cycles >= untilCycles) return { kind: "slice" };
      if (this.turns >= untilTurns) return { kind: "turn" };
      if (this.isPauseWanted) return { kind: "paused" };
      if (hart.cycles < this.asleepUntilCycles) return sleepStatus(this.asleepUntilCycles);
      const next = this.next();
      if (next.kind === "wait") return sleepStatus(next.untilCycles);
      if (next.kind === "halted") return { kind: "halted", status: next.status };
      // What next() has charged, or a change of process, may have brought a bound.
      if (hart.cycles >= untilCycles || this.turns >= untilTurns) continue;
      if (next.kind === "idle") {
        this.kernel.idleStep();
        this.turns++;
        continue;
      }
      const isProbed = this.probe !== null && this.isProbePoint();
      if (isProbed && this.probe!()) return { kind: "paused" };
      const stop = this.engine.run(
        Math.min(next.untilCycles, untilCycles),
        isProbed ? Math.min(instretBound, hart.instret + 1) : instretBound,
      );
      if (stop === Stop.Trap) {
        const pid = this.kernel.core.variables.currentPid;
        this.kernel.trap();
        this.onTrap?.(pid);
        this.turns++;
      } else if (hart.cycles >= next.untilCycles && hart.instret < instretBound) {
        this.kernel.tick();
        this.turns++;
      }
    }
  }

  /** Where to ask the probe; null, as at first: before every instruction. Set it together with `probe`. */
  set probePoints(points: ProbePoints | null) {
    this.points = points;
    this.isAfterProbe = false;
    this.probedTurns = this.turns;
    this.engine.setStopPoints(points);
  }

  /** Whether the probe wants to know of the attempt at hart.pc. */
  private isProbePoint(): boolean {
    if (this.points === null) return true;
    const isPoint = this.engine.isAtStopPoint();
    const isProbed = isPoint || this.isAfterProbe || (this.points.afterTurns && this.turns !== this.probedTurns);
    this.isAfterProbe = isPoint;
    this.probedTurns = this.turns;
    return isProbed;
  }

  /** Asks the kernel what to do, and notices when that alone has changed who runs. */
  private next(): NextStep {
    const { variables } = this.kernel.core;
    const before = variables.currentPid;
    const next = this.kernel.next();
    this.asleepUntilCycles = next.kind === "wait" ? next.untilCycles : -1;
    if (variables.currentPid !== before || next.kind === "wait") this.turns++;
    return next;
  }

  /** Makes the run under way come back at the next moment between two actions. For listeners. */
  pause(): void {
    this.isPauseWanted = true;
  }

  /** Where the machine stands. */
  get moment(): Moment {
    return { instret: this.hart.instret, turns: this.turns, cycles: this.hart.cycles };
  }

  /** The machine's own part of a checkpoint: everything that hart, TLB, RAM and kernel do not hold. */
  snapshot(): MachineSnapshot {
    return { turns: this.turns, asleepUntilCycles: this.asleepUntilCycles };
  }

  restore(snapshot: MachineSnapshot): void {
    this.turns = snapshot.turns;
    this.asleepUntilCycles = snapshot.asleepUntilCycles;
  }

  /**
   * Lets virtual time pass while every process sleeps, at most to when the first wakes. Does nothing when one can run:
   * input that has come since `run` returned may have woken it.
   */
  skipTo(cycles: number): void {
    if (this.hart.cycles < this.asleepUntilCycles) this.kernel.advanceTo(Math.min(cycles, this.asleepUntilCycles));
  }

  /** Hands input to the terminal or to the standard-input stream, now. */
  type(stream: InputStream, bytes: Uint8Array): void {
    this.accept({ kind: "bytes", stream, bytes: bytes.slice() });
  }

  /** Ends an input stream. */
  closeInput(stream: InputStream): void {
    this.accept({ kind: "eof", stream });
  }

  /** Tells the terminal its size in characters; programs get SIGWINCH. */
  resize(columns: number, rows: number): void {
    this.accept({ kind: "window-size", columns, rows });
  }

  /** Does to the machine what a debugger's user asks for, and logs it like input. */
  edit(input: Extract<Input, { kind: "register" | "memory" }>): void {
    this.accept(input);
  }

  private accept(input: Input): void {
    this.inputLog.push({ ...this.moment, ...input });
    this.deliver(input);
  }

  /** Hands input to the kernel without logging it: for replaying a log. */
  deliver(input: Input): void {
    this.asleepUntilCycles = -1;
    this.turns++;
    switch (input.kind) {
      case "bytes":
        this.kernel.deliverInput(input.stream, input.bytes);
        return;
      case "eof":
        this.kernel.deliverInput(input.stream, "eof");
        return;
      case "window-size":
        return this.kernel.resizeTerminal(input.columns, input.rows);
      case "register":
        return this.setRegister(input.pid, input.register, input.value);
      case "memory":
        this.ram.u8.set(input.bytes, input.paddr);
        return;
      default:
        assertNever(input);
    }
  }

  /** The registers of the process on the CPU are the hart's; those of every other stand in its record. */
  private setRegister(pid: number, register: number, value: number): void {
    const { processes, variables } = this.kernel.core;
    const holder = variables.currentPid === pid ? this.hart : processes.get(pid as Pid);
    if (holder === undefined || register === 0) return;
    if (register === PC_REGISTER) holder.pc = value >>> 0;
    else holder.x[register] = value;
  }
}
