/** The files of /proc/PID, in the formats of Linux (proc(5)). Fields for which this kernel has no figure are 0 or left out. */

import { PAGE_BYTES } from "../../../emulator/bits.ts";
import { isValid, PTE_A, PTE_D, ptePfn } from "../../../emulator/pte.ts";
import { TRAMPOLINE_VADDR } from "../../abi.ts";
import type { Core } from "../../core.ts";
import { areasOf } from "../../mm/areas.ts";
import { Copy } from "../../mm/frames.ts";
import { oomScore } from "../../mm/oom.ts";
import { forEachPte, readPte } from "../../mm/page-table.ts";
import { isSoftDirty } from "../../mm/soft-dirty.ts";
import { SoftwarePte, softwareKind, softwareValue } from "../../mm/software-pte.ts";
import { Reader } from "../../mm/use.ts";
import { AtFork, Prot, type Vma } from "../../mm/vma.ts";
import type { Process } from "../../proc/process.ts";
import { UNLIMITED } from "../../proc/resources.ts";
import { Handler, SIGNALS } from "../../proc/signals.ts";
import { cpuCycles } from "../../proc/threads.ts";
import { DEVICE_NUMBERS } from "../inode.ts";
import { CYCLES_PER_TICK, kilobytes, mounts, PAGE_KB } from "./machine.ts";

/** Text of a file in /proc/PID, by its name, or in /proc/PID/task/TID: then of one thread. */
export function processText(core: Core, p: Process, name: string, isThread = false): string {
  // A zombie has a name and a status, and no memory any more.
  const isAlive = p.state !== "zombie";
  switch (name) {
    case "maps":
      return isAlive
        ? areasOf(p.space)
            .map((vma) => mapsLine(core, vma))
            .join("")
        : "";
    case "smaps":
      return isAlive
        ? areasOf(p.space)
            .map((vma) => smapsEntry(core, p, vma))
            .join("")
        : "";
    case "smaps_rollup":
      return isAlive ? smapsRollup(core, p) : "";
    case "environ":
      return isAlive ? p.environment.map((variable) => variable + "\0").join("") : "";
    case "limits":
      return limits(p);
    case "mounts":
      return mounts(core);
    case "oom_score":
      return `${Math.max(0, oomScore(core, p))}\n`;
    case "oom_score_adj":
      return `${p.oomScoreAdjust}\n`;
    case "page_priority":
      return isAlive ? `${p.space.pagePriority}\n` : "";
    case "status":
      return status(core, p);
    case "stat":
      return stat(core, p, isThread);
    case "statm":
      return statm(core, p);
    case "cmdline":
      return isAlive ? p.argv.map((argument) => argument + "\0").join("") : "";
    case "comm":
      return comm(p) + "\n";
    default:
      return "";
  }
}

const hex8 = (value: number): string => value.toString(16).padStart(8, "0");
/** The name as Linux cuts it: TASK_COMM_LEN is 16 with the final 0. */
const comm = (p: Process): string => p.name.slice(0, 15);

// ---- maps ----

/** Column at which Linux puts the name on a 32-bit machine: 25 + 6 × 4. */
const MAPS_NAME_COLUMN = 49;
/** Device number of the tree in memory, as statx gives it. */
const ROOT_DEVICE = "00:01";

function mapsLine(core: Core, vma: Vma): string {
  const { start, end, prot, shared, backing, name } = vma;
  const letters =
    (prot & Prot.Read ? "r" : "-") +
    (prot & Prot.Write ? "w" : "-") +
    (prot & Prot.Execute ? "x" : "-") +
    (shared ? "s" : "p");
  // Segments of shared memory have their id as inode number, and, as on Linux, a device of their own.
  const shownInode =
    backing.kind === "file" ? backing.inode : backing.kind === "shared" ? sharedInode(core, backing.object) : -1;
  const isFile = backing.kind !== "anonymous" && shownInode >= 0 && start !== TRAMPOLINE_VADDR;
  const place = isFile ? `${hex8(backing.offset)} ${ROOT_DEVICE} ${shownInode}` : `${hex8(0)} 00:00 0`;
  const head = `${hex8(start)}-${hex8(end)} ${letters} ${place} `;
  return (name === "" ? head : head.padEnd(MAPS_NAME_COLUMN) + name) + "\n";
}

