/**
 * execve: a process gets a new program. Everything that can fail comes first, while the old program is still whole; then the
 * new space takes the old one's place and nothing can go wrong any more.
 *
 * The start of a program's stack, from the top down (System V ABI; sp is a multiple of 16):
 *
 *     path of the program, environment strings, argument strings, 16 random bytes
 *     auxiliary vector … AT_NULL, envp … 0, argv … 0, argc   ◀── sp
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { Errno, TRAMPOLINE_VADDR } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { closeOnExec, forkFiles } from "../fs/open-file.ts";
import { type ExecFile, readFileForExec } from "../fs/path.ts";
import { tell } from "../messages.ts";
import { createSpace, ensureTable, MMAP_TOP, reserve, STACK_TOP, USER_START, unmapRange } from "../mm/address-space.ts";
import { findVma, overlapping } from "../mm/areas.ts";
import { Copy } from "../mm/frames.ts";
import { pteAddress } from "../mm/page-table.ts";
import { mapPage } from "../mm/pages.ts";
import { allocateFrame, awaitFrames, reserveFrames, WAIT } from "../mm/reclaim.ts";
import { decodeUtf8, encodeUtf8 } from "../mm/user-memory.ts";
import { type AddressSpace, type NewVma, Prot } from "../mm/vma.ts";
import { KernelPanic } from "../panic.ts";
import { nextRandom } from "../random.ts";
import { type LoadPlan, type LoadSegment, planElf } from "./elf-load.ts";
import { endOtherThreads } from "./exit.ts";
import { stackLimitBytes } from "./limits.ts";
import type { Process } from "./process.ts";
import { resetSignalsOnExec } from "./signals.ts";
import { leaveSpace } from "./space-users.ts";
import { isLeader, leaderOf } from "./threads.ts";

/** Bytes that arguments and environment may take together, strings and pointers. */
export const MAX_ARGUMENT_BYTES = 128 * 1024;
/** Scripts that name scripts as their interpreters, at most. */
const MAX_INTERPRETERS = 4;
/** Largest first line of a script that is looked at. */
const MAX_SHEBANG_BYTES = 255;

/** Auxiliary vector keys (Linux auxvec.h). */
const Aux = {
  Null: 0,
  Phdr: 3,
  Phent: 4,
  Phnum: 5,
  PageSize: 6,
  Base: 7,
  Flags: 8,
  Entry: 9,
  Uid: 11,
  Euid: 12,
  Gid: 13,
  Egid: 14,
  HwCap: 16,
  ClockTicks: 17,
  Secure: 23,
  Random: 25,
  ExecFn: 31,
} as const;

/** HWCAP has one bit a single-letter extension: I, M, A, C. */
const HWCAP = (1 << 8) | (1 << 12) | (1 << 0) | (1 << 2);

/**
 * Replaces the program of `p`, which is on the CPU or has never run. Afterwards its registers (in the hart if it is on the
 * CPU, in its record too) are those of a fresh program. 0, −errno, or RESTART while it waits for frames.
 */
export function execProgram(
  core: Core,
  p: Process,
  path: string,
  argv: readonly string[],
  envp: readonly string[],
): number {
  const found = findProgram(core, p, path, argv);
  if (typeof found === "number") return found;
  const { file, plan } = found;
  const strings = [...found.argv, ...envp];
  const bytes = strings.reduce((sum, text) => sum + encodeUtf8(text).length + 1 + 4, 0) + file.path.length;
  if (bytes > MAX_ARGUMENT_BYTES) return -Errno.E2BIG;

  const image = buildStack(core, file.path, plan, found.argv, envp);
  const pages = Math.ceil(image.bytes.length / PAGE_BYTES);
  // Root, one table for the stack (two if it crosses 4 MiB, which its size cannot), its pages.
  const ready = reserveFrames(core, pages + 3);
  if (ready < 0) return ready === WAIT ? awaitFrames(core, p, ready) : -Errno.ENOMEM;
  const space = createSpace(core, p.tgid);
  if (typeof space === "number") return -Errno.EAGAIN;

  inheritWorkingSet(core, p.space, space);
  space.stackLimitBytes = stackLimitBytes(p);
  for (const segment of plan.segments) mapSegment(core, space, file, segment);
  space.brkStart = plan.end;
  space.brk = plan.end;
  mapTrampoline(core, space);
  placeStack(core, space, image);
  p.environment = [...envp];
  replaceProgram(core, p, space, path, found.argv, plan.entry, image.sp);
  return 0;
}

