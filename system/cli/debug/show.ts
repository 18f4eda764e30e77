/** Texts of the command-line debugger: where one stands, source, code, memory, and the tables of `info`. */
import { hex } from "../../../emulator/bits.ts";
import { ABI_NAMES } from "../../../emulator/isa/registers.ts";
import { describePte } from "../../../emulator/pte.ts";
import type { StackFrame } from "../../debugger/call-stack.ts";
import { type Debugger, DebuggerError, type Stop } from "../../debugger/debugger.ts";
import { instructionText, pteText, wordOf } from "../../debugger/describe.ts";
import { type HeapBlock, type HeapBlocks, heapBlocks } from "../../debugger/heap-blocks.ts";
import { addressText } from "../../debugger/symbols.ts";
import {
  areasOf,
  currentPid,
  frameView,
  listRows,
  type PagePlace,
  placeOf,
  processes,
  processOf,
  readMemory,
  walkOf,
  workingSetOf,
} from "../../inspect.ts";

/** Lines of a source file, or null. */
export type ReadSource = (path: string) => readonly string[] | null;

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** "#0  0x00011054 in main () at list.c:12" */
export function frameText(frame: StackFrame): string {
  const place = frame.line === 0 ? "" : ` at ${baseName(frame.file)}:${frame.line}`;
  return `#${String(frame.level).padEnd(2)} ${hex(frame.pc)} in ${frame.name === "" ? "??" : `${frame.name} ()`}${place}${frame.isGuess ? "  (guess: found on the stack)" : ""}`;
}

/** The present place: source line when there is one, else the instruction. */
export function placeText(debug: Debugger, source: ReadSource): string {
  const frame = debug.callStack()[0];
  if (frame === undefined) return "no process is alive";
  const lines: string[] = [];
  const name = frame.name === "" ? "" : ` in ${frame.name} ()`;
  const at = frame.line === 0 ? "" : ` at ${baseName(frame.file)}:${frame.line}`;
  lines.push(`${hex(frame.pc)}${name}${at}   [pid ${debug.pid}, instruction ${debug.timeline.position}]`);
  const text = frame.line === 0 ? undefined : source(frame.file)?.[frame.line - 1];
  lines.push(
    text === undefined
      ? `=> ${codeLine(debug, frame.pc) ?? "(the page of this instruction is not present)"}`
      : `${frame.line}\t${text}`,
  );
  return lines.join("\n");
}

/** "0x00011054 <main+4>:  addi sp,sp,-16" */
export function codeLine(debug: Debugger, pc: number): string | null {
  const word = wordOf(readMemory(debug.machine, debug.pid, pc, 4));
  if (word === null) return null;
  const { image } = debug;
  const text = instructionText(word, pc, { symbolOf: (vaddr) => image?.nameOf(vaddr) });
  return `${addressText(pc, image)}:\t${text}`;
}

/** `count` instructions from an address, the present one marked. */
export function disassembly(debug: Debugger, from: number, count: number): string {
  const lines: string[] = [];
  const here = debug.registers()?.pc;
  let pc = from;
  for (let i = 0; i < count; i++) {
    const word = wordOf(readMemory(debug.machine, debug.pid, pc, 4));
    if (word === null) {
      lines.push(`   ${hex(pc)}: nothing to read here`);
      break;
    }
    lines.push(`${pc === here ? "=>" : "  "} ${codeLine(debug, pc)}`);
    pc += (word & 3) === 3 ? 4 : 2;
  }
  return lines.join("\n");
}

export function stopText(debug: Debugger, stop: Stop, source: ReadSource): string {
  const head =
    stop.kind === "step"
      ? ""
      : stop.breakpoint === null
        ? `${stop.text}\n`
        : `${stop.kind} ${stop.breakpoint.id} (${stop.breakpoint.text}): ${stop.text}\n`;
  if (stop.kind === "halted") return stop.text;
  const value = stop.returned === null ? "" : `\nValue returned is ${stop.returned}`;
  return head + placeText(debug, source) + value;
}

export function registersText(debug: Debugger): string {
  const view = debug.registers();
  if (view === undefined) return "no process is alive";
  const cells = ABI_NAMES.map((name, n) => `${name.padEnd(4)} ${hex(view.x[n])} ${String(view.x[n]).padEnd(12)}`);
  const rows: string[] = [];
  for (let i = 0; i < 8; i++)
    rows.push(
      [0, 8, 16, 24]
        .map((offset) => cells[i + offset])
        .join("  ")
        .trimEnd(),
    );
  const { hart } = debug.machine;
  rows.push(`pc   ${addressText(view.pc, debug.image)}`);
  rows.push(
    `satp ${hex(hart.satp)}  sepc ${hex(hart.sepc)}  scause ${hart.scause}  stval ${hex(hart.stval)}  instret ${hart.instret}  cycles ${hart.cycles}`,
  );
  return rows.join("\n");
}

