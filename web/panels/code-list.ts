/** Disassembly around pc, with the source lines that it was compiled from in between. */
import type { CodeLine } from "../../system/debugger/view.ts";
import { element } from "../dom.ts";
import type { Place } from "../protocol.ts";

export interface CodeDoor {
  /** Asks for a source file; `sourceCame` brings it. */
  wantSource(path: string): void;
}

const hex = (value: number): string => value.toString(16).padStart(8, "0");
/** Source lines shown before the one that an instruction belongs to, when those before have not been shown. */
const LEAD = 2;

export class CodeList {
  readonly box: HTMLElement;
  private readonly title = element("p", { class: "where" });
  private readonly list = element("ol", { class: "code-lines" });
  private readonly scroller: HTMLElement;
  private readonly sources = new Map<string, readonly string[] | null>();
  private readonly door: CodeDoor;
  private place: Place | null = null;

  constructor(door: CodeDoor) {
    this.door = door;
    this.scroller = element(
      "div",
      { class: "scroller", role: "region", tabindex: "0", "aria-label": "Disassembly with source" },
      this.list,
    );
    this.box = element("section", { class: "part part-code", "aria-label": "Code" }, this.title, this.scroller);
  }

  /** Another machine has other files. */
  forget(): void {
    this.sources.clear();
  }

  sourceCame(path: string, lines: readonly string[] | null): void {
    this.sources.set(path, lines);
    if (this.place?.view.code.some(({ file }) => file === path)) this.draw(this.place);
  }

  show(place: Place): void {
    // A file may have been edited between two moments: sources are read again for every program.
    if (place.program !== this.place?.program) this.forget();
    this.place = place;
    for (const { file } of place.view.code) {
      if (file === "" || this.sources.has(file)) continue;
      this.sources.set(file, null);
      this.door.wantSource(file);
    }
    this.draw(place);
  }

  private draw({ view, program, problem }: Place): void {
    const here = view.code.find(({ isHere }) => isHere);
    const process = view.processes.find(({ pid }) => pid === view.pid);
    const where =
      here === undefined
        ? "No process to look at"
        : `${process?.name ?? program}, pid ${view.pid}: ${here.symbol === "" ? `0x${hex(here.vaddr)}` : here.symbol}${here.line === 0 ? "" : `, ${fileName(here.file)}:${here.line}`}`;
    this.title.replaceChildren(where);
    if (here !== undefined && here.line === 0)
      this.title.append(
        element("span", { class: "aside" }, problem === "" ? " (no line information here)" : ` (${problem})`),
      );
    this.list.replaceChildren(...this.rows(view.code));
    const current = this.list.querySelector<HTMLElement>("[aria-current]");
    if (current !== null)
      this.scroller.scrollTop = current.offsetTop - (this.scroller.clientHeight - current.offsetHeight) / 2;
  }

  private rows(code: readonly CodeLine[]): HTMLElement[] {
    const rows: HTMLElement[] = [];
    let before: CodeLine | null = null;
    for (const line of code) {
      if (line.symbol !== "" && !line.symbol.includes("+"))
        rows.push(element("li", { class: "label" }, `${line.symbol}:`));
      if (line.line > 0 && (before?.line !== line.line || before.file !== line.file))
        rows.push(...this.sourceRows(line, before));
      rows.push(codeRow(line));
      before = line;
    }
    return rows;
  }

  private sourceRows({ file, line }: CodeLine, before: CodeLine | null): HTMLElement[] {
    const lines = this.sources.get(file);
    if (lines === null || lines === undefined) return [element("li", { class: "source" }, `${fileName(file)}:${line}`)];
    const isNext = before !== null && before.file === file && before.line < line && line - before.line <= LEAD + 1;
    const first = isNext ? before.line + 1 : line;
    return lines
      .slice(first - 1, line)
      .map((text, i) =>
        element(
          "li",
          { class: "source" },
          element("span", { class: "number" }, String(first + i)),
          text === "" ? " " : text,
        ),
      );
  }
}

const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function codeRow(line: CodeLine): HTMLElement {
  const row = element(
    "li",
    { class: line.isHere ? "code here" : "code" },
    element("span", { class: "arrow", "aria-hidden": "true" }, line.isHere ? "➜" : ""),
    element("span", { class: "vaddr" }, hex(line.vaddr)),
    element("span", { class: "text" }, line.text),
  );
  if (line.isHere) row.setAttribute("aria-current", "true");
  return row;
}
