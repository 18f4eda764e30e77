/**
 * A whole machine: RAM, hart, MMU, engine and kernel put together, booted from a root file system, and run in slices.
 *
 * The run loop is the only place where virtual time meets the outside. It never looks at a clock: whoever drives it
 * (command line, worker, test) decides how long a slice is, what to do while every process sleeps, and when input is
 * handed over. Input is logged with the cycle at which it was delivered, so that a run can be repeated exactly.
 */
import { assertNever } from "../emulator/bits.ts";
import { Hart } from "../emulator/cpu/state.ts";
import { Interpreter } from "../emulator/cpu/interpreter.ts";
import { type Engine, Stop } from "../emulator/engine.ts";
import type { EventSink } from "../emulator/events.ts";
import { Mmu } from "../emulator/mmu/mmu.ts";
import { Tlb } from "../emulator/mmu/tlb.ts";
import { Ram } from "../emulator/ram.ts";
import { Errno } from "../kernel/abi.ts";
import type { FaultlineEvent } from "../kernel/events.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { RootEntry } from "./root-file-system.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "./options.ts";

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

/**
 * Something that came from outside, with the moment it came: hart.cycles, and whether the machine was in the middle of
 * its work or asleep (`run` had said so). Both together make the moment exact.
 */
export type InputRecord = InputMoment & Input;
export interface InputMoment {
  readonly atCycles: number;
  readonly whileAsleep: boolean;
}
export type Input =
  | { readonly kind: "bytes"; readonly stream: InputStream; readonly bytes: Uint8Array }
  | { readonly kind: "eof"; readonly stream: InputStream }
  | { readonly kind: "window-size"; readonly columns: number; readonly rows: number };
export type InputStream = "tty0" | "stdin";

export type OutputStream = "tty0" | "stdout" | "stderr";

/** Receives every event with its moment: cycles and retired user instructions. */
export type EventListener = (event: FaultlineEvent, cycles: number, instret: number) => void;

export interface BootOptions {
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  /** Where descriptors 0 to 2 of the first process lead: the machine's terminal, or the host's three streams. */
  readonly stdio: "tty" | "streams";
}

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
  private isAsleep = false;
  private lastMessage = "";

  /** Receives the kernel's messages for people, a line each. Must not call back into the machine. */
  onMessage: (text: string, pid: number) => void = () => {};

  /**
   * @param root what the file system holds at boot
   * @param output receives bytes that programs write; must not call back into the machine
   */
  constructor(config: Partial<MachineConfig>, root: Iterable<RootEntry>, output: (stream: OutputStream, bytes: Uint8Array) => void) {
    this.config = { ...DEFAULT_MACHINE_CONFIG, ...config };
    this.ram = new Ram(this.config.frames);
    this.hart = new Hart();
    this.sink = new Sink(this.hart);
    const tlb = new Tlb({ sets: this.config.tlbSets, ways: this.config.tlbWays, replacement: this.config.tlbReplacement, seed: this.config.seed });
    this.mmu = new Mmu(this.ram, this.hart, tlb, this.sink);
    this.engine = new Interpreter(this.hart, this.mmu, this.ram, this.sink);
    const message = (pid: number, text: string): void => {
      this.lastMessage = text;
      this.onMessage(text, pid);
    };
    this.kernel = new Kernel({ config: this.config, ram: this.ram, hart: this.hart, mmu: this.mmu, sink: this.sink, host: { output, message } });
    this.kernel.core.fs.populate(root);
  }

  /** Starts the first process. Returns null, or the reason why the program cannot be executed. */
  boot(options: BootOptions): string | null {
    this.lastMessage = "";
    const result = this.kernel.boot(options.argv, options.environment, { stdio: options.stdio });
    if (result === 0) return null;
    const name = Object.entries(Errno).find(([, number]) => number === -result)?.[0] ?? `error ${-result}`;
    return this.lastMessage === "" ? `${options.argv[0]}: ${name}` : this.lastMessage;
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
    const status = this.advance(this.hart.cycles + cycles, untilInstret);
    this.isAsleep = status.kind === "asleep" || status.kind === "input";
    return status;
  }

  private advance(untilCycles: number, untilInstret: number): RunStatus {
    const instretBound = Math.min(this.config.maxInstructions, untilInstret);
    while (this.hart.cycles < untilCycles) {
      const next = this.kernel.next();
      switch (next.kind) {
        case "run": {
          const stop = this.engine.run(Math.min(next.untilCycles, untilCycles), instretBound);
          if (stop === Stop.Trap) this.kernel.trap();
          else if (stop === Stop.Instructions) return { kind: untilInstret <= this.config.maxInstructions ? "instruction" : "instruction-limit" };
          else if (this.hart.cycles >= next.untilCycles) this.kernel.tick();
          break;
        }
        case "idle":
          this.kernel.idleStep();
          break;
        case "wait":
          return next.untilCycles === Number.POSITIVE_INFINITY ? { kind: "input" } : { kind: "asleep", untilCycles: next.untilCycles };
        case "halted":
          return { kind: "halted", status: next.status };
      }
    }
    return { kind: "slice" };
  }

  /** Lets virtual time pass while every process sleeps. */
  skipTo(cycles: number): void {
    this.kernel.advanceTo(cycles);
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

  private accept(input: Input): void {
    this.inputLog.push({ atCycles: this.hart.cycles, whileAsleep: this.isAsleep, ...input });
    this.deliver(input);
  }

  /** Hands input to the kernel without logging it: for replaying a log. */
  deliver(input: Input): void {
    switch (input.kind) {
      case "bytes":
        this.kernel.deliverInput(input.stream, input.bytes);
        return;
      case "eof":
        this.kernel.deliverInput(input.stream, "eof");
        return;
      case "window-size":
        return this.kernel.resizeTerminal(input.columns, input.rows);
      default:
        assertNever(input);
    }
  }
}