/** What stands for a shared object in the column of inodes: its file, its segment's id, or −1. */
function sharedInode(core: Core, id: number): number {
  const object = core.sharedObjects.get(id);
  return object === undefined ? -1 : object.segment !== undefined ? object.id : object.inode;
}

/** Belongs to a file, or to memory that is shared by more than fork's copy-on-write: not "anonymous" in Linux's sense. */
function isFileOrShared(core: Core, pfn: number): boolean {
  if (core.frames.copy[pfn] === Copy.File) return true;
  const { references } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node))
    if (references.spaceAt(node) < 0) return true;
  return false;
}

/** What smaps says of the pages of an area, in pages. */
interface AreaPages {
  resident: number;
  sharedClean: number;
  sharedDirty: number;
  privateClean: number;
  privateDirty: number;
  referenced: number;
  anonymous: number;
  swapped: number;
  /** Each resident page divided by how many map it; of these the dirty ones; each page in swap by how many refer to it. */
  proportional: number;
  proportionalDirty: number;
  proportionalSwap: number;
}

function areaPages(core: Core, p: Process, vma: Vma): AreaPages {
  const pages: AreaPages = {
    resident: 0,
    sharedClean: 0,
    sharedDirty: 0,
    privateClean: 0,
    privateDirty: 0,
    referenced: 0,
    anonymous: 0,
    swapped: 0,
    proportional: 0,
    proportionalDirty: 0,
    proportionalSwap: 0,
  };
  const { frames, ram } = core;
  forEachPte(ram, p.space.rootPfn, vma.start / PAGE_BYTES, vma.end / PAGE_BYTES, (_vpn, _paddr, pte) => {
    if (!isValid(pte)) {
      if (softwareKind(pte) !== SoftwarePte.Swap) return;
      pages.swapped++;
      pages.proportionalSwap += 1 / Math.max(1, core.swap.references.count[softwareValue(pte)]);
      return;
    }
    const pfn = ptePfn(pte);
    const isShared = frames.mapped[pfn] > 1;
    const isDirty = (pte & PTE_D) !== 0 || frames.copy[pfn] === Copy.None;
    pages.resident++;
    pages.proportional += 1 / Math.max(1, frames.mapped[pfn]);
    if ((pte & PTE_A) !== 0 || (frames.used[pfn] & Reader.Referenced) !== 0) pages.referenced++;
    if (isDirty) pages.proportionalDirty += 1 / Math.max(1, frames.mapped[pfn]);
    if (!isFileOrShared(core, pfn)) pages.anonymous++;
    if (isShared) pages[isDirty ? "sharedDirty" : "sharedClean"]++;
    else pages[isDirty ? "privateDirty" : "privateClean"]++;
  });
  return pages;
}

/** The lines that smaps and smaps_rollup have in common. */
function pageLines(pages: AreaPages, lockedPages: number): string {
  const rows: [string, number][] = [
    ["Rss", pages.resident],
    ["Pss", pages.proportional],
    ["Pss_Dirty", pages.proportionalDirty],
    ["Shared_Clean", pages.sharedClean],
    ["Shared_Dirty", pages.sharedDirty],
    ["Private_Clean", pages.privateClean],
    ["Private_Dirty", pages.privateDirty],
    ["Referenced", pages.referenced],
    ["Anonymous", pages.anonymous],
    ["LazyFree", 0],
    ["Swap", pages.swapped],
    ["SwapPss", pages.proportionalSwap],
    ["Locked", lockedPages],
  ];
  return rows.map(([name, count]) => kilobytes(name, Math.floor(count * PAGE_KB))).join("");
}

function smapsEntry(core: Core, p: Process, vma: Vma): string {
  const pages = areaPages(core, p, vma);
  const sizes =
    kilobytes("Size", (vma.end - vma.start) / 1024) + kilobytes("KernelPageSize", 4) + kilobytes("MMUPageSize", 4);
  const locked = vma.locked ? pages.proportional : 0;
  return `${mapsLine(core, vma)}${sizes}${pageLines(pages, locked)}VmFlags: ${vmFlags(vma)} \n`;
}

