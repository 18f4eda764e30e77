/**
 * The worker: owns the machine and runs it in short slices, so that a key, a pause or a resize is noticed within a few
 * milliseconds even while a program spins. While every process sleeps it waits in real time (1 cycle = 10 ns), then
 * lets virtual time follow.
 */
import { NANOSECONDS_PER_CYCLE } from "../kernel/config.ts";
import { filesBelow, fingerprintBelow } from "../system/home-files.ts";
import { Machine, type RunStatus } from "../system/machine.ts";
import { liveFigures } from "../system/report.ts";
import { readRootArchive } from "../system/root-file-system.ts";
import type { FromWorker, MachineState, ToWorker } from "./protocol.ts";

/** Host time of one slice, and its bounds in cycles; the length adapts to the speed of the computer. */
const SLICE_MILLISECONDS = 6;
const LEAST_SLICE_CYCLES = 10_000;
const MOST_SLICE_CYCLES = 20_000_000;
const FIGURES_EVERY_MILLISECONDS = 100;
const SAVE_EVERY_MILLISECONDS = 1000;
const LONGEST_NAP_MILLISECONDS = 50;
/** Output that the page may have outstanding before the machine is held. */
const MOST_UNDRAWN_BYTES = 256 * 1024;
const HOME = "/root";

const post = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, transfer);

/** One booted machine and everything that drives it. */
class Session {
  private readonly machine: Machine;
  private output: Uint8Array[] = [];
  private undrawnBytes = 0;
  private sliceCycles = 200_000;
  private isPaused = false;
  private isOver = false;
  private isScheduled = false;
  private napTimer: ReturnType<typeof setTimeout> | undefined;
  private napStarted = 0;
  private state: MachineState = "running";
  private lastFigures = 0;
  private lastInstret = 0;
  private lastSave = 0;
  private savedVersion = "";
  private readonly channel = new MessageChannel();

  constructor(message: Extract<ToWorker, { type: "boot" }>) {
    this.machine = new Machine(message.config, readRootArchive(new Uint8Array(message.archive)), (_stream, bytes) => {
      this.output.push(bytes.slice());
    });
    this.machine.onMessage = (text) =>
      this.output.push(new TextEncoder().encode(`\r\n\x1b[2m[kernel] ${text}\x1b[0m\r\n`));
    for (const file of message.saved)
      this.machine.kernel.core.fs.populate([{ path: file.path, type: "file", bytes: file.bytes, mode: file.mode }]);
    this.savedVersion = fingerprintBelow(this.machine.kernel.core.fs, HOME);
    const problem = this.machine.boot({
      argv: ["/bin/init"],
      environment: ["PATH=/bin", "HOME=/root", "TERM=xterm-256color"],
      stdio: "tty",
    });
    this.machine.resize(message.columns, message.rows);
    this.channel.port1.onmessage = () => this.slice();
    if (problem !== null) this.end(`The machine could not start: ${problem}`, "Restart with the default settings.");
    else this.schedule();
  }

  /** Drops the machine; nothing of this session runs afterwards. */
  close(): void {
    this.isOver = true;
    clearTimeout(this.napTimer);
    this.channel.port1.close();
  }

  input(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.catchUp();
    this.machine.type("tty0", bytes);
    this.schedule();
  }

  resize(columns: number, rows: number): void {
    if (this.isOver) return;
    this.catchUp();
    this.machine.resize(columns, rows);
    this.schedule();
  }

  pause(isPaused: boolean): void {
    if (this.isOver) return;
    this.catchUp();
    this.isPaused = isPaused;
    if (isPaused) this.showFigures(true);
    else this.schedule();
  }

  drawn(bytes: number): void {
    this.undrawnBytes -= bytes;
    this.schedule();
  }

  private schedule(): void {
    if (this.isOver || this.isPaused || this.isScheduled || this.undrawnBytes > MOST_UNDRAWN_BYTES) return;
    clearTimeout(this.napTimer);
    this.isScheduled = true;
    this.channel.port2.postMessage(null);
  }

  private slice(): void {
    this.isScheduled = false;
    if (this.isOver || this.isPaused) return;
    this.catchUp();
    const started = performance.now();
    let status: RunStatus;
    try {
      status = this.machine.run(this.sliceCycles);
    } catch (error) {
      this.sendOutput();
      this.end(
        `The machine has found a mistake in itself and stopped: ${(error as Error).message}`,
        "Restart it. Please report this with what you typed; your files are kept.",
      );
      return;
    }
    this.adapt(performance.now() - started, status);
    this.sendOutput();
    this.proceed(status);
    this.showFigures(false);
    this.saveFiles(false);
  }

