/** `.faultline` files on this computer: `--record FILE`, and `save FILE` of the debuggers. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { type Recording, writeRecording } from "../recording.ts";
import { CommandFailure } from "./failure.ts";
import type { ParsedOptions } from "./machine-arguments.ts";

/** The file that --record names, or null. Makes it, so that a run is not lost for want of a folder. Throws CommandFailure. */
export function recordFileFrom(options: ParsedOptions): string | null {
  const file = options["record"];
  if (typeof file !== "string") return null;
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw new CommandFailure(
      `the recording cannot be written to ${file}: ${(error as Error).message}.`,
      "name a file in a folder that exists and that you may write to.",
    );
  }
  return file;
}

/** Writes it, and says so in one line. Throws what the file system throws. */
export function saveRecording(file: string, recording: Recording): string {
  const text = writeRecording(recording);
  writeFileSync(file, text);
  return `${recording.end.instret} instructions saved in ${file} (${text.length} bytes); faultline replay ${file} opens it`;
}
