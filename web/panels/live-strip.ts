/**
 * The live strip: where every frame is, the level of the zeroed and dirty lists over the last minute, faults by kind,
 * TLB, swap and speed. Numbers stand beside every colour; the bar's parts also differ in pattern.
 */
import { Priority } from "../../kernel/mm/frames.ts";
import type { LiveFigures } from "../../system/report.ts";
import { element, setText } from "../dom.ts";
import type { MachineState } from "../protocol.ts";

interface FrameKind {
  readonly key: keyof LiveFigures["frames"] & string;
  readonly label: string;
  readonly explanation: string;
}

/** In the order of the bar: used first, free last. */
const FRAME_KINDS: readonly FrameKind[] = [
  { key: "kernel", label: "kernel", explanation: "owned by the kernel itself" },
  { key: "pageTables", label: "page tables", explanation: "hold page tables, which are words in RAM" },
  { key: "resident", label: "active", explanation: "mapped by some process: its resident pages" },
  { key: "transition", label: "transition", explanation: "on their way to or from the swap device" },
  { key: "modified", label: "modified", explanation: "trimmed, still to be written to swap" },
  { key: "standby", label: "standby", explanation: "trimmed and clean: come back by a soft fault or get a new owner" },
  { key: "dirty", label: "free, dirty", explanation: "free, with old bytes in them, waiting to be zeroed" },
  { key: "zeroed", label: "zeroed", explanation: "free and filled with zeros: ready for a fault" },
];

const FAULT_KINDS = [
  ["zeroFill", "zero-fill"],
  ["cow", "copy on write"],
  ["file", "file"],
  ["soft", "soft"],
  ["hard", "hard"],
  ["segv", "segv"],
  ["guard", "guard page"],
] as const;

/** Samples kept for the graph: one a figure message, about a minute. */
const HISTORY = 600;

const count = new Intl.NumberFormat("en-US");
const short = (value: number): string => {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  return count.format(Math.round(value));
};

const priorityRow = (): HTMLTableRowElement =>
  element("tr", {}, element("th", { scope: "row" }), element("td"), element("td"));

