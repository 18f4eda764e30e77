/** `faultline replay`: runs a recording again, checks it on the way, and shows the machine at any instruction of it. */

import { Debugger } from "../debugger/debugger.ts";
import { type Recording, RecordingError, readRecording, replayedParts, replayRecording } from "../recording.ts";
import { placeText, registersText } from "./debug/show.ts";
import { debugSession, sourceReader } from "./debug.ts";
import { bootSession, type Output, type Session } from "./debug-session.ts";
import { numberOption } from "./explain-fault.ts";
import { CommandFailure } from "./failure.ts";
import { loadRoot, readNamedFile } from "./files.ts";
import { writeStandardStream } from "./host-streams.ts";
import type { ParsedOptions } from "./machine-arguments.ts";

/** Resolves to the exit status. Throws CommandFailure with the reason why a recording is refused. */
export async function replay(file: string, options: ParsedOptions): Promise<number> {
  const at = numberOption(options, "at", "a count of instructions");
  const text = new TextDecoder().decode(readNamedFile(file));
  const isDebugging = options["debug"] === true;
  const isQuiet = at !== null || isDebugging;
  let isReplaying = true;
  try {
    const recording = readRecording(text);
    const session = openRecording(recording, (stream, bytes) => {
      if (!isQuiet || !isReplaying) writeStandardStream(stream === "stderr" ? 2 : 1, bytes);
    });
    replayRecording(session.timeline, recording);
    isReplaying = false;
    const { timeline } = session;
    if (recording.failure !== null)
      process.stderr.write(`faultline: what came next was recorded as: ${recording.failure}\n`);
    process.stderr.write(
      `faultline: ${recording.end.instret} instructions replayed; ${recording.checks.length} states are as recorded\n`,
    );
    if (at !== null) {
      if (at > timeline.end.instret)
        throw new CommandFailure(
          `the recording ends at instruction ${timeline.end.instret}.`,
          `--at takes 0 to ${timeline.end.instret}.`,
        );
      timeline.goTo(at);
    }
    if (isDebugging) return await debugSession(session, options, { text: "" });
    if (at !== null) show(session);
    return 0;
  } catch (error) {
    if (error instanceof RecordingError) throw new CommandFailure(`${file} is not replayed: ${error.message}.`, "");
    throw error;
  }
}

function openRecording(recording: Recording, output: Output): Session {
  const { root, folder } = replayedParts(recording, loadRoot);
  return bootSession(recording.config, root, recording.start, output, null, folder);
}

function show(session: Session): void {
  const debug = new Debugger(session.timeline, session.images);
  process.stdout.write(`${placeText(debug, sourceReader(session))}\n${registersText(debug)}\n`);
}
