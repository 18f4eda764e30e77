/** What the worker tells the page of its own accord: output, figures, the track of the run, files to be kept. */
import { filesBelow, fingerprintBelow } from "../../system/home-files.ts";
import type { Machine } from "../../system/machine.ts";
import { liveFigures } from "../../system/report.ts";
import type { FromWorker, MachineState } from "../protocol.ts";
import type { Past } from "./past.ts";

const FIGURES_EVERY_MILLISECONDS = 100;
const TRACK_EVERY_MILLISECONDS = 250;
const SAVE_EVERY_MILLISECONDS = 1000;
/** Output that the page may have outstanding before the machine is held. */
const MOST_UNDRAWN_BYTES = 256 * 1024;
const HOME = "/root";

export type Post = (message: FromWorker, transfer?: Transferable[]) => void;

export class Teller {
  private readonly machine: Machine;
  private readonly past: Past;
  private readonly post: Post;
  /** Position in the log of output up to which the page has been told. */
  private shown = 0;
  /** The log that this is a position in: another one once another future has been taken. */
  private shownOutputs: Past["outputs"];
  private undrawnBytes = 0;
  private lastFigures = 0;
  private lastTrack = 0;
  private lastInstret = 0;
  private lastSave = 0;
  private savedVersion: string;

  /** For a machine that has just been booted: the files that it has now are kept already. */
  constructor(machine: Machine, past: Past, post: Post) {
    this.machine = machine;
    this.past = past;
    this.post = post;
    this.shownOutputs = past.outputs;
    this.savedVersion = fingerprintBelow(machine.kernel.core.fs, HOME);
  }

  /** The terminal has drawn so much. */
  drawn(bytes: number): void {
    this.undrawnBytes -= bytes;
  }

  /** The terminal has so much to draw that the machine should wait. */
  get isAhead(): boolean {
    return this.undrawnBytes > MOST_UNDRAWN_BYTES;
  }

  /** Brings the terminal to what it showed at the machine's moment. */
  showScreen(): void {
    const { outputs, timeline } = this.past;
    const position = timeline.isAtEnd ? outputs.end : outputs.positionAt(timeline.moment);
    if (position >= this.shown && this.shownOutputs === outputs) return this.sendOutput();
    this.shown = position;
    this.shownOutputs = outputs;
    const bytes = outputs.screenAt(position).slice();
    this.post({ type: "screen", bytes }, [bytes.buffer]);
  }

  sendOutput(): void {
    const { outputs, timeline } = this.past;
    const position = timeline.isAtEnd ? outputs.end : outputs.positionAt(timeline.moment);
    if (position <= this.shown) return;
    const bytes = outputs.between(this.shown, position);
    this.shown = position;
    if (bytes.length === 0) return;
    this.undrawnBytes += bytes.length;
    this.post({ type: "output", bytes }, [bytes.buffer]);
  }

  showPlace(why: string): void {
    this.post({ type: "place", place: this.past.place(why) });
  }

  /** `isDue`: also when the last ones are not old. */
  showFigures(isDue: boolean, state: MachineState): void {
    const now = performance.now();
    const elapsed = now - this.lastFigures;
    if (!isDue && elapsed < FIGURES_EVERY_MILLISECONDS) return;
    const instret = this.machine.hart.instret;
    const instructionsPerSecond =
      this.lastFigures === 0 ? 0 : Math.max(0, ((instret - this.lastInstret) * 1000) / Math.max(1, elapsed));
    this.lastFigures = now;
    this.lastInstret = instret;
    this.post({ type: "figures", figures: liveFigures(this.machine), state, instructionsPerSecond });
  }

  showTrack(isDue: boolean): void {
    const now = performance.now();
    if (!isDue && now - this.lastTrack < TRACK_EVERY_MILLISECONDS) return;
    this.lastTrack = now;
    this.post({ type: "track", track: this.past.track() });
  }

  /** Only the present's files are the person's: not those of a moment of the past. */
  saveFiles(isDue: boolean): void {
    const now = performance.now();
    if (!this.past.timeline.isAtEnd || (!isDue && now - this.lastSave < SAVE_EVERY_MILLISECONDS)) return;
    this.lastSave = now;
    const { fs } = this.machine.kernel.core;
    const version = fingerprintBelow(fs, HOME);
    if (version === this.savedVersion) return;
    this.savedVersion = version;
    this.post({ type: "save", files: filesBelow(fs, HOME) });
  }
}
