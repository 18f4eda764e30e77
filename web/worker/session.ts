/**
 * One booted machine and everything that drives it. It runs in short slices, so that a key, a pause or a resize is noticed
 * within a few milliseconds even while a program spins; long ways through the past are slices too. While every process sleeps it
 * waits in real time (1 cycle = 10 ns), then lets virtual time follow; a past that is run again does not wait.
 */
import { NANOSECONDS_PER_CYCLE } from "../../kernel/config.ts";
import { type BoundedStatus, Machine } from "../../system/machine.ts";
import { type Recording, RecordingError, readRecording, replayedParts, type Start } from "../../system/recording.ts";
import { type RootEntry, readRootArchive } from "../../system/root-file-system.ts";
import { attachSanitizer, DEFAULT_SANITIZE_INTERVAL, violationText } from "../../system/sanitize.ts";
import { stateHash } from "../../system/state-hash.ts";
import type { DebugCommand, MachineState, ToWorker } from "../protocol.ts";
import { type Job, Past } from "./past.ts";
import { openRecording, saveRecording } from "./recordings.ts";
import { type Post, Teller } from "./teller.ts";

/** Host time of one slice, and its bounds in cycles; the length adapts to the speed of the computer. */
const SLICE_MILLISECONDS = 6;
const LEAST_SLICE_CYCLES = 10_000;
const MOST_SLICE_CYCLES = 20_000_000;
const LONGEST_NAP_MILLISECONDS = 50;
/** Turns of the kernel that a fault gets to finish in when the run has stopped for it. */
const TURNS_TO_RETIRE = 400;

export type BootMessage = Extract<ToWorker, { type: "boot" }>;

export class Session {
  private readonly post: Post;
  private readonly machine: Machine;
  private readonly past: Past;
  private readonly teller: Teller;
  private readonly root: readonly RootEntry[];
  private readonly start: Start;
  private sliceCycles = 200_000;
  private isPaused = false;
  private isOver = false;
  private isScheduled = false;
  private napTimer: ReturnType<typeof setTimeout> | undefined;
  private napStarted = 0;
  private state: MachineState = "running";
  private readonly keepsFiles: boolean;
  private isWatching = false;
  private isSeekingFault = false;
  /** What the kernel sanitizer has found and nobody has been told yet. */
  private alarm = "";
  /** What is being done instead of running. */
  private job: { readonly run: Job<void>; readonly what: string; readonly isWhole: boolean } | null = null;
  /** What came while a job was under way, to be done after it. */
  private waiting: (() => void)[] = [];
  private pendingSize: { columns: number; rows: number } | null = null;
  private readonly channel = new MessageChannel();

  /** Throws RecordingError when the message holds a recording that cannot be opened here. */
  constructor(message: BootMessage, post: Post) {
    this.post = post;
    const own = readRootArchive(new Uint8Array(message.archive));
    const recording = message.recording === undefined ? null : readRecording(message.recording);
    const { root, folder } = recording === null ? { root: own } : replayedParts(recording, () => own);
    this.root = root;
    this.keepsFiles = recording === null;
    this.start = recording?.start ?? {
      argv: ["/bin/init"],
      environment: ["PATH=/bin", "HOME=/root", "TERM=xterm-256color"],
      stdio: "tty",
      added: message.saved.map(({ path, bytes, mode }) => ({ path, type: "file", bytes, mode })),
    };
    const { argv, environment, stdio, added } = this.start;
    const config = recording?.config ?? message.config;
    const write = (_stream: unknown, bytes: Uint8Array) =>
      this.past?.outputs.append(this.machine.moment, bytes.slice());
    this.machine = new Machine(config, [...root, ...added], write, folder);
    this.machine.onMessage = (text) =>
      this.past?.outputs.append(
        this.machine.moment,
        new TextEncoder().encode(`\r\n\x1b[2m[kernel] ${text}\x1b[0m\r\n`),
      );
    if (message.sanitize === true) this.attachSanitizer();
    const problem = this.machine.boot({ argv, environment, stdio });
    this.past = new Past(this.machine, message.budgetBytes);
    this.teller = new Teller(this.machine, this.past, post);
    this.machine.onTrap = (pid) => this.trapped(pid);
    this.channel.port1.onmessage = () => this.slice();
    if (problem !== null) this.end(`The machine could not start: ${problem}`, "Restart with the default settings.");
    else if (recording !== null) this.open(recording, message);
    else {
      this.past.timeline.resize(message.columns, message.rows);
      this.schedule();
    }
    this.postMode();
  }

