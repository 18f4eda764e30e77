/** /proc/faultline: what Linux has no file for. Plain tables with a heading, one thing a line. */
import { EMPTY_TAG } from "../../../emulator/mmu/tlb.ts";
import type { Core } from "../../core.ts";
import { counted } from "../../counters.ts";
import { FRAME_STATES, Frame } from "../../mm/frames.ts";

/** Text of a file in /proc/faultline, by its name. */
export function faultlineText(core: Core, name: string): string {
  switch (name) {
    case "frames":
      return frames(core);
    case "lists":
      return lists(core);
    case "policy":
      return policy(core);
    case "tlb":
      return tlb(core);
    default:
      return "";
  }
}

const COPIES = ["none", "zero", "file", "swap"] as const;

/** Runs of frames that are alike: first and last frame, state, valid PTEs, where a copy is, its swap slot. */
function frames(core: Core): string {
  const database = core.frames;
  const describe = (pfn: number): string => {
    const state = FRAME_STATES[database.state[pfn]];
    return `${state} ${database.mapped[pfn]} ${COPIES[database.copy[pfn]]} ${database.slot[pfn]}`;
  };
  const lines = ["first last state mapped copy slot"];
  for (let first = 0; first < database.frames; ) {
    const text = describe(first);
    let last = first;
    while (last + 1 < database.frames && describe(last + 1) === text) last++;
    lines.push(`${first} ${last} ${text}`);
    first = last + 1;
  }
  return lines.join("\n") + "\n";
}

/** Frames shown of each list. */
const SHOWN = 16;

/** The four lists: how long each is, and its oldest frames in the order in which they will be taken. */
function lists(core: Core): string {
  const lines = ["list frames oldest first"];
  for (const state of [Frame.Zeroed, Frame.Dirty, Frame.Standby, Frame.Modified]) {
    const shown: number[] = [];
    for (let pfn = core.frames.oldest(state); pfn >= 0 && shown.length < SHOWN; pfn = core.frames.following(pfn))
      shown.push(pfn);
    const more = core.frames.count[state] > shown.length ? " …" : "";
    lines.push(`${FRAME_STATES[state]} ${core.frames.count[state]} ${shown.join(" ")}${more}`);
  }
  return lines.join("\n") + "\n";
}

function policy(core: Core): string {
  const { name, description, scanned, reason } = core.policy;
  return (
    `policy ${name}\ndescription ${description}\nvictims ${counted(core, "replacement.victims")}\n` +
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
