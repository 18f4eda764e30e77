/** `monitor …` in gdb: what gdb itself cannot show, as text. Reads the machine and changes nothing. */
import { hex } from "../../emulator/bits.ts";
import { describePte, isValid, ptePfn } from "../../emulator/pte.ts";
import { SOFTWARE_PTE_NAMES, softwareKind, softwareValue } from "../../kernel/mm/software-pte.ts";
import { areasOf, frameView, listRows, placeOf, processes, tlbSet, walkOf } from "../inspect.ts";
import type { Machine } from "../machine.ts";

interface Command {
  readonly usage: string;
  readonly meaning: string;
  readonly run: (machine: Machine, pid: number, args: readonly string[], save: SaveRecording) => string[];
}

/** Writes the run to a file; returns what to say. Throws when it cannot be written. */
export type SaveRecording = (file: string) => string;

const COMMANDS: Readonly<Record<string, Command>> = {
  help: {
    usage: "help",
    meaning: "this list",
    run: () => Object.values(COMMANDS).map(({ usage, meaning }) => `monitor ${usage.padEnd(22)} ${meaning}`),
  },
  tlb: { usage: "tlb", meaning: "every entry of the TLB, by set and way", run: showTlb },
  pt: { usage: "pt VADDR", meaning: "the walk to an address: each PTE with its place and bits", run: showWalk },
  frames: { usage: "frames [PFN]", meaning: "frames on each list; or who owns one frame", run: showFrames },
  vmas: {
    usage: "vmas",
    meaning: "the areas of the selected process, with resident and swapped pages",
    run: showAreas,
  },
  ps: { usage: "ps", meaning: "all processes", run: showProcesses },
  when: { usage: "when", meaning: "where in the run the machine stands", run: showWhen },
  save: {
    usage: "save FILE",
    meaning: "write the run so far to a .faultline file (faultline replay opens it)",
    run: (_machine, _pid, [file], save) => [saveTo(file, save)],
  },
};

/** The answer to a monitor command, a line each. `pid`: the process that gdb has selected. */
export function monitor(machine: Machine, pid: number, text: string, save: SaveRecording): string[] {
  const [name = "help", ...args] = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (!Object.hasOwn(COMMANDS, name)) return [`monitor knows no "${name}"; monitor help lists what it knows`];
  return COMMANDS[name].run(machine, pid, args, save);
}

function saveTo(file: string | undefined, save: SaveRecording): string {
  if (file === undefined) return "monitor save takes a file, for example: monitor save crash.faultline";
  try {
    return save(file);
  } catch (error) {
    return `${file} cannot be written: ${(error as Error).message}`;
  }
}

function showTlb(machine: Machine): string[] {
  const { tlb } = machine.mmu;
  const lines = [
    `TLB: ${tlb.sets} sets of ${tlb.ways} ways; ${tlb.hits} hits, ${tlb.misses} misses, ${tlb.flushes} flushes`,
  ];
  for (let set = 0; set < tlb.sets; set++) {
    tlbSet(machine, set).forEach((entry, way) => {
      if (entry === null) return;
      lines.push(
        `set ${set} way ${way}: asid ${entry.asid} page ${hex(entry.vpn * 4096)} -> frame ${entry.pfn} ${describePte(entry.flags | 1)}`,
      );
    });
  }
  return lines;
}

function showWalk(machine: Machine, pid: number, [text = ""]: readonly string[]): string[] {
  const vaddr = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(vaddr <= 0xffffffff)) return ["monitor pt takes an address, for example: monitor pt 0x10000"];
  const lines = walkOf(machine, pid, vaddr).map(
    ({ level, paddr, pte }) => `level ${level}: PTE at ${hex(paddr)} is ${hex(pte)}: ${describeEntry(pte, level)}`,
  );
  return [...lines, `${hex(vaddr)} of pid ${pid}: ${describePlace(machine, pid, vaddr)}`];
}

function describeEntry(pte: number, level: 0 | 1): string {
  if (!isValid(pte)) return `not valid, ${SOFTWARE_PTE_NAMES[softwareKind(pte)] ?? "?"} ${softwareValue(pte)}`;
  const isPointer = level === 1 && (pte & 0xe) === 0;
  return isPointer ? `table in frame ${ptePfn(pte)}` : `frame ${ptePfn(pte)} ${describePte(pte)}`;
}

function describePlace(machine: Machine, pid: number, vaddr: number): string {
  const place = placeOf(machine, pid, vaddr >>> 12);
  switch (place.kind) {
    case "frame":
      return `in frame ${place.pfn}, physical address ${hex(place.pfn * 4096 + (vaddr & 0xfff))}`;
    case "transition":
      return `in frame ${place.pfn}, not mapped now (a soft fault away)`;
    case "swap":
      return `in swap slot ${place.slot}`;
    case "file":
      return `not read yet from ${place.path} at byte ${place.offset}`;
    case "zero":
      return "never touched; the first touch gets zeros";
    case "guard":
      return "reserved without access";
    case "nothing":
      return "no area covers it";
  }
}

function showFrames(machine: Machine, _pid: number, [text]: readonly string[]): string[] {
  if (text === undefined)
    return listRows(machine).map(([name, count]) => `${name.padEnd(12)} ${String(count).padStart(7)} frames`);
  const pfn = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(pfn < machine.ram.frames)) return [`monitor frames takes a frame number from 0 to ${machine.ram.frames - 1}`];
  const view = frameView(machine, pfn);
  const owners = view.references.map(
    ({ pid, vpn }) => `page ${hex(vpn * 4096)} of ${pid === 0 ? "shared memory" : `pid ${pid}`}`,
  );
  return [
    `frame ${pfn}: ${view.state}, mapped by ${view.mapped} PTEs${view.slot < 0 ? "" : `, also in swap slot ${view.slot}`}`,
    ...owners,
  ];
}

function showAreas(machine: Machine, pid: number): string[] {
  return areasOf(machine, pid).map((a) =>
    `${hex(a.start)}-${hex(a.end)} ${a.permissions} ${String(a.resident).padStart(5)} resident ${String(a.swapped).padStart(5)} swapped  ${a.name}`.trimEnd(),
  );
}

function showProcesses(machine: Machine): string[] {
  return processes(machine).map(
    (p) => `pid ${p.pid} parent ${p.ppid} ${p.state}${p.channel === "" ? "" : ` on ${p.channel}`}: ${p.name}`,
  );
}

function showWhen(machine: Machine): string[] {
  const { instret, cycles, turns } = machine.moment;
  return [`instruction ${instret}, cycle ${cycles}, kernel turn ${turns}`];
}