export function processesText(debug: Debugger): string {
  const running = currentPid(debug.machine);
  const rows = processes(debug.machine).map((p) => {
    const mark = p.pid === debug.pid ? "*" : " ";
    const state = p.pid === running ? "on the CPU" : p.state + (p.channel === "" ? "" : ` (${p.channel})`);
    return `${mark}${String(p.pid).padStart(4)} ${String(p.ppid).padStart(5)}  ${state.padEnd(22)} ${String(p.space.residentPages).padStart(5)}  ${String(p.counts.faults).padStart(6)}  ${p.argv.join(" ")}`;
  });
  return ["  pid  ppid  state                  pages  faults  command", ...rows].join("\n");
}

export function tlbText(debug: Debugger): string {
  const { tlb } = debug.machine.mmu;
  const rows = tlb
    .entries()
    .map(
      (e) =>
        `${String(e.set).padStart(4)} ${String(e.way).padStart(4)}  ${hex(e.vpn * 4096)}  ${String(e.asid).padStart(4)}  ${String(e.pfn).padStart(6)}  ${describePte(e.flags | 1)}${e.superpage ? "  4 MiB" : ""}`,
    );
  return [
    `${tlb.sets} sets, ${tlb.ways} ways, ${tlb.replacement}; ${tlb.hits} hits, ${tlb.misses} misses, ${tlb.flushes} fences`,
    " set  way  page        asid   frame  rights",
    ...rows,
  ].join("\n");
}

export function areasText(debug: Debugger): string {
  const rows = areasOf(debug.machine, debug.pid).map((a) =>
    `${hex(a.start)}-${hex(a.end)} ${a.permissions} ${String((a.end - a.start) / 4096).padStart(7)} ${String(a.resident).padStart(8)} ${String(a.swapped).padStart(7)}  ${a.name}`.trimEnd(),
  );
  return ["start      end        prot   pages  present swapped  name", ...rows].join("\n");
}

function placeWords(place: PagePlace): string {
  switch (place.kind) {
    case "frame":
      return `in frame ${place.pfn}`;
    case "transition":
      return `in frame ${place.pfn}, which no valid PTE maps just now`;
    case "swap":
      return `in swap slot ${place.slot}`;
    case "file":
      return `in ${place.path} from byte ${place.offset}; the page was not touched yet`;
    case "zero":
      return "nowhere: never touched, it would be zeros";
    case "guard":
      return "nowhere: reserved without access";
    case "nothing":
      return "nowhere: no area covers the address";
  }
}

/** The walk to one address in words. */
export function walkText(debug: Debugger, vaddr: number): string {
  const reads = walkOf(debug.machine, debug.pid, vaddr);
  const rows = reads.map((r) => `level ${r.level}: PTE at ${hex(r.paddr)} is ${hex(r.pte)}: ${pteText(r.pte)}`);
  const place = placeOf(debug.machine, debug.pid, vaddr >>> 12);
  return [...rows, `the page's bytes are ${placeWords(place)}`].join("\n");
}

export function framesText(debug: Debugger): string {
  const counts = listRows(debug.machine).map(([state, count]) => `${state.padEnd(11)} ${String(count).padStart(6)}`);
  return [...counts, "info frame N shows one of them; life frame N its whole life"].join("\n");
}

export function frameInfoText(debug: Debugger, pfn: number): string {
  const frame = frameView(debug.machine, pfn);
  const users = frame.references.map(
    ({ pid, vpn }) => `  page ${hex(vpn * 4096)} of ${pid === 0 ? "shared memory" : `pid ${pid}`}`,
  );
  return [
    `frame ${pfn} (physical ${hex(pfn * 4096)}): ${frame.state}, mapped by ${frame.mapped} valid PTEs${frame.slot < 0 ? "" : `, swap slot ${frame.slot}`}`,
    ...users,
  ].join("\n");
}

/** A screenful or ten; scripts that want all ask heapBlocks. */
const MOST_BLOCK_LINES = 400;

export function heapText(debug: Debugger): string {
  const p = processOf(debug.machine, debug.pid);
  if (p === undefined) return "no process is alive";
  const { brkStart, brk, residentPages, peakResidentPages, reservedPages, swappedPages, pageTablePages } = p.space;
  return [
    `heap (brk)  ${hex(brkStart)}-${hex(brk)}, ${brk - brkStart} bytes`,
    `pages       ${residentPages} present (peak ${peakResidentPages}), ${swappedPages} in swap, ${reservedPages} reserved, ${pageTablePages} page tables`,
    ...blockLines(heapBlocks(debug.machine, debug.pid, debug.image)),
  ].join("\n");
}

