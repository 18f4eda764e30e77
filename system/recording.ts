/**
 * `.faultline` files: a run as something to keep, send and open again at any instruction. A recording holds what determines
 * the run (configuration, program, arguments, input log), not what followed from it; so it is small, and replaying it on
 * another host must give the same states. Hashes of the state along the way say whether it does.
 *
 * The file is one JSON object; docs/recordings.md has every field. `check` is a hash of all the others: a file that was cut
 * short or edited is refused. So is one of another version, or one whose machine has other files.
 */

import type { FolderFailure, FolderOptions } from "../kernel/fs/folder.ts";
import { KernelPanic } from "../kernel/panic.ts";
import { base64 } from "./base64.ts";
import type { InputRecord, Machine, Moment } from "./machine.ts";
import { isSameMoment } from "./moment.ts";
import type { MachineConfig } from "./options.ts";
import { DEFAULT_MACHINE_CONFIG } from "./options.ts";
import type { RootEntry } from "./root-file-system.ts";
import { hashBytes, hashData, stateHash } from "./state-hash.ts";
import { Divergence, type Timeline } from "./timeline.ts";

export const RECORDING_FORMAT = "faultline-recording";
/** Raised whenever an older reader could not read, or would replay differently. */
export const RECORDING_VERSION = 1;

/** How a machine was started. */
export interface Start {
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly stdio: "tty" | "streams";
  /** Files that were added to the machine's own: the program. */
  readonly added: readonly RootEntry[];
  /** False: the machine had none of its own files, only those in `added` (`run --root`). */
  readonly hasOwnRoot?: boolean;
  /** How the folder of `run --root` was given, when changes did not just stay in the machine. */
  readonly folder?: "read-only" | "writable";
}

export interface StateCheck extends Moment {
  readonly hash: string;
}

export interface Recording {
  readonly config: MachineConfig;
  readonly start: Start;
  /** Hash of each file of the machine's own root file system, by path. */
  readonly root: Readonly<Record<string, string>>;
  readonly log: readonly InputRecord[];
  readonly end: Moment;
  /** States on the way, the last one at the end. */
  readonly checks: readonly StateCheck[];
  /** What the kernel threw in the action that begins at `end` (whose cycles are −1 then), or null. */
  readonly failure: string | null;
  /** Changes that the writable folder of the host refused, when it refused any; replaying asks no host. */
  readonly folderFailures?: readonly FolderFailure[];
}

/** Why a recording cannot be opened; the message says what to do. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/** Hash of each file, by path: what a recording demands of the machine that replays it. */
export function rootHashes(root: Iterable<RootEntry>): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const { path, type, bytes, target, mode } of root)
    hashes[path] = hashData([type, mode ?? -1, target ?? "", hashBytes(bytes ?? new Uint8Array(0))]);
  return hashes;
}

/** Checks along the way besides the one at the end. */
const CHECKS = 8;
/** Most checks in a recording that is made while the run goes on. */
export const MOST_CHECKS = 2 * CHECKS;

/** Instruction counts at which a recording of this timeline checks its state, besides its end. */
export function checkPlaces(timeline: Timeline): number[] {
  const start = timeline.start.instret;
  const { instret } = timeline.end;
  return Array.from({ length: CHECKS }, (_, i) => start + ((instret - start) * (i + 1)) / (CHECKS + 1));
}

/** Adds the state in which the timeline stands to the checks, unless it is there already. */
export function addCheck(checks: StateCheck[], timeline: Timeline): void {
  const { moment } = timeline;
  const last = checks[checks.length - 1];
  if (last === undefined || !isSameMoment(last, moment)) checks.push({ ...moment, hash: stateHash(timeline.machine) });
}

/** A recording of everything on a timeline that began at power-on, with checks that were taken of it, the last one at its end. */
export function recordingOf(
  timeline: Timeline,
  start: Start,
  root: Iterable<RootEntry>,
  checks: readonly StateCheck[],
): Recording {
  const { machine } = timeline;
  const { instret, turns, cycles } = timeline.end;
  return {
    ...folderFailuresOf(machine),
    config: machine.config,
    start,
    root: rootHashes(root),
    log: machine.inputLog.slice(),
    end: { instret, turns, cycles },
    checks,
    failure: null,
  };
}

/** The part of a recording that only a machine with a writable folder of the host has. */
export const folderFailuresOf = ({ folderFailures }: Machine): Pick<Recording, "folderFailures"> =>
  folderFailures.length === 0 ? {} : { folderFailures: folderFailures.slice() };

/** Makes a recording of everything on a timeline that began at power-on. Leaves the timeline where it was. */
export function makeRecording(timeline: Timeline, start: Start, root: Iterable<RootEntry>): Recording {
  const before = timeline.moment;
  const checks: StateCheck[] = [];
  for (const place of checkPlaces(timeline)) {
    timeline.goTo(place);
    addCheck(checks, timeline);
  }
  timeline.goToEnd();
  addCheck(checks, timeline);
  timeline.goToMoment(before);
  return recordingOf(timeline, start, root, checks);
}

/** Bytes and infinities have no JSON of their own. */
function pack(value: unknown): unknown {
  if (value instanceof Uint8Array) return { "~bytes": base64.encode(value) };
  if (value === Number.POSITIVE_INFINITY) return { "~number": "Infinity" };
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, pack(field)]));
  return value;
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (typeof fields["~bytes"] === "string") return base64.decode(fields["~bytes"]);
  if (fields["~number"] === "Infinity") return Number.POSITIVE_INFINITY;
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, unpack(field)]));
}

