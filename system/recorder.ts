/**
 * Makes a recording of a run that has no timeline: it keeps what a recording needs while the machine runs, which is a hash of
 * the state now and then. The machine itself keeps the input log. Can be asked for the recording at any moment, also when the
 * kernel has panicked in the middle of an action: the recording then ends where that action begins.
 *
 * A hash costs some ten milliseconds, so their distance doubles as the run gets longer.
 */
import type { Machine } from "./machine.ts";
import { isSameMoment } from "./moment.ts";
import { folderFailuresOf, MOST_CHECKS, type Recording, rootHashes, type Start, type StateCheck } from "./recording.ts";
import type { RootEntry } from "./root-file-system.ts";
import { stateHash } from "./state-hash.ts";

const FIRST_SPACING_CYCLES = 2_000_000;

export class Recorder {
  private readonly machine: Machine;
  private readonly start: Start;
  private readonly root: Iterable<RootEntry>;
  private checks: StateCheck[] = [];
  private spacing = FIRST_SPACING_CYCLES;

  /**
   * @param machine booted, and not run yet
   * @param root files of the machine besides `start.added`
   */
  constructor(machine: Machine, start: Start, root: Iterable<RootEntry>) {
    this.machine = machine;
    this.start = start;
    this.root = root;
  }

  /** To be called between slices of the run. */
  look(): void {
    const last = this.checks[this.checks.length - 1]?.cycles ?? 0;
    if (this.machine.hart.cycles - last < this.spacing) return;
    this.check();
    if (this.checks.length < MOST_CHECKS) return;
    this.checks = this.checks.filter((_, index) => index % 2 === 1);
    this.spacing *= 2;
  }

  /** The run so far. `failure`: what the kernel threw, when it has. */
  recording(failure: string | null = null): Recording {
    const { machine, start, checks } = this;
    const { instret, turns } = machine.moment;
    if (failure === null) this.check();
    // Of an action that was broken off only its beginning can be come to again.
    const end = failure === null ? machine.moment : { instret, turns, cycles: -1 };
    const log = machine.inputLog.slice();
    const root = rootHashes(this.root);
    const shown = { config: machine.config, start, root, log, end, checks: checks.slice(), failure };
    return { ...shown, ...folderFailuresOf(machine) };
  }

  private check(): void {
    const { moment } = this.machine;
    const last = this.checks[this.checks.length - 1];
    if (last === undefined || !isSameMoment(last, moment))
      this.checks.push({ ...moment, hash: stateHash(this.machine) });
  }
}
