/**
 * The files of /proc about the whole machine, in the formats of Linux (proc(5)), so that its tools can read them. What
 * Linux has no word for stands under names of its own: Zeroed, FreeDirty, Standby, Modified, Kernel.
 */
import { BOOT_EPOCH_SECONDS, CYCLES_PER_SECOND } from "../../config.ts";
import type { Core } from "../../core.ts";
import { counted } from "../../counters.ts";
import { commitLimitPages, committedPages } from "../../mm/commit.ts";
import { Copy, Frame } from "../../mm/frames.ts";

/** Kilobytes in a page. */
export const PAGE_KB = 4;
/** Cycles in a tick of 10 ms, the unit of CPU times (USER_HZ is 100). */
export const CYCLES_PER_TICK = CYCLES_PER_SECOND / 100;
/** A line as meminfo and smaps have it. */
export const kilobytes = (name: string, kb: number): string =>
  `${(name + ":").padEnd(16)}${String(kb).padStart(8)} kB\n`;

/** Text of a file in /proc, by its name. */
export function machineText(core: Core, name: string): string {
  switch (name) {
    case "meminfo":
      return meminfo(core);
    case "vmstat":
      return vmstat(core);
    case "stat":
      return stat(core);
    case "uptime":
      return `${seconds(core.hart.cycles)} ${seconds(core.variables.idleCycles)}\n`;
    case "loadavg":
      return loadavg(core);
    case "swaps":
      return swaps(core);
    case "cpuinfo":
      return "processor\t: 0\nhart\t\t: 0\nisa\t\t: rv32imac_zicntr_zicsr_zifencei\nmmu\t\t: sv32\n\n";
    case "filesystems":
      return "nodev\ttmpfs\nnodev\tproc\n";
    case "mounts":
      return mounts(core);
    case "version":
      return "Linux version 6.1.0-faultline (riscv32) #1 Faultline\n";
    default:
      return "";
  }
}

/** As Linux writes a mount: source, place, kind, options, and two zeros. */
export const mounts = (core: Core): string =>
  `tmpfs / tmpfs ${core.fs.folder.isReadOnly ? "ro" : "rw"} 0 0\nproc /proc proc ro 0 0\n`;

const seconds = (cycles: number): string => (cycles / CYCLES_PER_SECOND).toFixed(2);

/** Active frames by what they hold: a page of a file that nobody has written to, or anything else. */
function activePages(core: Core): { anonymous: number; file: number; swapCached: number } {
  const { frames } = core;
  const pages = { anonymous: 0, file: 0, swapCached: 0 };
  for (let pfn = 0; pfn < frames.frames; pfn++) {
    const state = frames.state[pfn];
    if (frames.copy[pfn] === Copy.Swap && state >= Frame.Active && state <= Frame.Modified) pages.swapCached++;
    if (state !== Frame.Active) continue;
    if (frames.copy[pfn] === Copy.File) pages.file++;
    else pages.anonymous++;
  }
  return pages;
}

function meminfo(core: Core): string {
  const { count, frames } = core.frames;
  const free = count[Frame.Zeroed] + count[Frame.Dirty];
  const active = activePages(core);
  const rows: [string, number][] = [
    ["MemTotal", frames],
    ["MemFree", free],
    ["MemAvailable", free + count[Frame.Standby]],
    ["Buffers", 0],
    ["Cached", active.file + count[Frame.Standby]],
    ["SwapCached", active.swapCached],
    ["SwapTotal", core.swap.slots],
    ["SwapFree", core.swap.slots - core.swap.usedSlots],
    ["Dirty", count[Frame.Modified]],
    ["Writeback", count[Frame.Transition]],
    ["AnonPages", active.anonymous],
    ["Mapped", active.file],
    ["PageTables", count[Frame.PageTable]],
    ["CommitLimit", commitLimitPages(core)],
    ["Committed_AS", committedPages(core)],
    ["Zeroed", count[Frame.Zeroed]],
    ["FreeDirty", count[Frame.Dirty]],
    ["Standby", count[Frame.Standby]],
    ["Modified", count[Frame.Modified]],
    ["Kernel", count[Frame.Kernel]],
  ];
  return rows.map(([name, pages]) => kilobytes(name, pages * PAGE_KB)).join("");
}

