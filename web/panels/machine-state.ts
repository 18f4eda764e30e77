/** Registers by their ABI names, those that the last step changed marked, and who called whom. */
import { registerName } from "../../emulator/isa/registers.ts";
import { element } from "../dom.ts";
import type { Place } from "../protocol.ts";

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");

export class MachineState {
  readonly box: HTMLElement;
  private readonly registers = element("dl", { class: "registers" });
  private readonly calls = element("ol", { class: "calls", start: "0" });
  private before: { pid: number; values: readonly number[] } = { pid: 0, values: [] };

  constructor() {
    const scroller = element(
      "div",
      { class: "scroller", role: "region", tabindex: "0", "aria-label": "Values of the registers" },
      element("h3", {}, "Registers ", element("span", { class: "aside" }, "• changed")),
      this.registers,
      element("h3", {}, "Calls, innermost first"),
      this.calls,
    );
    this.box = element("section", { class: "part part-state", "aria-label": "Registers and calls" }, scroller);
  }

  show({ view }: Place): void {
    const values = view.registers.length === 0 ? [] : [...view.registers.slice(1), view.pc];
    const isComparable = this.before.pid === view.pid && this.before.values.length === values.length;
    this.registers.replaceChildren(
      ...values.map((value, index) => {
        const name = index === 31 ? "pc" : registerName(index + 1);
        const old = this.before.values[index];
        const isChanged = isComparable && old !== value;
        const shown = element("dd", {}, hex(value));
        if (isChanged) shown.append(element("span", { class: "changed", role: "img", "aria-label": "changed" }, "•"));
        const row = element(
          "div",
          isChanged ? { class: "is-changed", title: `was ${hex(old)}` } : {},
          element("dt", {}, name),
          shown,
        );
        return row;
      }),
    );
    this.before = { pid: view.pid, values };
    this.calls.replaceChildren(
      ...view.frames.map(({ name, file, line, pc, isGuess }) =>
        element(
          "li",
          {},
          element("b", {}, name === "" ? `0x${hex(pc)}` : name),
          line === 0 ? ` 0x${hex(pc)}` : ` ${file.slice(file.lastIndexOf("/") + 1)}:${line}`,
          isGuess ? element("span", { class: "aside" }, " (a guess from the stack)") : "",
        ),
      ),
    );
  }
}