/** The limits of the working set and the page priority outlive a program; the first program has the limits of the configuration. */
function inheritWorkingSet(core: Core, from: AddressSpace, to: AddressSpace): void {
  const { workingSetMinimumPages, workingSetMaximumPages } = core.config;
  const isFirst = from.id === 0;
  const most = workingSetMaximumPages === 0 ? Number.POSITIVE_INFINITY : workingSetMaximumPages;
  to.residentLimitPages = isFirst ? most : from.residentLimitPages;
  to.residentMinimumPages = isFirst ? workingSetMinimumPages : from.residentMinimumPages;
  to.pagePriority = from.pagePriority;
}

/** Whether the file itself may be executed, before anything is read of its arguments: 0 or −errno. */
export function checkProgram(core: Core, p: Process, path: string): number {
  const file = readFileForExec(core, p, path);
  return typeof file === "number" ? file : 0;
}

/** Resolves scripts to their interpreters, and plans the loading of the program. */
function findProgram(
  core: Core,
  p: Process,
  path: string,
  argv: readonly string[],
): { file: ExecFile; plan: LoadPlan; argv: readonly string[] } | number {
  for (let depth = 0; depth <= MAX_INTERPRETERS; depth++) {
    const file = readFileForExec(core, p, path);
    if (typeof file === "number") return file;
    const script = parseShebang(file.bytes);
    if (script === null) {
      const plan = planElf(file.bytes, USER_START, MMAP_TOP);
      if (!("message" in plan)) return { file, plan, argv };
      tell(core, p.pid, `cannot run ${file.path}: ${plan.message}`);
      return -Errno.ENOEXEC;
    }
    argv = [script.interpreter, ...script.argument, path, ...argv.slice(1)];
    path = script.interpreter;
  }
  return -Errno.ELOOP;
}

/** `#!interpreter [one argument]` on the first line, or null. */
function parseShebang(bytes: Uint8Array): { interpreter: string; argument: string[] } | null {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return null;
  const start = bytes.subarray(2, MAX_SHEBANG_BYTES);
  const end = start.indexOf(0x0a);
  const line = decodeUtf8(end < 0 ? start : start.subarray(0, end));
  const match = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/s.exec(line);
  if (match === null) return null;
  return { interpreter: match[1], argument: match[2] === "" ? [] : [match[2]] };
}

function mapSegment(core: Core, space: AddressSpace, file: ExecFile, segment: LoadSegment): void {
  const { start, end, prot, offset, fileBytes } = segment;
  // Segments that meet in one page: the later one shows that page, with the same bytes of the file.
  if (overlapping(space, start, end).length > 0) unmapRange(core, space, start, end);
  const fromFile = fileBytes > 0;
  reserve(core, space, {
    start,
    end,
    prot,
    shared: false,
    backing: fromFile ? { kind: "file", inode: file.inode, path: file.path, offset, fileBytes } : { kind: "anonymous" },
    name: fromFile ? file.path : "",
    growsDown: false,
  });
}

function mapTrampoline(core: Core, space: AddressSpace): void {
  const inode = core.fs.trampolineInode;
  reserve(core, space, {
    start: TRAMPOLINE_VADDR,
    end: TRAMPOLINE_VADDR + PAGE_BYTES,
    prot: Prot.Read | Prot.Execute,
    shared: false,
    backing: { kind: "file", inode, path: "[vdso]", offset: 0, fileBytes: PAGE_BYTES },
    name: "[vdso]",
    growsDown: false,
  });
}

/** The bytes that end at STACK_TOP, page-aligned at their start, and the stack pointer. */
interface StackImage {
  readonly bytes: Uint8Array;
  readonly sp: number;
}