  /** Drops the machine; nothing of this session runs afterwards. */
  close(): void {
    this.isOver = true;
    clearTimeout(this.napTimer);
    this.job?.run.return();
    this.channel.port1.close();
  }

  // ---- what the page asks for ----

  input(bytes: Uint8Array): void {
    this.fromOutside(() => this.past.timeline.type("tty0", bytes));
  }

  resize(columns: number, rows: number): void {
    // Not a reason to change the past: the terminal of then is shown in the window of now.
    if (!this.past.timeline.isAtEnd || this.job !== null) this.pendingSize = { columns, rows };
    else this.fromOutside(() => this.past.timeline.resize(columns, rows));
  }

  pause(isPaused: boolean): void {
    if (this.isOver || this.job !== null) return;
    this.catchUp();
    this.isSeekingFault = false;
    this.isPaused = isPaused;
    if (isPaused) this.stand("");
    else {
      this.takeSize();
      this.schedule();
    }
    this.postMode();
  }

  drawn(bytes: number): void {
    this.teller.drawn(bytes);
    this.schedule();
  }

  watch(isWatching: boolean): void {
    this.isWatching = isWatching;
    if (!isWatching || this.isOver) return;
    if (this.isPaused && this.job === null) this.teller.showPlace("");
    else this.teller.showTrack(true);
    this.postMode();
  }

  command(command: DebugCommand): void {
    if (this.isOver || this.job?.isWhole === true) return;
    this.halt();
    if (command.kind === "live") return this.goLive();
    if (command.kind === "fault" && command.direction === "forward" && this.past.nextFault() === undefined)
      return this.seekFault();
    this.begin(WHAT[command.kind], this.carryOut(command), command.kind === "future");
  }

  cancel(): void {
    if (this.isSeekingFault) return this.pause(true);
    if (this.job === null) return;
    if (this.state === "opening a recording")
      return this.end("Opening the recording was given up.", "Restart the machine, or open it again.");
    if (!this.job.isWhole) this.past.giveUp();
  }

  insideFault(index: number): void {
    if (this.isOver || this.job !== null || !this.isPaused) return;
    const found = this.past.inside(index);
    if (found === null) return;
    this.post({ type: "fault-state", index, state: found.state });
    this.post({ type: "figures", figures: found.figures, state: this.shownState(), instructionsPerSecond: 0 });
  }

  source(path: string): void {
    this.post({ type: "source", path, lines: this.past.programs.source(path) });
  }

  saveRecording(): void {
    if (this.isOver || this.job?.isWhole === true) return;
    this.halt();
    const session = this;
    this.begin(
      "Taking down the run",
      (function* (): Job<void> {
        const saving = saveRecording(session.past.timeline, session.start, session.root);
        const text = yield* session.past.unlessGivenUp(saving);
        if (text !== null) session.post({ type: "recording", text });
        session.stand(text === null ? "Given up: nothing is saved." : "");
      })(),
    );
  }

  hash(): void {
    if (this.job !== null) this.waiting.push(() => this.hash());
    else this.post({ type: "hash", hash: stateHash(this.machine), moment: this.machine.moment });
  }

  // ---- jobs ----

  /** Holds the run, and whatever job is under way, where they are. */
  private halt(): void {
    this.catchUp();
    this.dropJob();
    this.isSeekingFault = false;
    this.isPaused = true;
  }

  private dropJob(): void {
    if (this.job === null) return;
    this.job.run.return();
    this.job = null;
    this.post({ type: "ready" });
  }

  /** `isWhole`: it cannot be given up in the middle, because only at its end the log and the machine belong together. */
  private begin(what: string, run: Job<void>, isWhole = false): void {
    this.job = { what, run, isWhole };
    this.postMode();
    this.schedule();
  }

  private *carryOut(command: DebugCommand): Job<void> {
    const why = yield* this.past.carryOut(command);
    this.stand(why);
  }

  private goLive(): void {
    this.past.timeline.goToEnd();
    this.teller.showScreen();
    this.isPaused = false;
    this.takeSize();
    this.postMode();
    this.schedule();
  }

  /** Beyond the end of the run: on until a fault comes (see `trapped`). */
  private seekFault(): void {
    this.past.timeline.goToEnd();
    this.teller.showScreen();
    this.isSeekingFault = true;
    this.isPaused = false;
    this.postMode();
    this.schedule();
  }

  private trapped(pid: number): void {
    // A past that is run again is known.
    if (this.machine.isMuted) return;
    const { faults } = this.past;
    const before = faults.count;
    faults.note(pid);
    if (this.isSeekingFault && faults.count !== before) this.machine.pause();
  }

