/**
 * `layout`: source, code or registers in a pane above the prompt that follows every stop, as gdb's text interface has it. Needs no more
 * of a terminal than ECMA-48 cursor movement and a scrolling region; both are put back when the debugger ends.
 *
 *     ┌ wild.c ──────────────┐
 *     │ >  19  total += …    │  pane: painted anew after every command
 *     ├ asm ─────────────────┤
 *     │ >  0x000110b4  lw …  │
 *     └──────────────────────┘
 *     (faultline) …              everything else scrolls below
 */
import { hex } from "../../../emulator/bits.ts";
import { ABI_NAMES } from "../../../emulator/isa/registers.ts";
import { type Debugger, DebuggerError } from "../../debugger/debugger.ts";
import { disassembleAround } from "../../debugger/disassembly.ts";
import type { ReadSource } from "./show.ts";

export const LAYOUTS = ["src", "asm", "regs", "split", "off"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What a pane is painted from. */
export interface Viewed {
  readonly debug: Debugger;
  readonly source: ReadSource;
  /** Frame of the stack that is looked at. */
  readonly level: number;
  readonly layout: Layout;
}

/** The layout that a word names. Throws DebuggerError. */
export function layoutNamed(word: string): Layout {
  const found = LAYOUTS.filter((name) => word !== "" && name.startsWith(word));
  if (found.length !== 1) throw new DebuggerError(`layout takes one of ${LAYOUTS.join(", ")}`);
  return found[0];
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Code addresses with a breakpoint that is on. */
function stops({ debug }: Viewed): Set<number> {
  return new Set(debug.breakpoints.flatMap((b) => (b.isEnabled && b.spec.kind === "code" ? b.spec.vaddrs : [])));
}

const mark = (isHere: boolean, hasStop: boolean): string => `${hasStop ? "b" : " "}${isHere ? ">" : " "}`;

function sourceLines(context: Viewed, rows: number): string[] {
  const { debug, level } = context;
  const frame = debug.callStack()[level];
  const text = frame === undefined || frame.line === 0 ? null : context.source(frame.file);
  if (frame === undefined || text === null) return ["[ no source here; layout asm shows the code ]"];
  const debugInfo = debug.image?.debug;
  const stopLines = new Set([...stops(context)].map((vaddr) => debugInfo?.lineAt(vaddr)?.line));
  const first = Math.max(1, Math.min(frame.line - Math.floor(rows / 2), text.length - rows + 1));
  return text.slice(first - 1, first - 1 + rows).map((line, i) => {
    const number = first + i;
    return `${mark(number === frame.line, stopLines.has(number))}${String(number).padStart(5)}  ${line.replaceAll("\t", "    ")}`;
  });
}

function codeLines(context: Viewed, rows: number): string[] {
  const { debug, level } = context;
  const frame = debug.callStack()[level];
  if (frame === undefined) return ["[ no process is alive ]"];
  const points = stops(context);
  const { image } = debug;
  return disassembleAround(debug.machine, debug.pid, image, frame.pc, -Math.floor(rows / 2), rows).map((line) => {
    const name = image?.nameOf(line.vaddr);
    const place = `${hex(line.vaddr)}${name === undefined ? "" : ` <${name}>`}`;
    return `${mark(line.vaddr === frame.pc, points.has(line.vaddr))} ${place.padEnd(30)} ${line.text}`;
  });
}

function registerLines({ debug }: Viewed): string[] {
  const view = debug.registers();
  if (view === undefined) return ["[ no process is alive ]"];
  const cells = ABI_NAMES.map((name, n) => `${name.padEnd(4)} ${hex(view.x[n])}`);
  return Array.from({ length: 8 }, (_, i) => [0, 8, 16, 24].map((n) => cells[i + n]).join("   "));
}

/** What the pane shows: exactly `rows` lines of at most `columns` characters. */
export function paneLines(context: Viewed, layout: Layout, rows: number, columns: number): string[] {
  if (layout === "off") return [];
  const frame = context.debug.callStack()[context.level];
  const title = (name: string): string => `── ${name} `.padEnd(columns, "─");
  const sourceTitle = title(frame === undefined || frame.file === "" ? "source" : baseName(frame.file));
  const lines: string[] = [];
  /** A part with its title, filled up to its height. */
  const part = (name: string, content: readonly string[], height: number): void => {
    lines.push(name, ...content.slice(0, height - 1));
    while (lines.length < Math.min(rows, height) || (lines.length < rows && height >= rows)) lines.push("");
  };
  if (layout === "src") part(sourceTitle, sourceLines(context, rows - 1), rows);
  else if (layout === "asm") part(title("code"), codeLines(context, rows - 1), rows);
  else {
    const upper = layout === "regs" ? Math.min(9, rows - 2) : Math.floor(rows / 2);
    if (layout === "regs") part(title("registers"), registerLines(context), upper);
    else part(sourceTitle, sourceLines(context, upper - 1), upper);
    const lower = rows - lines.length;
    const hasSource = frame !== undefined && frame.line !== 0 && context.source(frame.file) !== null;
    if (layout === "regs" && hasSource) lines.push(sourceTitle, ...sourceLines(context, lower - 1));
    else lines.push(title("code"), ...codeLines(context, lower - 1));
  }
  while (lines.length < rows) lines.push("");
  return lines.slice(0, rows).map((line) => line.slice(0, columns));
}

/** The pane on a terminal. */
export class Pane {
  private readonly write: (text: string) => void;
  /** Lines that the pane takes; 0: there is none. */
  private rows = 0;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  /** Paints it as the context wants it, on a terminal of that many rows and columns. */
  paint(context: Viewed, height: number, columns: number): void {
    const wanted = context.layout === "off" || height < 12 ? 0 : Math.floor(height * 0.55);
    if (wanted !== this.rows) {
      if (wanted === 0) return this.close(height);
      // Below the pane everything scrolls; the prompt goes on at the bottom.
      this.write(`\x1b[2J\x1b[${wanted + 1};${height}r\x1b[${height};1H`);
      this.rows = wanted;
    }
    if (wanted === 0) return;
    const lines = paneLines(context, context.layout, wanted, columns);
    this.write(`\x1b7${lines.map((line, i) => `\x1b[${i + 1};1H${line}\x1b[K`).join("")}\x1b8`);
  }

  /** Gives the whole screen back. */
  close(height: number): void {
    if (this.rows === 0) return;
    this.rows = 0;
    this.write(`\x1b[r\x1b[2J\x1b[${height};1H`);
  }
}