export class LiveStrip {
  private readonly parts = new Map<string, HTMLElement>();
  private readonly values = new Map<string, HTMLElement>();
  private readonly canvas = element("canvas", { width: "600", height: "120", role: "img" });
  private readonly zeroed: number[] = [];
  private readonly dirty: number[] = [];
  /** A row for each page priority that the standby list has had pages of, lowest first: they go first. */
  private readonly priorityRows = element("tbody", {});
  private readonly priorities = element(
    "table",
    { class: "priorities", hidden: "" },
    element("caption", {}, "Standby by page priority"),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, "priority"),
        element("th", { scope: "col" }, "standby"),
        element("th", { scope: "col", title: "taken for another page since the start" }, "taken"),
      ),
    ),
    this.priorityRows,
  );
  private total = 1;

  constructor(box: HTMLElement) {
    // It scrolls where the page is low, so the keyboard must be able to get there.
    box.tabIndex = 0;
    box.append(this.framesCard(), this.levelsCard(), this.faultsCard(), this.machineCard());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  show(figures: LiveFigures, state: MachineState, instructionsPerSecond: number): void {
    this.total = figures.frames.total;
    for (const { key } of FRAME_KINDS) {
      const frames = figures.frames[key];
      this.part(key).style.flexGrow = String(frames);
      this.part(key).hidden = frames === 0;
      this.set(`frames-${key}`, count.format(frames));
    }
    this.set("frames-total", `${count.format(this.total)} frames of 4 KiB = ${short((this.total * 4096) / 1024)} KiB`);
    this.showPriorities(figures.standby);
    for (const [key] of FAULT_KINDS) this.set(`faults-${key}`, count.format(figures.faults[key]));
    this.set("faults-total", count.format(figures.faults.total));
    const translations = figures.tlb.hits + figures.tlb.misses;
    this.set(
      "tlb",
      translations === 0 ? "–" : `${((100 * figures.tlb.hits) / translations).toFixed(2)} % of ${short(translations)}`,
    );
    this.set(
      "swap",
      figures.swap.slots === 0
        ? "none"
        : `${count.format(figures.swap.used)} of ${count.format(figures.swap.slots)} slots; ${count.format(figures.swap.in)} in, ${count.format(figures.swap.out)} out`,
    );
    this.set(
      "zeroing",
      `${count.format(figures.zeroing.idle)} by the idle task, ${count.format(figures.zeroing.onDemand)} on demand`,
    );
    this.set("instructions", `${short(figures.instructions)}`);
    this.set("speed", state === "running" ? `${short(instructionsPerSecond)} a second` : state);
    this.set("time", `${(figures.cycles / 1e8).toFixed(1)} s`);
    this.set("processes", String(figures.processes));
    this.record(figures);
  }

  /** Hidden as long as all pages have the usual priority: then the list is one. */
  private showPriorities({ frames, repurposed }: LiveFigures["standby"]): void {
    const used = frames.flatMap((count, priority) => (count + repurposed[priority] > 0 ? [priority] : []));
    this.priorities.hidden = used.every((priority) => priority === Priority.Default);
    used.forEach((priority, at) => {
      const row = this.priorityRows.rows[at] ?? this.priorityRows.appendChild(priorityRow());
      [priority, frames[priority], repurposed[priority]].forEach((value, cell) => {
        setText(row.cells[cell], count.format(value));
      });
    });
    while (this.priorityRows.rows.length > used.length) this.priorityRows.deleteRow(-1);
  }

  private record(figures: LiveFigures): void {
    this.zeroed.push(figures.frames.zeroed);
    this.dirty.push(figures.frames.dirty);
    if (this.zeroed.length > HISTORY) {
      this.zeroed.shift();
      this.dirty.shift();
    }
    this.canvas.setAttribute(
      "aria-label",
      `Zeroed list ${figures.frames.zeroed} frames, dirty list ${figures.frames.dirty} frames, of ${figures.frames.total}`,
    );
    this.draw();
  }

  private draw(): void {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (width === 0 || height === 0) return;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const style = getComputedStyle(this.canvas);
    context.clearRect(0, 0, width, height);
    this.line(context, this.zeroed, style.getPropertyValue("--zeroed"), [], ratio);
    this.line(context, this.dirty, style.getPropertyValue("--dirty"), [5 * ratio, 4 * ratio], ratio);
  }

  private line(
    context: CanvasRenderingContext2D,
    levels: readonly number[],
    colour: string,
    dash: number[],
    ratio: number,
  ): void {
    const { width, height } = context.canvas;
    const margin = 2 * ratio;
    context.strokeStyle = colour;
    context.lineWidth = 2 * ratio;
    context.setLineDash(dash);
    context.beginPath();
    levels.forEach((level, index) => {
      const x = width - ((levels.length - 1 - index) * width) / (HISTORY - 1);
      const y = height - margin - (level / this.total) * (height - 2 * margin);
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
  }

  private framesCard(): HTMLElement {
    const bar = element("div", { class: "frames-bar", "aria-hidden": "true" });
    const list = element("dl", { class: "legend" });
    for (const { key, label, explanation } of FRAME_KINDS) {
      const part = element("span", { class: `part frame-${key}`, title: `${label}: ${explanation}` });
      this.parts.set(key, part);
      bar.append(part);
      list.append(this.row(`frames-${key}`, label, `frame-${key}`, explanation));
    }
    return element(
      "article",
      { class: "card frames" },
      element("h2", {}, "Frames"),
      this.value("frames-total", "p"),
      bar,
      list,
      this.priorities,
    );
  }

  private levelsCard(): HTMLElement {
    const legend = element(
      "p",
      { class: "graph-legend" },
      element("span", { class: "swatch frame-zeroed" }),
      " zeroed (solid) ",
      element("span", { class: "swatch frame-dirty" }),
      " dirty (dashed)",
    );
    return element(
      "article",
      { class: "card levels" },
      element("h2", {}, "Free lists, last minute"),
      this.canvas,
      legend,
      this.line2("zeroing", "zeroed"),
    );
  }

  private faultsCard(): HTMLElement {
    const list = element("dl", { class: "legend" });
    for (const [key, label] of FAULT_KINDS) list.append(this.row(`faults-${key}`, label));
    return element(
      "article",
      { class: "card faults" },
      element("h2", {}, "Page faults ", this.value("faults-total", "span")),
      list,
    );
  }

  private machineCard(): HTMLElement {
    const list = element("dl", { class: "legend wide" });
    for (const [key, label] of [
      ["speed", "instructions"],
      ["instructions", "executed"],
      ["time", "virtual time"],
      ["tlb", "TLB hits"],
      ["swap", "swap"],
      ["processes", "processes"],
    ] as const)
      list.append(this.row(key, label));
    return element("article", { class: "card machine" }, element("h2", {}, "Machine"), list);
  }

  private row(key: string, label: string, swatch = "", explanation = ""): HTMLElement {
    const name = element("dt", explanation === "" ? {} : { title: explanation });
    if (swatch !== "") name.append(element("span", { class: `swatch ${swatch}`, "aria-hidden": "true" }), " ");
    name.append(label);
    return element("div", {}, name, this.value(key, "dd"));
  }

  private line2(key: string, label: string): HTMLElement {
    return element("p", { class: "aside" }, `${label}: `, this.value(key, "span"));
  }

  private value(key: string, tag: "dd" | "span" | "p"): HTMLElement {
    const made = element(tag, { "data-figure": key }, "–");
    this.values.set(key, made);
    return made;
  }

  private part(key: string): HTMLElement {
    return this.parts.get(key)!;
  }

  private set(key: string, text: string): void {
    setText(this.values.get(key)!, text);
  }
}
