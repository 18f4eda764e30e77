/**
 * The fault microscope: the steps of one page fault as a list that is walked both ways with the arrow keys or the mouse. The step
 * that is chosen shows its details, and below the list stands the machine as of that step.
 */

import { listsText } from "../../system/debugger/lists-text.ts";
import type { FaultReport } from "../../system/debugger/microscope.ts";
import { element } from "../dom.ts";
import type { FaultState, Place } from "../protocol.ts";

export interface FaultDoor {
  /** The state in the middle of the fault is wanted; `stateCame` brings it. */
  wantState(index: number): void;
  toFault(direction: "forward" | "backward"): void;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
const PHASES = { try: "try", kernel: "kernel", wait: "wait", retry: "retry" } as const;

export class FaultSteps {
  readonly box: HTMLElement;
  private readonly title = element("p", { class: "where" });
  private readonly list = element("div", { class: "steps", role: "listbox", "aria-label": "Steps of the page fault" });
  private readonly state = element("dl", { class: "fault-state" });
  private readonly none: HTMLElement;
  private readonly whole: HTMLElement;
  private readonly door: FaultDoor;
  private report: FaultReport | null = null;
  private chosen = 0;

  constructor(door: FaultDoor) {
    this.door = door;
    const button = (text: string, direction: "forward" | "backward"): HTMLElement => {
      const made = element("button", { type: "button" }, text);
      made.addEventListener("click", () => door.toFault(direction));
      return made;
    };
    this.none = element(
      "div",
      { class: "no-fault" },
      element("p", {}, "No page fault begins at this instruction. Go to one and see it step by step:"),
      element("p", { class: "actions" }, button("‹ Previous fault", "backward"), button("Next fault ›", "forward")),
    );
    this.whole = element("div", { class: "fault" }, this.title, this.list, this.state);
    this.whole.hidden = true;
    this.box = element(
      "section",
      { class: "part part-fault", "aria-label": "Fault microscope" },
      this.whole,
      this.none,
    );
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const option = (event.target as HTMLElement).closest<HTMLElement>("[data-step]");
      if (option !== null) this.choose(Number(option.dataset["step"]), true);
    });
  }

  show({ fault, faultNumber, faultCount }: Place): void {
    const isSame =
      fault !== null &&
      this.report !== null &&
      fault.place.turns === this.report.place.turns &&
      fault.place.instret === this.report.place.instret;
    const hadFocus = this.list.contains(document.activeElement);
    this.report = fault;
    this.whole.hidden = fault === null;
    this.none.hidden = fault !== null;
    if (fault === null) return;
    this.title.replaceChildren(
      element("b", {}, `Fault ${faultNumber} of ${faultCount}: ${fault.outcome}`),
      `, ${fault.access} of ${hex(fault.vaddr)}, ${fault.totalCycles} cycles`,
    );
    if (!isSame) {
      this.chosen = 0;
      this.list.replaceChildren(...fault.steps.map((step) => this.option(step)));
    }
    this.choose(this.chosen, hadFocus);
  }

  private option(step: FaultReport["steps"][number]): HTMLElement {
    return element(
      "div",
      {
        class: `step phase-${step.phase}`,
        role: "option",
        "data-step": String(step.index),
        tabindex: "-1",
        "aria-selected": "false",
      },
      element("span", { class: "phase" }, PHASES[step.phase]),
      element("span", { class: "title" }, step.title),
      element("span", { class: "charge" }, step.charge === 0 ? "" : `+${step.charge} cycles`),
      ...(step.details.length === 0
        ? []
        : [element("span", { class: "details" }, ...step.details.map((line) => element("span", {}, line)))]),
    );
  }

  /** Arrow keys, Home and End choose a step and put the keyboard there. */
  key(event: KeyboardEvent): void {
    if (this.report === null || this.box.offsetParent === null) return;
    const last = this.report.steps.length - 1;
    const to = {
      ArrowDown: Math.min(last, this.chosen + 1),
      ArrowUp: Math.max(0, this.chosen - 1),
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.choose(to, true);
  }

  private choose(index: number, takesFocus: boolean): void {
    const options = [...this.list.children] as HTMLElement[];
    this.chosen = Math.min(index, options.length - 1);
    options.forEach((option, i) => {
      const isChosen = i === this.chosen;
      option.setAttribute("aria-selected", String(isChosen));
      option.tabIndex = isChosen ? 0 : -1;
    });
    const option = options[this.chosen];
    if (option === undefined) return;
    if (takesFocus) option.focus({ preventScroll: true });
    this.reveal(option);
    this.draw(null);
    this.door.wantState(this.chosen);
  }

  /** Scrolls the list, and nothing around it. */
  private reveal(option: HTMLElement): void {
    const { list } = this;
    const top = option.offsetTop;
    if (top < list.scrollTop) list.scrollTop = top - 4;
    else if (top + option.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = top + option.offsetHeight - list.clientHeight + 4;
  }

  stateCame(index: number, state: FaultState): void {
    if (index === this.chosen) this.draw(state);
  }

  private draw(cpu: FaultState | null): void {
    const step = this.report?.steps[this.chosen];
    if (step === undefined) return;
    const { lists, standby, tlb, residentPages } = step.state;
    const ways = tlb.map((entry) => (entry === null ? "–" : `${hex(entry.vpn * 4096)} → ${entry.pfn}`));
    const rows: [string, string, string][] = [
      ["PTE", "the page's entry in its page table", cpu === null ? "…" : cpu.pte],
      ["TLB", "the ways of the page's set: page → frame", ways.join(", ")],
      [
        "frames",
        "free frames by list, and pages of the process that are present",
        `${listsText(lists, standby)}; ${residentPages} resident`,
      ],
      [
        "hart",
        "pc and the trap registers",
        cpu === null ? "…" : `pc ${hex(cpu.pc)}, scause ${cpu.scause}, stval ${hex(cpu.stval)}, sepc ${hex(cpu.sepc)}`,
      ],
    ];
    this.state.replaceChildren(
      ...rows.map(([name, meaning, value]) =>
        element("div", { title: meaning }, element("dt", {}, name), element("dd", {}, value)),
      ),
    );
  }
}