function buildStack(
  core: Core,
  path: string,
  plan: LoadPlan,
  argv: readonly string[],
  envp: readonly string[],
): StackImage {
  let top = STACK_TOP;
  const pieces: { vaddr: number; bytes: Uint8Array }[] = [];
  const put = (bytes: Uint8Array): number => {
    top -= bytes.length;
    pieces.push({ vaddr: top, bytes });
    return top;
  };
  const putString = (text: string): number => put(encodeUtf8(text + "\0"));
  const pathVaddr = putString(path);
  const envVaddrs = envp.map(putString);
  const argVaddrs = argv.map(putString);
  const randomVaddr = put(Uint8Array.from({ length: 16 }, () => nextRandom(core.variables) & 0xff));

  const aux = [
    [Aux.HwCap, HWCAP],
    [Aux.PageSize, PAGE_BYTES],
    [Aux.ClockTicks, 100],
    [Aux.Phdr, plan.headersVaddr],
    [Aux.Phent, plan.headerBytes],
    [Aux.Phnum, plan.headerCount],
    [Aux.Base, 0],
    [Aux.Flags, 0],
    [Aux.Entry, plan.entry],
    [Aux.Uid, 0],
    [Aux.Euid, 0],
    [Aux.Gid, 0],
    [Aux.Egid, 0],
    [Aux.Secure, 0],
    [Aux.Random, randomVaddr],
    [Aux.ExecFn, pathVaddr],
    [Aux.Null, 0],
  ].flat();
  const words = [argv.length, ...argVaddrs, 0, ...envVaddrs, 0, ...aux];
  const sp = (top - words.length * 4) & ~15;

  const base = sp - (sp % PAGE_BYTES);
  const bytes = new Uint8Array(STACK_TOP - base);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(sp - base + 4 * i, word, true);
  for (const piece of pieces) bytes.set(piece.bytes, piece.vaddr - base);
  return { bytes, sp };
}

/** Makes the stack's area and its first pages, which have to be there because the kernel writes them now. */
function placeStack(core: Core, space: AddressSpace, image: StackImage): void {
  const start = STACK_TOP - image.bytes.length;
  const stack: NewVma = {
    start,
    end: STACK_TOP,
    prot: Prot.Read | Prot.Write,
    shared: false,
    backing: { kind: "anonymous" },
    name: "[stack]",
    growsDown: true,
  };
  reserve(core, space, stack);
  const vma = findVma(space, start)!;
  for (let vaddr = start; vaddr < STACK_TOP; vaddr += PAGE_BYTES) {
    const vpn = vaddr / PAGE_BYTES;
    const table = ensureTable(core, space, space.ownerPid, vpn);
    const pfn = table < 0 ? table : allocateFrame(core, space.ownerPid, vpn, "user", true);
    if (pfn < 0) throw new KernelPanic("frames that were reserved for a new stack are gone", { table, pfn });
    core.ram.frame(pfn).set(image.bytes.subarray(vaddr - start, vaddr - start + PAGE_BYTES));
    core.frames.copy[pfn] = Copy.Zero;
    core.frames.references.add(pfn, space.id, vpn);
    mapPage(core, space, vma, vpn, pteAddress(core.ram, space.rootPfn, vpn), pfn, "store");
  }
}

/** All other threads end; a thread that was not the leader takes its place, and its pid. */
function becomeOnlyThread(core: Core, p: Process): void {
  endOtherThreads(core, p);
  if (isLeader(p)) return;
  const leader = leaderOf(core, p);
  const { processes, variables } = core;
  processes.delete(p.pid);
  p.parentSignal = leader.parentSignal;
  if (variables.currentPid === p.pid) variables.currentPid = p.tgid;
  if (variables.lastPid === p.pid) variables.lastPid = p.tgid;
  p.pid = p.tgid;
  processes.set(p.pid, p);
}

/** The point of no return: the new space takes the old one's place. */
function replaceProgram(
  core: Core,
  p: Process,
  space: AddressSpace,
  path: string,
  argv: readonly string[],
  entry: number,
  sp: number,
): void {
  becomeOnlyThread(core, p);
  const old = p.space;
  p.space = space;
  const isCurrent = core.variables.currentPid === p.pid;
  if (isCurrent) core.mmu.setSatp(space.asid, space.rootPfn);
  leaveSpace(core, p, old);
  charge(core, core.costs.exec);
  // Of a script its own name, of a link the link's (Linux, begin_new_exec): pgrep and pidof look for what was asked for.
  p.name = path.slice(path.lastIndexOf("/") + 1);
  p.argv = [...argv];
  p.restart = null;
  p.hardFaultVpn = -1;
  p.clearChildTid = 0;
  p.robustListVaddr = 0;
  resetSignalsOnExec(p);
  p.group.posixTimers = [];
  if (p.files.users > 1) {
    p.files.users--;
    p.files = forkFiles(p.files);
  }
  closeOnExec(core, p.files);
  p.x.fill(0);
  p.x[2] = sp;
  p.pc = entry;
  if (isCurrent) {
    core.hart.x.set(p.x);
    core.hart.pc = entry;
    core.hart.clearReservation();
  }
  if (core.sink.enabled) core.sink.emit({ kind: "process-exec", pid: p.pid, name: p.name, argv: p.argv });
}
