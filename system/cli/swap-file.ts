/**
 * `--swap-file FILE`: the swap device as a real file of this computer.
 *
 * The machine does not read its state from it: what it fetches from swap is part of its own plain state, so that snapshots,
 * recordings and replay need no file, and a run is the same with and without one. The file follows: every page that goes to
 * swap is written to it, every page that comes from swap is read from it and compared. One can look at it with any tool,
 * while the machine runs and afterwards. Numbers are little-endian:
 *
 *     page 0          0   8  "FLTSWAP\n"
 *                     8   4  version, 1
 *                    12   4  bytes in a page, 4096
 *                    16   4  slots
 *                    20   4  1 while a machine uses the file, else 0
 *                    24   4  process that uses it, or used it last
 *                    28   4  CRC-32 of the table
 *                    32   4  CRC-32 of the 32 bytes before
 *     then            the table, 4 bytes a slot, to the end of a page: CRC-32 of what was written there, 0 for nothing
 *     then            the slots, a page each
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { FaultlineEvent } from "../../kernel/events.ts";
import type { Machine } from "../machine.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "../options.ts";
import { CommandFailure } from "./failure.ts";
import type { ParsedOptions } from "./machine-arguments.ts";

const MAGIC = "FLTSWAP\n";
const VERSION = 1;
const PAGE_BYTES = 4096;
const MOST_SLOTS = 1 << 20;
/** EX_IOERR of sysexits.h: the file failed in the middle of a run. */
const STATUS_IO = 74;

/** Byte offsets in page 0. */
const At = { version: 8, pageBytes: 12, slots: 16, inUse: 20, pid: 24, tableCrc: 28, crc: 32 } as const;

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) !== 0 ? 0xedb88320 : 0);
  return value;
});

