/** /proc/faultline: what Linux has no file for. Plain tables with a heading, one thing a line. */
import { EMPTY_TAG } from "../../../emulator/mmu/tlb.ts";
import type { Core } from "../../core.ts";
import { counted } from "../../counters.ts";
import { FRAME_STATES, Frame, PRIORITIES, SOURCES } from "../../mm/frames.ts";
import { workingSetPages } from "../../mm/working-set.ts";
import { writerThreshold } from "../../mm/writer.ts";
import { frameSources } from "../../report.ts";

/** Text of a file in /proc/faultline, by its name. */
export function faultlineText(core: Core, name: string): string {
  switch (name) {
    case "frames":
      return frames(core);
    case "lists":
      return lists(core);
    case "standby":
      return standby(core);
    case "policy":
      return policy(core);
    case "sources":
      return sources(core);
    case "tasks":
      return tasks(core);
    case "watermarks":
      return watermarks(core);
    case "load":
      return load(core);
    case "working-sets":
      return workingSets(core);
    case "tlb":
      return tlb(core);
    default:
      return "";
  }
}

const COPIES = ["none", "zero", "file", "swap"] as const;

/** Runs of frames that are alike: first and last frame, state, valid PTEs, where a copy is, its swap slot, page priority. */
function frames(core: Core): string {
  const database = core.frames;
  const describe = (pfn: number): string => {
    const state = FRAME_STATES[database.state[pfn]];
    return `${state} ${database.mapped[pfn]} ${COPIES[database.copy[pfn]]} ${database.slot[pfn]} ${holds(database.state[pfn]) ? database.priority[pfn] : "-"}`;
  };
  const lines = ["first last state mapped copy slot priority"];
  for (let first = 0; first < database.frames; ) {
    const text = describe(first);
    let last = first;
    while (last + 1 < database.frames && describe(last + 1) === text) last++;
    lines.push(`${first} ${last} ${text}`);
    first = last + 1;
  }
  return lines.join("\n") + "\n";
}

/** A frame in this state holds a page of some process. */
const holds = (state: number): boolean => state >= Frame.Active && state <= Frame.Modified;

/** Frames shown of each list. */
const SHOWN = 16;

/** The four lists: how long each is, and its oldest frames in the order in which they will be taken; standby also by priority. */
function lists({ frames }: Core): string {
  const lines = ["list frames oldest first"];
  const show = (name: string, length: number, first: number): void => {
    const shown: number[] = [];
    for (let pfn = first; pfn >= 0 && shown.length < Math.min(SHOWN, length); pfn = frames.following(pfn))
      shown.push(pfn);
    lines.push(`${name} ${length} ${shown.join(" ")}${length > shown.length ? " …" : ""}`);
  };
  for (const state of [Frame.Zeroed, Frame.Dirty, Frame.Standby, Frame.Modified])
    show(FRAME_STATES[state], frames.count[state], frames.oldest(state));
  for (let priority = 0; priority < PRIORITIES; priority++)
    show(`standby-${priority}`, frames.standby[priority], frames.oldestStandby(priority));
  return lines.join("\n") + "\n";
}

/** The standby list by page priority: how long each part is, and how many of its pages have been taken for another use since boot. */
function standby({ frames }: Core): string {
  const lines = ["priority frames repurposed"];
  for (let priority = 0; priority < PRIORITIES; priority++)
    lines.push(`${priority} ${frames.standby[priority]} ${frames.repurposed[priority]}`);
  return lines.join("\n") + "\n";
}

/** Faults by kind, and where the frame came from. */
function sources(core: Core): string {
  const lines = [`fault ${SOURCES.join(" ")}`];
  for (const [kind, counts] of Object.entries(frameSources(core)))
    lines.push(`${kind} ${SOURCES.map((source) => counts[source]).join(" ")}`);
  return lines.join("\n") + "\n";
}