  /** The run was held because a fault has happened: goes back to where it begins. */
  private *standAtFault(): Job<void> {
    const { past, machine } = this;
    const mark = past.faults.at(past.faults.count - 1)!;
    // The instruction should have retired, so that the microscope sees the whole of it.
    const { instret, turns } = machine.moment;
    while (machine.hart.instret === instret && machine.moment.turns < turns + TURNS_TO_RETIRE) {
      const status = past.timeline.forward({ untilInstret: instret + 1, untilTurns: machine.moment.turns + 1 });
      if (status.kind === "asleep") past.timeline.skipTo(status.untilCycles);
      else if (status.kind === "input" || status.kind === "halted" || status.kind === "instruction-limit") break;
    }
    this.teller.sendOutput();
    this.stand(yield* past.goToFault(mark));
  }

  private open(recording: Recording, { columns, rows }: BootMessage): void {
    this.state = "opening a recording";
    this.isPaused = true;
    const session = this;
    this.begin(
      "Running the recording again",
      (function* (): Job<void> {
        try {
          yield* openRecording(session.past.timeline, recording);
        } catch (error) {
          if (!(error instanceof RecordingError)) throw error;
          session.job = null;
          session.end(`The recording is not opened: ${error.message}.`, "Restart the machine, or open another one.");
          return;
        }
        session.state = "running";
        session.pendingSize = { columns, rows };
        session.teller.showScreen();
        session.stand(
          `The recording is open, at its end: instruction ${recording.end.instret}. ${recording.checks.length} states are as recorded. Go back, or run on from here.`,
        );
      })(),
      true,
    );
  }

  /** The kernel's books are checked at every event; what is found holds the run. */
  private attachSanitizer(): void {
    attachSanitizer(this.machine, DEFAULT_SANITIZE_INTERVAL, (violation) => {
      this.alarm = `kernel sanitizer: ${violation.message}`;
      this.machine.onMessage(violationText(violation).replaceAll("\n", "\r\n"), 0);
      this.machine.pause();
    });
  }

  /** Holds the run where the sanitizer has found something. */
  private soundAlarm(): void {
    const text = `${this.alarm}. The run is held; go back in the debugger to see what led here, or continue.`;
    this.alarm = "";
    this.halt();
    this.stand(text);
    this.post({ type: "told", text });
  }

  // ---- running ----

  private schedule(): void {
    const isHeld = this.job === null && (this.isPaused || this.teller.isAhead);
    if (this.isOver || isHeld || this.isScheduled) return;
    clearTimeout(this.napTimer);
    this.isScheduled = true;
    this.channel.port2.postMessage(null);
  }

  private slice(): void {
    this.isScheduled = false;
    if (this.isOver) return;
    try {
      if (this.job !== null) this.work(this.job);
      else if (!this.isPaused) this.run();
      if (this.alarm !== "") this.soundAlarm();
    } catch (error) {
      this.teller.sendOutput();
      this.end(
        `The machine has found a mistake in itself and stopped: ${(error as Error).message}`,
        "Restart it. Please report this with what you typed; your files are kept.",
      );
    }
  }

  private work(job: NonNullable<Session["job"]>): void {
    const result = job.run.next();
    if (this.job !== job) return;
    // A step over a call can go on beyond the end of the run, and print.
    if (this.past.timeline.isAtEnd) this.teller.sendOutput();
    if (result.done !== true) {
      this.post({ type: "busy", what: job.what, done: result.value });
      return this.schedule();
    }
    this.job = null;
    this.post({ type: "ready" });
    this.postMode();
    for (const act of this.waiting.splice(0)) act();
    this.schedule();
  }

  private run(): void {
    const { timeline } = this.past;
    this.catchUp();
    const started = performance.now();
    const wasLive = timeline.isAtEnd;
    const status = timeline.forward({ untilCycles: this.machine.hart.cycles + this.sliceCycles });
    if (!wasLive && timeline.isAtEnd) this.becomeLive();
    this.adapt(performance.now() - started, status);
    this.teller.sendOutput();
    if (this.isSeekingFault && status.kind === "paused") {
      this.isSeekingFault = false;
      this.isPaused = true;
      return this.begin(WHAT.fault, this.standAtFault());
    }
    this.proceed(status);
    this.showProgress(false);
  }

  /** The past that was run again has come to where the run goes on. */
  private becomeLive(): void {
    this.takeSize();
    this.postMode();
  }

