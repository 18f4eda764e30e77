/** Making and opening recordings in slices. The files are those of `faultline replay` (system/recording.ts). */
import {
  addCheck,
  checkPlaces,
  type Recording,
  RecordingError,
  recordingOf,
  type Start,
  type StateCheck,
  writeRecording,
} from "../../system/recording.ts";
import type { RootEntry } from "../../system/root-file-system.ts";
import { stateHash } from "../../system/state-hash.ts";
import { Divergence, type Timeline } from "../../system/timeline.ts";
import type { Job } from "./past.ts";
import { travel } from "./travel.ts";

/** The text of a .faultline file of the whole run. Leaves the timeline where it was. */
export function* saveRecording(timeline: Timeline, start: Start, root: readonly RootEntry[]): Job<string> {
  const { moment } = timeline;
  const checks: StateCheck[] = [];
  const places = checkPlaces(timeline);
  try {
    for (const [index, instret] of places.entries()) {
      for (const done of travel(timeline, { instret })) yield (index + done) / places.length;
      addCheck(checks, timeline);
      yield (index + 1) / places.length;
    }
    timeline.goToEnd();
    addCheck(checks, timeline);
    for (const _ of travel(timeline, { instret: moment.instret })) yield 1;
    return writeRecording(recordingOf(timeline, start, root, checks));
  } finally {
    timeline.goToMoment(moment);
  }
}

/**
 * Runs a recording on a fresh timeline, whose machine was booted as recorded, to its end. Throws RecordingError when a state on the
 * way is not the one that was recorded.
 */
export function* openRecording(timeline: Timeline, { log, end, checks }: Recording): Job<void> {
  try {
    const loading = timeline.loading(log, end, checks, (check) => {
      if (stateHash(timeline.machine) !== check.hash)
        throw new RecordingError(
          `the run differs from the recording somewhere before instruction ${check.instret}: this Faultline does not do what the one did that made it`,
        );
    });
    for (const _ of loading) yield timeline.position / Math.max(1, end.instret);
  } catch (error) {
    if (error instanceof Divergence) throw new RecordingError(`the run differs from the recording: ${error.message}`);
    throw error;
  }
}