/** The allocator's blocks; free ones of a size in a row (slots of a slab) on one line. */
function blockLines({ allocator, blocks, problem }: HeapBlocks): string[] {
  if (allocator === null) return [problem ?? ""];
  const rows: { readonly block: HeapBlock; count: number }[] = [];
  for (const block of blocks) {
    const row = rows[rows.length - 1];
    const isNext = row?.block.state === "free" && row.block.vaddr + row.count * block.bytes === block.vaddr;
    if (isNext && block.state === "free" && row.block.bytes === block.bytes) row.count++;
    else rows.push({ block, count: 1 });
  }
  const shown = rows.slice(0, MOST_BLOCK_LINES).map(({ block: { vaddr, bytes, state }, count }) => {
    return `${hex(vaddr)} ${String(bytes).padStart(10)}  ${state}${count === 1 ? "" : `, ${count} blocks of this size`}`;
  });
  const isUsed = ({ state }: HeapBlock): boolean => state === "used" || state === "mapped";
  const used = blocks.filter(isUsed);
  const bytes = used.reduce((sum, block) => sum + block.bytes, 0);
  return [
    `allocator   ${allocator}: ${used.length} blocks in use, ${bytes} bytes; ${blocks.length - used.length} not in use`,
    "payload         bytes  state",
    ...shown,
    ...(rows.length > MOST_BLOCK_LINES ? [`… and ${rows.length - MOST_BLOCK_LINES} more lines`] : []),
    ...(problem === null ? [] : [`the walk ends here: ${problem}`]),
  ];
}

export function workingSetText(debug: Debugger): string {
  const view = workingSetOf(debug.machine, debug.pid);
  if (view === undefined) return "the process has no memory";
  const { minimum, maximum, resident, peak, cpuCycles, pages } = view;
  const limits = `${resident} pages resident (peak ${peak}), minimum ${minimum}, ${maximum === Number.POSITIVE_INFINITY ? "no maximum" : `maximum ${maximum}`}`;
  if (pages === null) return `${limits}\nwhich are in use is not measured: start with --ws-sample 100000`;
  const { tauCycles } = debug.machine.kernel.core.variables;
  const shown = pages.map((vpn) => hex(vpn * 4096)).join(" ");
  return `${limits}\n${pages.length} pages used in the last ${tauCycles} of its ${cpuCycles} cycles:\n${shown}`;
}

/** x/FMT: count, format (x d u c s i a) and unit (b h w), as gdb has them. */
export function examine(
  debug: Debugger,
  format: string,
  vaddr: number,
): { readonly text: string; readonly next: number } {
  const match = /^(\d*)([xducsia]?)([bhw]?)$/.exec(format) ?? /^(\d*)()([bhw]?)$/.exec(format);
  if (match === null)
    throw new DebuggerError(
      `x/${format}: the format is COUNT, one of x d u c s i a, and a unit b h w; for example x/8xw`,
    );
  const count = match[1] === "" ? 1 : Math.min(4096, Number(match[1]));
  const kind = match[2] || "x";
  if (kind === "i") {
    const text = disassembly(debug, vaddr, count);
    return { text, next: vaddr + 4 * count };
  }
  if (kind === "s") {
    const bytes = readMemory(debug.machine, debug.pid, vaddr, 200);
    const end = bytes.indexOf(0);
    return {
      text: `${hex(vaddr)}:\t${JSON.stringify(new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end)))}`,
      next: vaddr + (end < 0 ? bytes.length : end + 1),
    };
  }
  const unit = kind === "a" ? 4 : kind === "c" ? 1 : match[3] === "b" ? 1 : match[3] === "h" ? 2 : 4;
  const perLine = unit === 4 ? 4 : unit === 2 ? 8 : kind === "c" ? 8 : 8;
  const bytes = readMemory(debug.machine, debug.pid, vaddr, count * unit);
  const lines: string[] = [];
  for (let i = 0; i < count; i += perLine) {
    const cells: string[] = [];
    for (let k = i; k < Math.min(count, i + perLine); k++) cells.push(cell(debug, bytes, k * unit, unit, kind));
    lines.push(`${addressText(vaddr + i * unit, debug.image)}:\t${cells.join("\t")}`);
  }
  return { text: lines.join("\n"), next: vaddr + count * unit };
}

function cell(debug: Debugger, bytes: Uint8Array, at: number, unit: number, kind: string): string {
  if (at + unit > bytes.length) return "(unmapped)";
  let value = 0;
  for (let i = unit - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  const signed = value >= 2 ** (8 * unit - 1) ? value - 2 ** (8 * unit) : value;
  if (kind === "d") return String(signed);
  if (kind === "u") return String(value);
  if (kind === "c") return `${signed} '${value >= 32 && value < 127 ? String.fromCharCode(value) : "."}'`;
  if (kind === "a") return addressText(value, debug.image);
  return `0x${value.toString(16).padStart(2 * unit, "0")}`;
}