/** Two letters for each property (Documentation/filesystems/proc.rst, VmFlags); "me": it may be executed, and so on. */
function vmFlags(vma: Vma): string {
  const flags = ["rd", "wr", "ex"].filter((_, bit) => (vma.prot & (1 << bit)) !== 0);
  if (vma.shared) flags.push("sh");
  flags.push("mr", "mw", "me");
  if (vma.shared) flags.push("ms");
  if (vma.growsDown) flags.push("gd");
  if (vma.locked) flags.push("lo");
  if ((vma.atFork & AtFork.Leave) !== 0) flags.push("dc");
  if (vma.charge === "charged") flags.push("ac");
  if (vma.charge === "exempt") flags.push("nr");
  if ((vma.atFork & AtFork.Wipe) !== 0) flags.push("wf");
  if (vma.softDirty) flags.push("sd");
  return flags.join(" ");
}

/** All areas together, under one heading. */
function smapsRollup(core: Core, p: Process): string {
  const vmas = areasOf(p.space);
  if (vmas.length === 0) return "";
  let locked = 0;
  const total = vmas
    .map((vma) => {
      const pages = areaPages(core, p, vma);
      if (vma.locked) locked += pages.proportional;
      return pages;
    })
    .reduce((sum, pages) => {
      for (const name of Object.keys(sum) as (keyof AreaPages)[]) sum[name] += pages[name];
      return sum;
    });
  const head = `${hex8(vmas[0].start)}-${hex8(vmas[vmas.length - 1].end)} ---p ${hex8(0)} 00:00 0 `;
  return `${head.padEnd(MAPS_NAME_COLUMN)}[rollup]\n${pageLines(total, locked)}`;
}

/** RLIMIT_CPU … RLIMIT_RTTIME as Linux names them, with their units. */
const LIMITS: readonly (readonly [name: string, unit: string])[] = [
  ["Max cpu time", "seconds"],
  ["Max file size", "bytes"],
  ["Max data size", "bytes"],
  ["Max stack size", "bytes"],
  ["Max core file size", "bytes"],
  ["Max resident set", "bytes"],
  ["Max processes", "processes"],
  ["Max open files", "files"],
  ["Max locked memory", "bytes"],
  ["Max address space", "bytes"],
  ["Max file locks", "locks"],
  ["Max pending signals", "signals"],
  ["Max msgqueue size", "bytes"],
  ["Max nice priority", ""],
  ["Max realtime priority", ""],
  ["Max realtime timeout", "us"],
];
function limits(p: Process): string {
  const line = (name: string, soft: string, hard: string, unit: string): string =>
    `${name.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}${unit.padEnd(10)}\n`;
  const shown = (value: number): string => (value >= UNLIMITED ? "unlimited" : String(value));
  return (
    line("Limit", "Soft Limit", "Hard Limit", "Units") +
    LIMITS.map(([name, unit], resource) => {
      const { soft, hard } = p.limits[resource];
      return line(name, shown(soft), shown(hard), unit);
    }).join("")
  );
}

// ---- status and stat ----

const STATES: Readonly<Record<Process["state"], readonly [letter: string, word: string]>> = {
  ready: ["R", "running"],
  running: ["R", "running"],
  blocked: ["S", "sleeping"],
  stopped: ["T", "stopped"],
  zombie: ["Z", "zombie"],
};

function stateOf(p: Process): readonly [letter: string, word: string] {
  return p.state === "blocked" && !p.interruptible ? ["D", "disk sleep"] : STATES[p.state];
}

/** A set of signals as 64 bits, high word first. */
function signalSet(isMember: (signal: number) => boolean): { text: string; low: number } {
  const words = [0, 0];
  for (let signal = 1; signal <= SIGNALS; signal++) {
    if (isMember(signal)) words[signal <= 32 ? 0 : 1] |= 1 << ((signal - 1) & 31);
  }
  return { text: hex8(words[1] >>> 0) + hex8(words[0] >>> 0), low: words[0] >>> 0 };
}