  private adapt(milliseconds: number, status: RunStatus): void {
    if (status.kind !== "slice") return;
    const ideal = (this.sliceCycles * SLICE_MILLISECONDS) / Math.max(0.2, milliseconds);
    this.sliceCycles = Math.round(
      Math.min(MOST_SLICE_CYCLES, Math.max(LEAST_SLICE_CYCLES, (this.sliceCycles + ideal) / 2)),
    );
  }

  private proceed(status: RunStatus): void {
    switch (status.kind) {
      case "slice":
        this.state = "running";
        this.schedule();
        return;
      case "asleep":
        this.state = "idle";
        this.nap(((status.untilCycles - this.machine.hart.cycles) * NANOSECONDS_PER_CYCLE) / 1e6);
        return;
      case "input":
        this.state = "waiting for input";
        this.napStarted = performance.now();
        this.showFigures(true);
        this.saveFiles(true);
        return;
      case "instruction-limit":
        this.end(
          "The machine has executed as many instructions as its settings allow.",
          "Raise the limit in Settings and restart.",
        );
        return;
      case "halted":
        this.end(
          `The first process has ended with status ${status.status}.`,
          "Restart the machine for a new one; your files are kept.",
        );
    }
  }

  private nap(milliseconds: number): void {
    this.napStarted = performance.now();
    this.napTimer = setTimeout(() => this.schedule(), Math.min(milliseconds, LONGEST_NAP_MILLISECONDS));
    this.showFigures(false);
  }

  /** After sleeping, virtual time follows the real time that has passed, but never past what is due. */
  private catchUp(): void {
    if (this.napStarted === 0) return;
    const passed = Math.floor(((performance.now() - this.napStarted) * 1e6) / NANOSECONDS_PER_CYCLE);
    this.napStarted = 0;
    const next = this.machine.kernel.next();
    if (next.kind === "wait") this.machine.skipTo(Math.min(next.untilCycles, this.machine.hart.cycles + passed));
  }

  private sendOutput(): void {
    if (this.output.length === 0) return;
    const bytes = new Uint8Array(this.output.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.output) {
      bytes.set(part, at);
      at += part.length;
    }
    this.output = [];
    this.undrawnBytes += bytes.length;
    post({ type: "output", bytes }, [bytes.buffer]);
  }

  private showFigures(isDue: boolean): void {
    const now = performance.now();
    const elapsed = now - this.lastFigures;
    if (!isDue && elapsed < FIGURES_EVERY_MILLISECONDS) return;
    const instret = this.machine.hart.instret;
    const instructionsPerSecond =
      this.lastFigures === 0 ? 0 : ((instret - this.lastInstret) * 1000) / Math.max(1, elapsed);
    this.lastFigures = now;
    this.lastInstret = instret;
    const state = this.isPaused ? "paused" : this.state;
    post({ type: "figures", figures: liveFigures(this.machine), state, instructionsPerSecond });
  }

  private saveFiles(isDue: boolean): void {
    const now = performance.now();
    if (!isDue && now - this.lastSave < SAVE_EVERY_MILLISECONDS) return;
    this.lastSave = now;
    const { fs } = this.machine.kernel.core;
    const version = fingerprintBelow(fs, HOME);
    if (version === this.savedVersion) return;
    this.savedVersion = version;
    post({ type: "save", files: filesBelow(fs, HOME) });
  }

  private end(message: string, remedy: string): void {
    this.saveFiles(true);
    this.state = "ended";
    this.showFigures(true);
    this.close();
    post({ type: "ended", message, remedy });
  }
}

let session: Session | null = null;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "boot":
      session?.close();
      try {
        session = new Session(data);
        post({ type: "booted" });
      } catch (error) {
        post({
          type: "ended",
          message: `The machine could not be built: ${(error as Error).message}`,
          remedy: "Restart with the default settings.",
        });
      }
      return;
    case "input":
      return session?.input(data.bytes);
    case "resize":
      return session?.resize(data.columns, data.rows);
    case "pause":
      return session?.pause(data.isPaused);
    case "drawn":
      return session?.drawn(data.bytes);
  }
};
