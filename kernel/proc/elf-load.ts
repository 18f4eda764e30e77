/**
 * Reading an ELF executable: which bytes of the file go where, or why it cannot run here. Pure arithmetic on bytes that
 * nobody has vouched for; nothing here throws, whatever they are.
 *
 * Accepted: 32-bit little-endian RISC-V, statically linked, ET_EXEC, or ET_DYN that relocates itself (static PIE).
 *
 * Source: System V ABI, chapters 4 and 5; RISC-V ELF psABI 1.0 for e_flags.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { Prot } from "../mm/vma.ts";

/** A part of the program: [start, end) page-aligned, its first `fileBytes` from the file at `offset`, then zeros. */
export interface LoadSegment {
  readonly start: number;
  readonly end: number;
  readonly prot: number;
  /** File offset of `start`; page-aligned. */
  readonly offset: number;
  /** 0: the whole segment is zeros. */
  readonly fileBytes: number;
}

export interface LoadPlan {
  readonly entry: number;
  readonly segments: readonly LoadSegment[];
  /** First address after the program, page-aligned: where the heap begins. */
  readonly end: number;
  /** Program headers in memory (0 if not loaded), their size and number, for the auxiliary vector. */
  readonly headersVaddr: number;
  readonly headerBytes: number;
  readonly headerCount: number;
}

/** Why a file cannot be run: cause and remedy in one sentence for people. */
export interface LoadError {
  readonly message: string;
}

const EM_RISCV = 243;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const MAX_PROGRAM_HEADERS = 64;
/** Where a position-independent program is put. */
const PIE_BASE = 0x1_0000;

const fail = (message: string): LoadError => ({ message });

/** Is this an ELF file at all? */
export const isElf = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/** Plans how to load a program into [lowest, highest). */
export function planElf(bytes: Uint8Array, lowest: number, highest: number): LoadPlan | LoadError {
  if (!isElf(bytes)) return fail("it is neither an ELF file nor a script that begins with #!");
  if (bytes.length < HEADER_BYTES)
    return fail(`the file ends after ${bytes.length} bytes, inside the ELF header; copy it again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const foreign = checkMachine(bytes, view);
  if (foreign !== null) return foreign;

  const type = view.getUint16(16, true);
  const headersOffset = view.getUint32(28, true);
  const headerBytes = view.getUint16(42, true);
  const headerCount = view.getUint16(44, true);
  if (headerBytes !== PROGRAM_HEADER_BYTES || headerCount === 0 || headerCount > MAX_PROGRAM_HEADERS) {
    return fail(`its ${headerCount} program headers of ${headerBytes} bytes make no sense; link it as an executable`);
  }
  if (headersOffset + headerCount * headerBytes > bytes.length) {
    return fail("the file is truncated: its program headers lie beyond its end; copy it again");
  }

  const bias = type === ET_DYN ? PIE_BASE : 0;
  const segments: LoadSegment[] = [];
  let end = 0;
  let headersVaddr = 0;
  for (let i = 0; i < headerCount; i++) {
    const at = headersOffset + i * headerBytes;
    const kind = view.getUint32(at, true);
    if (kind === PT_INTERP)
      return fail("it is dynamically linked, and there is no dynamic linker here; link it with -static");
    if (kind !== PT_LOAD) continue;
    const offset = view.getUint32(at + 4, true);
    const vaddr = view.getUint32(at + 8, true) + bias;
    const fileBytes = view.getUint32(at + 16, true);
    const memoryBytes = view.getUint32(at + 20, true);
    if (memoryBytes === 0) continue;
    if (offset + fileBytes > bytes.length) {
      return fail(
        `the file is truncated: it has ${bytes.length} bytes and a segment needs ${offset + fileBytes}; copy it again`,
      );
    }
    if (fileBytes > memoryBytes || (vaddr - offset) % PAGE_BYTES !== 0) {
      return fail(`its segment ${i} is malformed (sizes or alignment); link it again`);
    }
    if (vaddr < lowest || vaddr + memoryBytes > highest) {
      return fail(
        `its segment ${i} wants addresses 0x${vaddr.toString(16)} to 0x${(vaddr + memoryBytes).toString(16)}, outside ` +
          `0x${lowest.toString(16)} to 0x${highest.toString(16)}; link it at 0x10000`,
      );
    }
    addSegment(segments, { offset, vaddr, fileBytes, memoryBytes, prot: protOf(view.getUint32(at + 24, true)) });
    end = Math.max(end, ceil(vaddr + memoryBytes));
    if (headersOffset >= offset && headersOffset < offset + fileBytes) headersVaddr = vaddr + headersOffset - offset;
  }
  const entry = view.getUint32(24, true) + bias;
  if (segments.length === 0) return fail("it has nothing to load; is it an object file? link it first");
  if (!segments.some((s) => entry >= s.start && entry < s.end && (s.prot & Prot.Execute) !== 0)) {
    return fail(`its entry point 0x${entry.toString(16)} is not in an executable segment; link it again`);
  }
  return { entry, segments, end, headersVaddr, headerBytes, headerCount };
}

function checkMachine(bytes: Uint8Array, view: DataView): LoadError | null {
  const machine = view.getUint16(18, true);
  const type = view.getUint16(16, true);
  if (bytes[4] !== 1 || bytes[5] !== 1 || machine !== EM_RISCV) {
    const what = `${bytes[4] === 2 ? "64" : "32"}-bit ${bytes[5] === 2 ? "big-endian" : "little-endian"} machine number ${machine}`;
    return fail(`it is for another machine (${what}); build it for 32-bit RISC-V: -march=rv32ima -mabi=ilp32`);
  }
  if (type === 1) return fail("it is an object file; link it first");
  if (type !== ET_EXEC && type !== ET_DYN) return fail(`it is no executable (ELF type ${type})`);
  if ((view.getUint32(36, true) & 0x6) !== 0) {
    return fail(
      "it passes floating-point arguments in registers that this CPU lacks; build it with -march=rv32ima -mabi=ilp32",
    );
  }
  return null;
}

const floor = (vaddr: number): number => vaddr - (vaddr % PAGE_BYTES);
const ceil = (vaddr: number): number => Math.ceil(vaddr / PAGE_BYTES) * PAGE_BYTES;

/** PF_X, PF_W, PF_R of p_flags to mmap's bits. */
const protOf = (flags: number): number =>
  ((flags & 4) !== 0 ? Prot.Read : 0) | ((flags & 2) !== 0 ? Prot.Write : 0) | ((flags & 1) !== 0 ? Prot.Execute : 0);

/**
 * One PT_LOAD becomes a part with file contents and, where it is longer in memory, a part of zeros. Whole pages of the
 * file are mapped, as Linux does: neighbouring segments may share a page of the file. Only where zeros have to follow is the
 * last page cut at the segment's end.
 */
function addSegment(
  segments: LoadSegment[],
  raw: { offset: number; vaddr: number; fileBytes: number; memoryBytes: number; prot: number },
): void {
  const { vaddr, fileBytes, memoryBytes, prot } = raw;
  const start = floor(vaddr);
  const lead = vaddr - start;
  const fileEnd = fileBytes === 0 ? start : ceil(vaddr + fileBytes);
  const memoryEnd = ceil(vaddr + memoryBytes);
  if (fileBytes > 0) {
    const shown = memoryBytes > fileBytes ? lead + fileBytes : fileEnd - start;
    segments.push({ start, end: fileEnd, prot, offset: raw.offset - lead, fileBytes: shown });
  }
  if (memoryEnd > fileEnd) segments.push({ start: fileEnd, end: memoryEnd, prot, offset: 0, fileBytes: 0 });
}