/** CRC-32 as in IEEE 802.3, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 255];
  return (crc ^ -1) >>> 0;
}

const code = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";
const tablePages = (slots: number): number => Math.ceil((slots * 4) / PAGE_BYTES);
const fileBytes = (slots: number): number => (1 + tablePages(slots) + slots) * PAGE_BYTES;

export class SwapFile {
  readonly path: string;
  readonly slots: number;
  private readonly descriptor: number;
  private readonly table: Uint32Array;
  /** What was mirrored for each slot: the machine replaces a slot's bytes as a whole. */
  private readonly written = new Map<number, Uint8Array>();

  /**
   * Opens a swap file, or makes one. Throws CommandFailure, with what is wrong and what to do.
   * @param slots what --swap asks for; null: as many as the file has
   * @param byDefault slots of a new file when --swap is not given
   */
  constructor(path: string, slots: number | null, byDefault: number) {
    this.path = path;
    if (slots === 0)
      throw new CommandFailure(`--swap 0 leaves nothing to keep in ${path}.`, "leave one of the two out.");
    const { descriptor, isNew } = open(path);
    this.descriptor = descriptor;
    try {
      this.slots = isNew ? create(descriptor, path, slots ?? byDefault) : check(descriptor, path, slots);
      this.table = new Uint32Array(tablePages(this.slots) * (PAGE_BYTES / 4));
      this.writeHeader(true);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Follows a machine from now on. */
  attach(machine: Machine): void {
    machine.subscribe((event) => this.follow(event, machine));
  }

  private follow(event: FaultlineEvent, machine: Machine): void {
    if (event.kind !== "swap-out" && event.kind !== "swap-in") return;
    const bytes = machine.kernel.core.swap.bytes(event.slot);
    if (bytes === undefined) return;
    if (event.kind === "swap-out" || this.written.get(event.slot) !== bytes) this.write(event.slot, bytes);
    else this.compare(event.slot, bytes);
  }

  private write(slot: number, bytes: Uint8Array): void {
    try {
      writeAll(this.descriptor, bytes, this.offset(slot));
    } catch (error) {
      throw new CommandFailure(
        `the swap file ${this.path} cannot be written any more (slot ${slot}): ${(error as Error).message}.`,
        "make room where it lies, or name a file elsewhere.",
        STATUS_IO,
      );
    }
    this.written.set(slot, bytes);
    this.table[slot] = crc32(bytes);
  }

  private compare(slot: number, bytes: Uint8Array): void {
    const found = new Uint8Array(PAGE_BYTES);
    const read = readAll(this.descriptor, found, this.offset(slot));
    if (read === PAGE_BYTES && found.every((byte, i) => byte === bytes[i])) return;
    throw new CommandFailure(
      `slot ${slot} of the swap file ${this.path} does not hold what was written to it${read < PAGE_BYTES ? ": the file has been cut short" : ""}.`,
      "something else writes to that file; give the machine one of its own.",
      STATUS_IO,
    );
  }

  private offset(slot: number): number {
    return (1 + tablePages(this.slots) + slot) * PAGE_BYTES;
  }

  private writeHeader(isInUse: boolean): void {
    const table = new Uint8Array(this.table.buffer);
    const header = new Uint8Array(PAGE_BYTES);
    const view = new DataView(header.buffer);
    header.set(new TextEncoder().encode(MAGIC));
    view.setUint32(At.version, VERSION, true);
    view.setUint32(At.pageBytes, PAGE_BYTES, true);
    view.setUint32(At.slots, this.slots, true);
    view.setUint32(At.inUse, isInUse ? 1 : 0, true);
    view.setUint32(At.pid, process.pid, true);
    view.setUint32(At.tableCrc, crc32(table), true);
    view.setUint32(At.crc, crc32(header.subarray(0, At.crc)), true);
    writeAll(this.descriptor, table, PAGE_BYTES);
    writeAll(this.descriptor, header, 0);
  }

  /** Writes the table, and that nobody uses the file any more. */
  close(): void {
    try {
      this.writeHeader(false);
    } finally {
      closeSync(this.descriptor);
    }
  }
}

/** The file that --swap-file names, opened, or null. Throws CommandFailure. */
export function swapFileFrom(options: ParsedOptions, config: Partial<MachineConfig>): SwapFile | null {
  const path = options["swapFile"];
  if (typeof path !== "string") return null;
  if (options["gdb"] !== undefined)
    throw new CommandFailure(
      "--swap-file does not go with --gdb: a debugger goes back in time, and a file cannot.",
      "leave --swap-file out: the run is the same without it.",
    );
  return new SwapFile(path, config.swapSlots ?? null, DEFAULT_MACHINE_CONFIG.swapSlots);
}

function open(path: string): { descriptor: number; isNew: boolean } {
  try {
    try {
      return { descriptor: openSync(path, "wx+"), isNew: true };
    } catch (error) {
      if (code(error) !== "EEXIST") throw error;
    }
    const descriptor = openSync(path, constants.O_RDWR);
    const state = fstatSync(descriptor);
    // For root every file can be written; its owner's wish counts all the same.
    if (state.isFile() && (state.mode & 0o222) !== 0) return { descriptor, isNew: false };
    closeSync(descriptor);
    throw Object.assign(new Error(), { code: state.isFile() ? "EACCES" : "ENOTFILE" });
  } catch (error) {
    throw openProblem(path, error);
  }
}

function openProblem(path: string, error: unknown): CommandFailure {
  const place = `the swap file ${path} cannot be used`;
  switch (code(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return new CommandFailure(
        `${place}: there is no folder ${dirname(path)}.`,
        "make the folder first, or name another.",
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new CommandFailure(
        `${place}: it is read-only, or lies where you may not write.`,
        "swap is written to: make the file writable (chmod u+w), or name another.",
      );
    case "EISDIR":
    case "ENOTFILE":
    case "ENXIO":
      return new CommandFailure(`${place}: it is no regular file.`, "name a file, which may be new.");
    default:
      return new CommandFailure(`${place}: ${(error as Error).message}.`, "name another file.");
  }
}

function create(descriptor: number, path: string, slots: number): number {
  try {
    ftruncateSync(descriptor, fileBytes(slots)); // sparse: pages that are never written take no room
  } catch (error) {
    throw openProblem(path, error);
  }
  return slots;
}

/** Checks a file that exists; returns its slots. */
function check(descriptor: number, path: string, wanted: number | null): number {
  const refuse = (what: string, remedy: string): never => {
    throw new CommandFailure(`the swap file ${path} cannot be used: ${what}.`, remedy);
  };
  const again = "delete it, and the next run makes a new one; nothing in it outlives the machine that wrote it.";
  const bytes = fstatSync(descriptor).size;
  const header = new Uint8Array(PAGE_BYTES);
  const view = new DataView(header.buffer);
  const read = readAll(descriptor, header, 0);
  if (!MAGIC.startsWith(new TextDecoder("latin1").decode(header.subarray(0, Math.min(read, MAGIC.length)))))
    refuse(
      "it is another kind of file (a swap file begins with FLTSWAP)",
      "name another file: this one is left as it is.",
    );
  if (read < PAGE_BYTES) refuse(`it is short: ${bytes} bytes do not even hold a header of ${PAGE_BYTES}`, again);
  if (crc32(header.subarray(0, At.crc)) !== view.getUint32(At.crc, true))
    refuse("its header is corrupt (the checksum at byte 32 does not fit)", again);
  const version = view.getUint32(At.version, true);
  if (version !== VERSION) refuse(`it has version ${version}, and this Faultline writes version ${VERSION}`, again);
  const pageBytes = view.getUint32(At.pageBytes, true);
  if (pageBytes !== PAGE_BYTES) refuse(`its pages have ${pageBytes} bytes, the machine's ${PAGE_BYTES}`, again);
  const slots = view.getUint32(At.slots, true);
  if (slots < 1 || slots > MOST_SLOTS) refuse(`it claims ${slots} slots; 1 to ${MOST_SLOTS} are possible`, again);
  if (bytes < fileBytes(slots))
    refuse(`it is short: ${bytes} bytes of the ${fileBytes(slots)} that its ${slots} slots need`, again);
  if (wanted !== null && wanted !== slots)
    refuse(`it has ${slots} slots, and --swap asks for ${wanted}`, `leave --swap out, or name another file.`);
  const pid = view.getUint32(At.pid, true);
  const isInUse = view.getUint32(At.inUse, true) === 1;
  if (isInUse && isAlive(pid))
    refuse(`another machine uses it (process ${pid})`, "wait until that one has ended, or name another file.");
  // Whoever did not come to close it has left a table that says nothing.
  if (!isInUse) checkSlots(descriptor, slots, view.getUint32(At.tableCrc, true), (what) => refuse(what, again));
  return slots;
}

/** What was written has to be there still: a file that loses bytes is no swap device. */
function checkSlots(descriptor: number, slots: number, tableCrc: number, refuse: (what: string) => never): void {
  const table = new Uint8Array(tablePages(slots) * PAGE_BYTES);
  readAll(descriptor, table, PAGE_BYTES);
  if (crc32(table) !== tableCrc) refuse("its table of checksums is corrupt");
  const sums = new Uint32Array(table.buffer);
  const page = new Uint8Array(PAGE_BYTES);
  for (let slot = 0; slot < slots; slot++) {
    if (sums[slot] === 0) continue;
    readAll(descriptor, page, (1 + tablePages(slots) + slot) * PAGE_BYTES);
    if (crc32(page) !== sums[slot]) refuse(`slot ${slot} is corrupt: it does not hold what was written to it`);
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return code(error) === "EPERM";
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, at + done);
}

/** Reads until `bytes` is full or the file ends; returns how many there were. */
function readAll(descriptor: number, bytes: Uint8Array, at: number): number {
  let done = 0;
  while (done < bytes.length) {
    const got = readSync(descriptor, bytes, done, bytes.length - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