/** The kernel's own tasks: how often each has worked, on how many pages, and what sets it off. */
function tasks(core: Core): string {
  const { config } = core;
  const { low, high } = core.watermarks;
  const row = (name: string, runs: number, pages: number, when: string): string => `${name} ${runs} ${pages} ${when}`;
  const idle = counted(core, "zeroing.idle");
  const background = counted(core, "zeroing.background");
  const rate = config.zeroingRate === 0 ? "as fast as it can" : `at most ${config.zeroingRate} frames a second`;
  const turns = (name: string): [number, number] => [
    counted(core, `task.${name}.runs`),
    counted(core, `task.${name}.pages`),
  ];
  return (
    [
      "task runs pages when",
      row("zeroing", idle + background, idle + background, `zeroing ${config.zeroing}, ${rate}`),
      row("page-daemon", ...turns("daemon"), `fewer than ${low} frames available; until ${high}`),
      row(
        "working-sets",
        ...turns("working-sets"),
        core.variables.wsSampleCycles === 0 ? "never" : `every ${core.variables.wsSampleCycles} cycles`,
      ),
      row(
        "modified-writer",
        ...turns("writer"),
        `${writerThreshold(core)} pages modified, or fewer than ${low} frames available; ${config.writerBatchPages} at once`,
      ),
    ].join("\n") + "\n"
  );
}

/** Each process's working set: its limits, what is resident, and how much of that is in use by W(τ), if books are kept. */
function workingSets(core: Core): string {
  const { wsSampleCycles, tauCycles } = core.variables;
  const lines = [
    wsSampleCycles === 0
      ? "tau - (write cycles, like 100000, to /proc/sys/vm/ws_sample_cycles to have working sets measured)"
      : `tau ${tauCycles} sampled every ${wsSampleCycles} cycles`,
    "pid name minimum maximum resident peak in-use swapped cpu-cycles faults hard",
  ];
  for (const p of core.processes.values()) {
    const { space, counts } = p;
    if (p.pid !== p.tgid || space.id === 0) continue;
    const maximum = space.residentLimitPages === Number.POSITIVE_INFINITY ? "max" : space.residentLimitPages;
    const inUse = wsSampleCycles === 0 ? "-" : workingSetPages(space, tauCycles).length;
    lines.push(
      [p.pid, p.name, space.residentMinimumPages, maximum, space.residentPages, space.peakResidentPages, inUse]
        .concat([space.swappedPages, space.cpuCycles, counts.faults, counts.hard])
        .join(" "),
    );
  }
  return lines.join("\n") + "\n";
}

/** The load controller and whom it has suspended, the longest suspended first. */
function load(core: Core): string {
  const { loadControl, pffLowCycles, pffHighCycles } = core.config;
  const frequency = pffHighCycles === 0 ? "off" : `${pffLowCycles} ${pffHighCycles}`;
  const lines = [
    `load_control ${loadControl ? "on" : "off"}`,
    `suspensions ${counted(core, "load.suspended")}`,
    `fault_frequency ${frequency}`,
    `maxima_grown ${counted(core, "fault-frequency.grown")}`,
    `maxima_shrunk ${counted(core, "fault-frequency.shrunk")}`,
    "suspended pid pages since-cycle reason",
  ];
  for (const { tgid, pages, sinceCycles, reason } of core.load.suspended)
    lines.push(`suspended ${tgid} ${pages} ${sinceCycles} ${reason}`);
  return lines.join("\n") + "\n";
}

function watermarks(core: Core): string {
  const { min, low, high } = core.watermarks;
  return `available ${core.frames.availableFrames}\nmin ${min}\nlow ${low}\nhigh ${high}\n`;
}

function policy(core: Core): string {
  const { name, description, scanned, reason } = core.policy;
  return (
    `policy ${name}\ndescription ${description}\nvictims ${counted(core, "replacement.victims")}\n` +
    `victims_file ${counted(core, "replacement.file")}\nvictims_anonymous ${counted(core, "replacement.anonymous")}\n` +
    `swappiness ${core.variables.swappiness}\n` +
    `last_scanned ${scanned}\nlast_reason ${reason}\n`
  );
}

function tlb(core: Core): string {
  const { sets, ways, replacement, hits, misses, flushes, tags, bases } = core.mmu.tlb;
  const lines = [`sets ${sets}`, `ways ${ways}`, `replacement ${replacement}`];
  lines.push(`hits ${hits}`, `misses ${misses}`, `flushes ${flushes}`, "set way asid vpn pfn");
  tags.forEach((tag, index) => {
    if (tag === EMPTY_TAG) return;
    lines.push(`${Math.floor(index / ways)} ${index % ways} ${tag >>> 20} ${tag & 0xfffff} ${bases[index] / 4096}`);
  });
  return lines.join("\n") + "\n";
}