const FAULT_KINDS = ["zero-fill", "cow", "soft", "hard", "file", "guard", "segv", "bus"] as const;

function vmstat(core: Core): string {
  const { count } = core.frames;
  const faults = FAULT_KINDS.reduce((sum, kind) => sum + counted(core, `fault.${kind}`), 0);
  const rows: [string, number][] = [
    ["nr_free_pages", count[Frame.Zeroed] + count[Frame.Dirty]],
    ["nr_zeroed", count[Frame.Zeroed]],
    ["nr_dirty_free", count[Frame.Dirty]],
    ["nr_standby", count[Frame.Standby]],
    ["nr_modified", count[Frame.Modified]],
    ["nr_active", count[Frame.Active]],
    ["nr_transition", count[Frame.Transition]],
    ["nr_page_table_pages", count[Frame.PageTable]],
    ["pgfault", faults],
    ["pgmajfault", counted(core, "fault.hard")],
    ["pgsteal_anon", counted(core, "replacement.anonymous")],
    ["pgsteal_file", counted(core, "replacement.file")],
    ["pgzerofill", counted(core, "fault.zero-fill")],
    ["pgcow", counted(core, "fault.cow")],
    ["pgsoft", counted(core, "fault.soft")],
    ["pgfilefault", counted(core, "fault.file")],
    ["pgzero_idle", counted(core, "zeroing.idle")],
    ["pgzero_background", counted(core, "zeroing.background")],
    ["pgzero_demand", counted(core, "zeroing.demand")],
    ["pgalloc_zeroed", counted(core, "frames.zeroed")],
    ["pgalloc_dirty", counted(core, "frames.dirty")],
    ["pgalloc_standby", counted(core, "frames.standby")],
    ["pgalloc_evicted", counted(core, "frames.evicted")],
    ["pgsteal_daemon", counted(core, "task.daemon.pages")],
    ["pgsteal_direct", counted(core, "reclaim.direct")],
    ["pgwriter", counted(core, "task.writer.pages")],
    ["pswpin", core.swap.transfersIn],
    ["pswpout", core.swap.transfersOut],
    ["pgsteal", counted(core, "replacement.victims")],
    ["allocstall", counted(core, "reclaim.stalls")],
    ["oom_kill", counted(core, "fault.oom")],
  ];
  return rows.map(([name, value]) => `${name} ${value}\n`).join("");
}

/** An instruction that retires is a cycle of user time; all other cycles that are not idle are the kernel's and the walker's. */
function stat(core: Core): string {
  const ticks = (cycles: number): number => Math.floor(cycles / CYCLES_PER_TICK);
  const { idleCycles, contextSwitches, forks } = core.variables;
  const user = core.hart.instret;
  const system = Math.max(0, core.hart.cycles - idleCycles - user);
  const times = `${ticks(user)} 0 ${ticks(system)} ${ticks(idleCycles)} 0 0 0 0 0 0`;
  const { running, blocked } = runnable(core);
  return (
    `cpu  ${times}\ncpu0 ${times}\nctxt ${contextSwitches}\nbtime ${BOOT_EPOCH_SECONDS}\n` +
    `processes ${forks + 1}\nprocs_running ${running}\nprocs_blocked ${blocked}\n`
  );
}

function runnable(core: Core): { running: number; blocked: number } {
  const counts = { running: 0, blocked: 0 };
  for (const { state, interruptible } of core.processes.values()) {
    if (state === "ready" || state === "running") counts.running++;
    if (state === "blocked" && !interruptible) counts.blocked++;
  }
  return counts;
}

/** No history is kept: all three averages are the number of runnable processes at this moment. */
function loadavg(core: Core): string {
  const { running } = runnable(core);
  const load = running.toFixed(2);
  return `${load} ${load} ${load} ${running}/${core.processes.size} ${core.variables.nextPid - 1}\n`;
}

function swaps(core: Core): string {
  const header = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  if (core.swap.slots === 0) return header;
  const [total, used] = [core.swap.slots * PAGE_KB, core.swap.usedSlots * PAGE_KB];
  return `${header}${"/dev/swap0".padEnd(40)}partition\t${total}\t\t${used}\t\t-2\n`;
}