  private adapt(milliseconds: number, status: BoundedStatus): void {
    if (status.kind !== "slice") return;
    const ideal = (this.sliceCycles * SLICE_MILLISECONDS) / Math.max(0.2, milliseconds);
    this.sliceCycles = Math.round(
      Math.min(MOST_SLICE_CYCLES, Math.max(LEAST_SLICE_CYCLES, (this.sliceCycles + ideal) / 2)),
    );
  }

  private proceed(status: BoundedStatus): void {
    switch (status.kind) {
      case "slice":
      case "instruction":
      case "turn":
      case "paused":
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
        this.showProgress(true);
        return;
      case "instruction-limit":
        return this.rest(
          "The machine has executed as many instructions as its settings allow. Go back in the debugger, or raise the limit in Settings and restart.",
        );
      case "halted":
        this.rest(
          `The first process has ended with status ${status.status}. Go back in the debugger, or restart the machine; your files are kept.`,
        );
    }
  }

  /** The run goes no further; its past can still be looked at. */
  private rest(message: string): void {
    this.state = "ended";
    this.isPaused = true;
    this.saveFiles(true);
    this.stand(message);
    this.post({ type: "told", text: message });
    this.postMode();
  }

  private nap(milliseconds: number): void {
    this.napStarted = performance.now();
    this.napTimer = setTimeout(() => this.schedule(), Math.min(milliseconds, LONGEST_NAP_MILLISECONDS));
    this.teller.showFigures(false, this.shownState());
  }

  /** After sleeping, virtual time follows the real time that has passed, but never past what is due. */
  private catchUp(): void {
    if (this.napStarted === 0) return;
    const passed = Math.floor(((performance.now() - this.napStarted) * 1e6) / NANOSECONDS_PER_CYCLE);
    this.napStarted = 0;
    clearTimeout(this.napTimer);
    if (!this.past.timeline.isAtEnd) return;
    const next = this.machine.kernel.next();
    if (next.kind === "wait") this.machine.skipTo(Math.min(next.untilCycles, this.machine.hart.cycles + passed));
  }

  /** Something comes in. In the past it begins a new future, which then runs. */
  private fromOutside(deliver: () => void): void {
    if (this.isOver) return;
    if (this.job !== null) {
      this.waiting.push(() => this.fromOutside(deliver));
      return;
    }
    this.catchUp();
    const isBranch = this.past.beforeInput();
    deliver();
    if (isBranch) {
      this.isPaused = false;
      this.state = "running";
      this.takeSize();
      this.postMode();
      const { instret } = this.machine.moment;
      this.post({
        type: "told",
        text: `A new future has begun at instruction ${instret}. The one that was there is kept under Futures left.`,
      });
    }
    this.teller.sendOutput();
    this.schedule();
  }

  /** The size that the terminal has got meanwhile. */
  private takeSize(): void {
    if (this.pendingSize === null || !this.past.timeline.isAtEnd) return;
    const { columns, rows } = this.pendingSize;
    this.pendingSize = null;
    this.past.timeline.resize(columns, rows);
  }

  // ---- telling ----

  private stand(why: string): void {
    this.teller.showScreen();
    this.teller.showFigures(true, this.shownState());
    if (this.isWatching) this.teller.showPlace(why);
    this.postMode();
  }

  private postMode(): void {
    const { isPaused, isSeekingFault, past } = this;
    this.post({ type: "mode", mode: { isPaused, isLive: past.timeline.isAtEnd, isSeekingFault } });
  }

  private shownState(): MachineState {
    if (this.state === "ended" || this.state === "opening a recording") return this.state;
    if (this.past.timeline.isAtEnd) return this.isPaused ? "paused" : this.state;
    return this.isPaused ? "in the past" : "replaying";
  }

  private showProgress(isDue: boolean): void {
    this.teller.showFigures(isDue, this.shownState());
    if (this.isWatching) this.teller.showTrack(isDue);
    this.saveFiles(isDue);
  }

  /** Files of a recording are not the person's own and are not kept. */
  private saveFiles(isDue: boolean): void {
    if (this.keepsFiles) this.teller.saveFiles(isDue);
  }

  private end(message: string, remedy: string): void {
    this.saveFiles(true);
    this.state = "ended";
    this.teller.showFigures(true, this.shownState());
    this.close();
    this.post({ type: "ready" });
    this.post({ type: "ended", message, remedy });
  }
}

const WHAT: Readonly<Record<DebugCommand["kind"], string>> = {
  step: "Stepping",
  over: "Stepping",
  out: "Stepping",
  fault: "Going to the fault",
  seek: "Going there",
  live: "Going to the end",
  process: "Looking",
  future: "Running the other future again",
};