function signalSets(p: Process) {
  const { actions } = p.signalActions;
  return {
    pending: signalSet((signal) => p.pending.some((pending) => pending.signal === signal)),
    blocked: {
      text: hex8(p.sigmaskHigh >>> 0) + hex8(p.sigmaskLow >>> 0),
      low: p.sigmaskLow >>> 0,
    },
    ignored: signalSet((signal) => actions[signal].handler === Handler.Ignore),
    caught: signalSet((signal) => actions[signal].handler > Handler.Ignore),
  };
}

const threadsOf = (core: Core, p: Process): number =>
  [...core.processes.values()].filter((other) => other.tgid === p.tgid).length;

/** Pages reserved by areas that a predicate picks. */
const reserved = (p: Process, isCounted: (vma: Vma) => boolean): number =>
  areasOf(p.space).reduce((sum, vma) => sum + (isCounted(vma) ? (vma.end - vma.start) / PAGE_BYTES : 0), 0);

const isText = (vma: Vma): boolean => (vma.prot & Prot.Execute) !== 0;
const isStack = (vma: Vma): boolean => vma.growsDown;
const isData = (vma: Vma): boolean => (vma.prot & Prot.Write) !== 0 && !vma.shared && !vma.growsDown;

/** Resident pages that show a file unchanged, over all areas. */
function residentFilePages(core: Core, p: Process): number {
  let pages = 0;
  for (const vma of areasOf(p.space)) {
    const { resident, anonymous } = areaPages(core, p, vma);
    pages += resident - anonymous;
  }
  return pages;
}

function status(core: Core, p: Process): string {
  const [letter, word] = stateOf(p);
  const sets = signalSets(p);
  const lines = [
    `Name:\t${comm(p)}`,
    `Umask:\t${p.fs.umask.toString(8).padStart(4, "0")}`,
    `State:\t${letter} (${word})`,
    `Tgid:\t${p.tgid}`,
    `Pid:\t${p.pid}`,
    `PPid:\t${p.ppid}`,
    "TracerPid:\t0",
    "Uid:\t0\t0\t0\t0",
    "Gid:\t0\t0\t0\t0",
    `FDSize:\t${p.files.slots.length}`,
    ...(p.state === "zombie" ? [] : memoryLines(core, p)),
    `Threads:\t${threadsOf(core, p)}`,
    `SigPnd:\t${sets.pending.text}`,
    `ShdPnd:\t${signalSet((signal) => p.group.pending.some((pending) => pending.signal === signal)).text}`,
    `SigBlk:\t${sets.blocked.text}`,
    `SigIgn:\t${sets.ignored.text}`,
    `SigCgt:\t${sets.caught.text}`,
    `voluntary_ctxt_switches:\t${p.counts.voluntarySwitches}`,
    `nonvoluntary_ctxt_switches:\t${p.counts.involuntarySwitches}`,
  ];
  return lines.join("\n") + "\n";
}

function memoryLines(core: Core, p: Process): string[] {
  const { space } = p;
  const file = residentFilePages(core, p);
  const rows: [string, number][] = [
    ["VmSize", space.reservedPages],
    ["VmLck", space.lockedPages],
    ["VmHWM", space.peakResidentPages],
    ["VmRSS", space.residentPages],
    ["RssAnon", space.residentPages - file],
    ["RssFile", file],
    ["VmData", reserved(p, isData)],
    ["VmStk", reserved(p, isStack)],
    ["VmExe", reserved(p, isText)],
    ["VmPTE", space.pageTablePages],
    ["VmSwap", space.swappedPages],
  ];
  return rows.map(([name, pages]) => `${name}:\t${String(pages * PAGE_KB).padStart(8)} kB`);
}

const ticks = (cycles: number): number => Math.floor(cycles / CYCLES_PER_TICK);