/** The text of a .faultline file. */
export function writeRecording(recording: Recording): string {
  const content = { format: RECORDING_FORMAT, version: RECORDING_VERSION, ...(pack(recording) as object) };
  return `${JSON.stringify({ ...content, check: hashData(content) })}\n`;
}

/** Reads the text of a .faultline file. Throws RecordingError. */
export function readRecording(text: string): Recording {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RecordingError(
      "this is no whole recording: it ends in the middle, or is no .faultline file at all; get the file again",
    );
  }
  if (typeof json !== "object" || json === null || (json as Record<string, unknown>)["format"] !== RECORDING_FORMAT) {
    throw new RecordingError(
      "this is no recording of Faultline; `faultline run --record FILE` and `save FILE` in the debugger make one",
    );
  }
  const { check, ...content } = json as Record<string, unknown>;
  if (content["version"] !== RECORDING_VERSION) {
    throw new RecordingError(
      `the recording has version ${String(content["version"])}, and this Faultline reads version ${RECORDING_VERSION}; open it with the Faultline it was made with`,
    );
  }
  if (hashData(content) !== check)
    throw new RecordingError(
      "the recording has been changed since it was made (its check does not fit); get the file again",
    );
  return checkedShape(unpack(content) as Record<string, unknown>);
}

const isMoment = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ["instret", "turns", "cycles"].every((name) => Number.isFinite((value as Record<string, unknown>)[name]));
const isEntry = (entry: unknown): boolean =>
  typeof entry === "object" &&
  entry !== null &&
  typeof (entry as RootEntry).path === "string" &&
  ["file", "directory", "symlink", "link"].includes((entry as RootEntry).type) &&
  ((entry as RootEntry).type !== "file" || (entry as RootEntry).bytes instanceof Uint8Array);
const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** A file whose check fits may still have been made by a program that is none of ours. */
function checkedShape(fields: Record<string, unknown>): Recording {
  const { config, start, root, log, end, checks, failure = null, folderFailures = [] } = fields as unknown as Recording;
  const isWhole =
    typeof config === "object" &&
    config !== null &&
    Object.entries(DEFAULT_MACHINE_CONFIG).every(
      ([name, value]) => typeof (config as unknown as Record<string, unknown>)[name] === typeof value,
    ) &&
    typeof start === "object" &&
    start !== null &&
    isStrings(start.argv) &&
    isStrings(start.environment) &&
    Array.isArray(start.added) &&
    start.added.every(isEntry) &&
    (start.stdio === "tty" || start.stdio === "streams") &&
    [undefined, "read-only", "writable"].includes(start.folder) &&
    Array.isArray(folderFailures) &&
    folderFailures.every(({ call, errno }) => Number.isInteger(call) && Number.isInteger(errno)) &&
    typeof root === "object" &&
    root !== null &&
    isMoment(end) &&
    Array.isArray(log) &&
    log.every((record) => isMoment(record) && typeof record.kind === "string") &&
    Array.isArray(checks) &&
    checks.every((c) => isMoment(c) && typeof c.hash === "string");
  if (!isWhole) throw new RecordingError("the recording lacks parts that it must have; get the file again");
  return { config, start, root, log, end, checks, failure, folderFailures };
}

/** What the machine of a recording is built from, besides what its start adds. */
export interface ReplayedParts {
  readonly root: readonly RootEntry[];
  /** How its folder answers, without the host. */
  readonly folder: FolderOptions | undefined;
}

/** Throws RecordingError when `own`, the machine's own files here, are not those that the recording was made with. */
export function replayedParts(recording: Recording, own: () => readonly RootEntry[]): ReplayedParts {
  const { start, folderFailures: failures = [] } = recording;
  const root = start.hasOwnRoot === false ? [] : own();
  const problem = rootProblem(recording, root);
  if (problem !== null) throw new RecordingError(problem);
  const isReadOnly = start.folder === "read-only";
  return { root, folder: start.folder === undefined ? undefined : { isReadOnly, port: null, failures } };
}

/** Says what about a machine's own files does not fit a recording, or null. */
export function rootProblem(recording: Recording, root: Iterable<RootEntry>): string | null {
  const present = rootHashes(root);
  const differing = [...new Set([...Object.keys(recording.root), ...Object.keys(present)])].filter(
    (path) => present[path] !== recording.root[path],
  );
  if (differing.length === 0) return null;
  const shown = differing.slice(0, 3).join(", ");
  return `the recording was made with another build of the machine: ${shown}${differing.length > 3 ? ` and ${differing.length - 3} more files` : ""} ${differing.length === 1 ? "is" : "are"} not the same; build the version it was made with`;
}

/**
 * Runs a recording on a fresh timeline (of a machine that was booted as recorded), to its end. Throws RecordingError, with the
 * place, when a state on the way is not the one that was recorded.
 */
export function replayRecording(timeline: Timeline, recording: Recording): void {
  try {
    timeline.load(recording.log, recording.end, recording.checks, (check) => {
      if (stateHash(timeline.machine) !== check.hash)
        throw new RecordingError(
          `the run differs from the recording somewhere before instruction ${check.instret}: this Faultline does not do what the one did that made it`,
        );
    });
  } catch (error) {
    if (error instanceof Divergence || error instanceof KernelPanic)
      throw new RecordingError(`the run differs from the recording: ${error.message}`);
    throw error;
  }
}
