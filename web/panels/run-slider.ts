/**
 * The run as a line from power-on to now: a slider for where the machine stands, and marks where page faults happened. Each kind
 * of fault has a shape of its own; the legend below has shape, name and count.
 */
import type { FaultKind } from "../../kernel/events.ts";
import { FAULT_KINDS, type FaultTally } from "../../system/fault-log.ts";
import { element, setText } from "../dom.ts";
import type { Track } from "../protocol.ts";

export interface SliderDoor {
  /** The person wants to be at this instruction. */
  seek(instret: number): void;
}

/** Drawn in a box of 10 by 10. */
const SHAPES: Readonly<Record<FaultKind, string>> = {
  "zero-fill": "M5 1.4a3.6 3.6 0 1 0 .01 0Z",
  file: "M1.5 1.5h7v7h-7Z",
  soft: "M5 1l4 8H1Z",
  cow: "M5 .5L9.5 5 5 9.5 .5 5Z",
  hard: "M5 9l4-8H1Z",
  oom: "M4 .5h2V4h3.5v2H6v3.5H4V6H.5V4H4Z",
  bus: "M1 3.5h8v3H1Z",
  segv: "M1.6.4L5 3.8 8.4.4l1.2 1.2L6.2 5l3.4 3.4-1.2 1.2L5 6.2 1.6 9.6.4 8.4 3.8 5 .4 1.6Z",
  guard: "M5 .5l4 1.6v3.2C9 7.6 7.4 9 5 9.7 2.6 9 1 7.6 1 5.3V2.1Z",
};
const NAMES: Readonly<Record<FaultKind, string>> = {
  "zero-fill": "zero-fill",
  file: "file",
  soft: "soft",
  cow: "copy on write",
  hard: "hard",
  oom: "out of memory",
  bus: "bus",
  segv: "segv",
  guard: "guard page",
};
const SVG = "http://www.w3.org/2000/svg";
/** An arrow key goes so many parts of the run, a page key so many. */
const FINE = 200;
const COARSE = 20;
const CYCLES_PER_SECOND = 1e8;

const count = new Intl.NumberFormat("en-US");
/** Virtual time for people. */
export const timeText = (cycles: number): string =>
  cycles < CYCLES_PER_SECOND / 1000
    ? `${((cycles / CYCLES_PER_SECOND) * 1e6).toFixed(1)} µs`
    : cycles < CYCLES_PER_SECOND
      ? `${((cycles / CYCLES_PER_SECOND) * 1e3).toFixed(2)} ms`
      : `${(cycles / CYCLES_PER_SECOND).toFixed(3)} s`;

const shape = (kind: FaultKind): SVGSVGElement => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 10 10");
  svg.setAttribute("class", `mark mark-${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[kind]);
  svg.append(path);
  return svg;
};

export class RunSlider {
  readonly box: HTMLElement;
  private readonly input = element("input", {
    id: "run-slider",
    type: "range",
    min: "0",
    max: "1",
    value: "1",
    step: "1",
    "aria-label": "Place in the run",
  });
  private readonly marks = element("div", { class: "marks", "aria-hidden": "true" });
  private readonly legend = element("ul", { class: "fault-legend", "aria-label": "Page faults of the run, by kind" });
  private readonly place = element("p", { class: "run-place", id: "run-place" });
  private drawn = "";
  private isDragging = false;

  constructor(door: SliderDoor) {
    this.input.setAttribute("aria-describedby", "run-place");
    this.box = element(
      "div",
      { class: "run" },
      this.place,
      element("div", { class: "rail" }, this.marks, this.input),
      this.legend,
    );
    this.input.addEventListener("input", () => {
      this.describe(Number(this.input.value), null);
      door.seek(Number(this.input.value));
    });
    this.input.addEventListener("pointerdown", () => {
      this.isDragging = true;
    });
    for (const end of ["pointerup", "pointercancel", "change"])
      this.input.addEventListener(end, () => {
        this.isDragging = false;
      });
    this.input.addEventListener("keydown", (event) => this.key(event, door));
  }

  /** A slider of millions of steps is walked in parts of the run; single instructions have buttons and keys of their own. */
  private key(event: KeyboardEvent, door: SliderDoor): void {
    const min = Number(this.input.min);
    const max = Number(this.input.max);
    const part = {
      ArrowLeft: -FINE,
      ArrowDown: -FINE,
      ArrowRight: FINE,
      ArrowUp: FINE,
      PageDown: -COARSE,
      PageUp: COARSE,
    }[event.key];
    if (part === undefined) return;
    event.preventDefault();
    const to = Math.min(max, Math.max(min, Math.round(Number(this.input.value) + (max - min) / part)));
    this.input.value = String(to);
    this.describe(to, null);
    door.seek(to);
  }

  show(track: Track): void {
    const { start, end, moment } = track;
    this.input.min = String(start.instret);
    this.input.max = String(Math.max(start.instret + 1, end.instret));
    this.end = end.instret;
    // A thumb that is being held stays under the finger.
    if (!this.isDragging) {
      this.input.value = String(moment.instret);
      this.describe(moment.instret, moment.cycles);
    }
    this.draw(track.faults);
  }
  private end = 0;

  private describe(instret: number, cycles: number | null): void {
    const time = cycles === null ? "" : `, virtual time ${timeText(cycles)}`;
    const text = `Instruction ${count.format(instret)} of ${count.format(this.end)}${time}`;
    setText(this.place, text);
    this.input.setAttribute("aria-valuetext", text);
  }

  private draw(faults: FaultTally): void {
    const key = JSON.stringify(faults);
    if (key === this.drawn) return;
    this.drawn = key;
    this.marks.replaceChildren();
    const totals = FAULT_KINDS.map(() => 0);
    faults.forEach((counts, part) => {
      counts.forEach((n, kind) => {
        totals[kind] += n;
      });
      // The last kinds are the rare and grave ones: they stand for the part.
      const kind = counts.findLastIndex((n) => n > 0);
      if (kind < 0) return;
      const mark = shape(FAULT_KINDS[kind]);
      mark.style.left = `${((part + 0.5) * 100) / faults.length}%`;
      this.marks.append(mark);
    });
    this.legend.replaceChildren(
      ...FAULT_KINDS.flatMap((kind, index) =>
        totals[index] === 0
          ? []
          : [element("li", {}, shape(kind), ` ${NAMES[kind]} `, element("b", {}, count.format(totals[index])))],
      ),
    );
  }
}