/** CPU time is that of all threads, or of one. */
function stat(core: Core, p: Process, isThread: boolean): string {
  const { counts, space } = p;
  const { user, system } = isThread ? { user: counts.userCycles, system: counts.systemCycles } : cpuCycles(core, p);
  const isAlive = p.state !== "zombie";
  const sets = signalSets(p);
  const [major, minor] = DEVICE_NUMBERS.tty;
  const hasTerminal = p.tty >= 0;
  const text = areasOf(space).find((vma) => isAlive && isText(vma) && vma.start !== TRAMPOLINE_VADDR);
  const minorFaults = counts.faults - counts.hard - counts.guard - counts.segv;
  const registers = core.variables.currentPid === p.pid ? core.hart : p;
  const fields: (number | string)[] = [
    p.pid,
    `(${comm(p)})`,
    stateOf(p)[0],
    p.ppid,
    p.pgid,
    p.sid,
    hasTerminal ? major * 256 + minor : 0,
    hasTerminal ? core.fs.terminal.foreground : -1,
    0,
    minorFaults,
    counts.childMinorFaults,
    counts.hard,
    counts.childMajorFaults,
    ticks(user),
    ticks(system),
    ticks(counts.childUserCycles),
    ticks(counts.childSystemCycles),
    20 + p.nice,
    p.nice,
    threadsOf(core, p),
    0,
    ticks(p.startCycles),
    isAlive ? space.reservedPages * PAGE_BYTES : 0,
    isAlive ? space.residentPages : 0,
    0xffffffff,
    text?.start ?? 0,
    text?.end ?? 0,
    isAlive ? space.stackTop : 0,
    registers.x[2] >>> 0,
    registers.pc >>> 0,
    sets.pending.low,
    sets.blocked.low,
    sets.ignored.low,
    sets.caught.low,
    p.state === "blocked" ? 1 : 0,
    0,
    0,
    p.parentSignal,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    isAlive ? space.brkStart : 0,
    0,
    0,
    0,
    0,
    p.exitCode,
  ];
  return fields.join(" ") + "\n";
}

function statm(core: Core, p: Process): string {
  if (p.state === "zombie") return "0 0 0 0 0 0 0\n";
  const { reservedPages, residentPages } = p.space;
  const data = reserved(p, isData) + reserved(p, isStack);
  return `${reservedPages} ${residentPages} ${residentFilePages(core, p)} ${reserved(p, isText)} 0 ${data} 0\n`;
}

// ---- pagemap ----

/** Upper halves of an entry's flag bits (Documentation/admin-guide/mm/pagemap.rst). */
const PRESENT = 0x8000_0000;
const SWAPPED = 0x4000_0000;
const FILE_OR_SHARED = 0x2000_0000;
const EXCLUSIVE = 0x0100_0000;
const SOFT_DIRTY = 0x0080_0000;

/**
 * Copies pagemap's bytes from `offset` on into `dst`, whole entries of 8 bytes only; returns how many. It ends at the
 * top of user space.
 */
export function readPagemap(core: Core, p: Process, offset: number, dst: Uint8Array): number {
  const entries = Math.min(Math.floor(dst.length / 8), 0xc0000 - Math.floor(offset / 8));
  if (offset % 8 !== 0 || entries <= 0 || p.state === "zombie") return 0;
  const view = new DataView(dst.buffer, dst.byteOffset, dst.length);
  for (let i = 0; i < entries; i++) {
    const vpn = offset / 8 + i;
    const pte = readPte(core.ram, p.space.rootPfn, vpn);
    const [low, high] = isValid(pte) ? presentEntry(core, ptePfn(pte)) : absentEntry(core, pte);
    view.setUint32(8 * i, low, true);
    view.setUint32(8 * i + 4, high + (isSoftDirty(p.space, vpn, pte) ? SOFT_DIRTY : 0), true);
  }
  return entries * 8;
}

function presentEntry(core: Core, pfn: number): readonly [low: number, high: number] {
  const { mapped } = core.frames;
  const kind = isFileOrShared(core, pfn) ? FILE_OR_SHARED : 0;
  return [pfn, PRESENT + kind + (mapped[pfn] === 1 ? EXCLUSIVE : 0)];
}

/** A page in swap, or on its way there or back with its slot known: type 0, the slot as offset. */
function absentEntry(core: Core, pte: number): readonly [low: number, high: number] {
  const kind = softwareKind(pte);
  const slot =
    kind === SoftwarePte.Swap
      ? softwareValue(pte)
      : kind === SoftwarePte.Transition
        ? core.frames.slot[softwareValue(pte)]
        : -1;
  return slot < 0 ? [0, 0] : [(slot << 5) >>> 0, SWAPPED];
}
