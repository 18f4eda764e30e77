/**
 * The debugger's panel: its buttons and keys, the line along the run, where the machine stands, and the three parts below (code,
 * registers and calls, the fault microscope). It knows nothing of the machine but what the worker tells (protocol.ts).
 *
 * Keys, while the panel is open: F8 run and pause, F11 step, F10 over calls, F9 out of the function, F7 to the next fault; with Shift
 * all of them backwards. They are taken before the terminal sees them.
 */
import { element, setText } from "../dom.ts";
import type { DebugCommand, Direction, FromWorker, Mode, Place, ToWorker } from "../protocol.ts";
import { CodeList } from "./code-list.ts";
import { FaultSteps } from "./fault-steps.ts";
import { MachineState } from "./machine-state.ts";
import { RunSlider } from "./run-slider.ts";

export interface DebuggerDoor {
  send(message: ToWorker): void;
  pause(isPaused: boolean): void;
  /** A file was chosen to be opened as a recording. */
  open(file: File): void;
  /** The panel was opened or closed. */
  toggled(isOpen: boolean): void;
  /** Gives up what takes long. */
  cancel(): void;
}

type Unit = "instruction" | "line";
type Part = "code" | "state" | "fault";

interface Kept {
  readonly isOpen: boolean;
  readonly unit: Unit;
  readonly part: Part;
}

const KEPT_KEY = "faultline.debugger.v1";
/** What takes less is not worth a bar. */
const BUSY_AFTER_MILLISECONDS = 200;

const KEYS: Readonly<Record<string, (direction: Direction, unit: Unit) => DebugCommand>> = {
  F7: (direction) => ({ kind: "fault", direction }),
  F9: (direction) => ({ kind: "out", direction }),
  F10: (direction, unit) => ({ kind: "over", direction, unit }),
  F11: (direction, unit) => ({ kind: "step", direction, unit }),
};

/** What the keys do, for people. */
const HELP: readonly (readonly [readonly string[], string])[] = [
  [["F8"], "pause, and run on"],
  [["Shift", "F8"], "return to live: the end of the run, and on"],
  [["F7", "Shift+F7"], "next page fault, previous one"],
  [["F11", "Shift+F11"], "step, step back"],
  [["F10", "Shift+F10"], "the same over calls"],
  [["F9", "Shift+F9"], "out of the function, back to its call"],
  [["↑", "↓"], "walk the steps of a page fault"],
  [["←", "→"], "on the slider: along the run"],
];

/** The buttons: visible text, name, key, and what they do. */
const BUTTONS: readonly (readonly [string, string, string, string, Direction])[] = [
  ["‹ Fault", "Previous page fault", "Shift+F7", "F7", "backward"],
  ["Fault ›", "Next page fault", "F7", "F7", "forward"],
  ["‹ Step", "Step back", "Shift+F11", "F11", "backward"],
  ["Step ›", "Step", "F11", "F11", "forward"],
  ["‹ Over", "Step back over calls", "Shift+F10", "F10", "backward"],
  ["Over ›", "Step over calls", "F10", "F10", "forward"],
  ["‹ Out", "Step out, back to the call", "Shift+F9", "F9", "backward"],
  ["Out ›", "Step out of the function", "F9", "F9", "forward"],
];

export class DebuggerPanel {
  private readonly box: HTMLElement;
  private readonly door: DebuggerDoor;
  private readonly slider: RunSlider;
  private readonly code: CodeList;
  private readonly state = new MachineState();
  private readonly fault: FaultSteps;
  private readonly runButton = element("button", { type: "button", class: "run-button", title: "F8" });
  private readonly liveButton = element("button", { type: "button", class: "live", hidden: "" }, "Return to live");
  private readonly status = element("p", { class: "debug-status", role: "status" });
  /** Stands below the terminal, where it matters. */
  private readonly pastNote = element(
    "p",
    { class: "past-note" },
    element("strong", {}, "In the past. "),
    "Typing here begins a new future from this moment; the present one is kept.",
  );
  private readonly futures = element("select", { "aria-label": "Futures that were left" });
  private futuresShown = "";
  private readonly futuresField = element("p", { class: "futures" }, "Futures left: ", this.futures);
  private readonly processes = element("select", { "aria-label": "Process" });
  private readonly busy = element("div", { class: "busy", hidden: "" });
  private readonly busyText = element("span", {});
  private readonly progress = element("progress", { max: "1", value: "0", "aria-label": "Progress" });
  private readonly parts = element("div", { class: "parts" });
  private readonly running = element(
    "div",
    { class: "is-running", role: "region", tabindex: "0", "aria-label": "How to use the debugger" },
    element(
      "p",
      {},
      "The machine is running. Pause it to look at it, go back to a page fault, or drag along the run. Typing in the past begins a new future.",
    ),
    element(
      "dl",
      { class: "keys-help" },
      ...HELP.map(([keys, meaning]) =>
        element(
          "div",
          {},
          element("dt", {}, ...keys.flatMap((key) => [element("kbd", {}, key), " "])),
          element("dd", {}, meaning),
        ),
      ),
    ),
  );
  private mode: Mode = { isPaused: false, isLive: true, isSeekingFault: false };
  private kept: Kept = loadKept();
  private busyTimer: ReturnType<typeof setTimeout> | undefined;
  private lastPlace: Place | null = null;

  /** @param terminalBox the terminal, for the note behind it that it shows the past */
  constructor(box: HTMLElement, terminalBox: HTMLElement, door: DebuggerDoor) {
    this.box = box;
    terminalBox.after(this.pastNote);
    this.door = door;
    this.slider = new RunSlider({ seek: (instret) => this.command({ kind: "seek", instret }) });
    this.code = new CodeList({ wantSource: (path) => door.send({ type: "source", path }) });
    this.fault = new FaultSteps({
      wantState: (index) => door.send({ type: "fault-step", index }),
      toFault: (direction) => this.command({ kind: "fault", direction }),
    });
    this.parts.append(this.code.box, this.state.box, this.fault.box);
    const cancel = element("button", { type: "button" }, "Cancel");
    cancel.addEventListener("click", () => door.cancel());
    this.busy.append(this.busyText, this.progress, cancel);
    this.box.append(
      element("div", { class: "debug-head" }, this.toolbar(), this.files(), this.partSwitch()),
      element("div", { class: "debug-where" }, this.slider.box, this.futuresField, this.status, this.busy),
      this.running,
      this.parts,
    );
    this.runButton.addEventListener("click", () => door.pause(!this.mode.isPaused));
    this.liveButton.addEventListener("click", () => this.command({ kind: "live" }));
    this.processes.addEventListener("change", () =>
      this.command({ kind: "process", pid: Number(this.processes.value) }),
    );
    this.futures.addEventListener("change", () => {
      if (this.futures.value !== "") this.command({ kind: "future", index: Number(this.futures.value) });
    });
    document.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.box.addEventListener("keydown", (event) => this.walkFault(event));
    this.showPart(this.kept.part);
    this.showMode(this.mode);
    this.showFutures([]);
    this.setOpen(this.kept.isOpen);
  }

  get isOpen(): boolean {
    return this.kept.isOpen;
  }

  setOpen(isOpen: boolean): void {
    this.keep({ isOpen });
    this.box.hidden = !isOpen;
    document.body.classList.toggle("has-debugger", isOpen);
    this.door.toggled(isOpen);
  }

  /** Puts the keyboard into the panel. */
  focus(): void {
    this.runButton.focus();
  }

  /** A machine has been booted: nothing of the one before counts. */
  booted(): void {
    this.code.forget();
    this.lastPlace = null;
    this.endBusy();
    this.showFutures([]);
    setText(this.status, "");
    this.door.send({ type: "watch", isWatching: this.kept.isOpen });
  }

  receive(message: FromWorker): void {
    switch (message.type) {
      case "mode":
        return this.showMode(message.mode);
      case "track":
        this.showFutures(message.track.futures);
        return this.slider.show(message.track);
      case "place":
        return this.showPlace(message.place);
      case "busy":
        setText(this.busyText, `${message.what} … `);
        if (message.done < 0) this.progress.removeAttribute("value");
        else this.progress.value = message.done;
        return;
      case "ready":
        return this.endBusy();
      case "fault-state":
        return this.fault.stateCame(message.index, message.state);
      case "source":
        return this.code.sourceCame(message.path, message.lines);
      case "told":
        return setText(this.status, message.text);
    }
  }

  /** Something long has been asked for: a bar and a way out appear unless the answer comes soon. */
  expect(what: string): void {
    setText(this.busyText, `${what} … `);
    this.progress.value = 0;
    this.busyTimer ??= setTimeout(() => {
      this.busy.hidden = false;
    }, BUSY_AFTER_MILLISECONDS);
  }

  private endBusy(): void {
    clearTimeout(this.busyTimer);
    this.busyTimer = undefined;
    this.busy.hidden = true;
  }

  private command(command: DebugCommand): void {
    this.expect("On the way");
    this.door.send({ type: "debug", command });
  }

  private key(event: KeyboardEvent): void {
    if (!this.kept.isOpen || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const make = KEYS[event.key];
    if (make === undefined && event.key !== "F8") return;
    event.preventDefault();
    event.stopPropagation();
    if (make !== undefined) this.command(make(event.shiftKey ? "backward" : "forward", this.kept.unit));
    else if (event.shiftKey) this.command({ kind: "live" });
    else this.door.pause(!this.mode.isPaused);
  }

  /** ↑ and ↓ mean nothing on a button: they begin the walk through the fault that is shown. */
  private walkFault(event: KeyboardEvent): void {
    const isArrow = event.key === "ArrowUp" || event.key === "ArrowDown";
    if (isArrow && (event.target as HTMLElement).closest("button") !== null) this.fault.key(event);
  }

  private toolbar(): HTMLElement {
    const bar = element("div", { class: "debug-bar", role: "toolbar", "aria-label": "Debugger" }, this.runButton);
    for (const [text, name, keys, key, direction] of BUTTONS) {
      const button = element("button", { type: "button", "aria-label": name, title: `${name} (${keys})` }, text);
      button.addEventListener("click", () => this.command(KEYS[key](direction, this.kept.unit)));
      bar.append(button);
    }
    bar.append(this.liveButton);
    this.liveButton.title = "To the end of the run, and on (Shift+F8)";
    rove(bar);
    return bar;
  }

  private files(): HTMLElement {
    const unit = element(
      "select",
      { "aria-label": "Step by" },
      ...(["instruction", "line"] as const).map((value) =>
        element("option", { value, ...(value === this.kept.unit ? { selected: "" } : {}) }, `by ${value}`),
      ),
    );
    unit.addEventListener("change", () => this.keep({ unit: unit.value === "line" ? "line" : "instruction" }));
    const save = element("button", { type: "button", title: "The whole run as a .faultline file" }, "Save");
    save.setAttribute("aria-label", "Save a recording");
    save.addEventListener("click", () => {
      this.expect("Taking down the run");
      this.door.send({ type: "save-recording" });
    });
    const file = element("input", { type: "file", accept: ".faultline", hidden: "", "aria-label": "Recording" });
    file.addEventListener("change", () => {
      const chosen = file.files?.[0];
      if (chosen !== undefined) this.door.open(chosen);
      file.value = "";
    });
    const open = element("button", { type: "button", title: "A .faultline file" }, "Open");
    open.setAttribute("aria-label", "Open a recording");
    open.addEventListener("click", () => file.click());
    return element("div", { class: "debug-files" }, unit, this.processes, save, open, file);
  }

  /** Which part is in sight where not all three have room. */
  private partSwitch(): HTMLElement {
    const made = element("div", { class: "part-switch", role: "group", "aria-label": "Part of the debugger" });
    for (const [part, name] of [
      ["code", "Code"],
      ["state", "Registers"],
      ["fault", "Fault"],
    ] as const) {
      const button = element("button", { type: "button", "data-part": part, "aria-pressed": "false" }, name);
      button.addEventListener("click", () => this.showPart(part));
      made.append(button);
    }
    this.switch = made;
    return made;
  }
  private switch: HTMLElement | null = null;

  private showPart(part: Part): void {
    this.keep({ part });
    this.parts.dataset["part"] = part;
    for (const button of this.switch?.querySelectorAll<HTMLElement>("[data-part]") ?? [])
      button.setAttribute("aria-pressed", String(button.dataset["part"] === part));
  }

  private showMode(mode: Mode): void {
    const wasPaused = this.mode.isPaused;
    this.mode = mode;
    setText(this.runButton, mode.isPaused ? "Run" : "Pause");
    this.liveButton.hidden = mode.isLive;
    this.pastNote.hidden = mode.isLive;
    this.running.hidden = mode.isPaused;
    this.processes.hidden = !mode.isPaused;
    this.parts.hidden = !mode.isPaused || this.lastPlace === null;
    if (mode.isSeekingFault)
      setText(this.status, "Running until a page fault comes. Type in the terminal if it waits for you; F8 pauses.");
    else if (wasPaused && !mode.isPaused)
      setText(this.status, mode.isLive ? "Running." : "Running through the past again.");
  }

  private showPlace(place: Place): void {
    this.lastPlace = place;
    this.parts.hidden = false;
    this.running.hidden = true;
    this.processes.hidden = false;
    this.slider.show(place);
    this.code.show(place);
    this.state.show(place);
    this.fault.show(place);
    this.showProcesses(place);
    this.showFutures(place.futures);
    setText(this.status, sentence(place));
  }

  private showProcesses({ view }: Place): void {
    const options = view.processes
      .filter(({ state }) => state !== "zombie")
      .map(({ pid, name, isOnCpu, state }) =>
        element("option", { value: String(pid) }, `${name} (${pid}), ${isOnCpu ? "on CPU" : state}`),
      );
    this.processes.replaceChildren(...options);
    this.processes.value = String(view.pid);
  }

  private showFutures(futures: Place["futures"]): void {
    // Tracks come many times a second; a list that somebody has opened is not to be made anew for nothing.
    const ends = JSON.stringify(futures);
    if (ends === this.futuresShown) return;
    this.futuresShown = ends;
    this.futuresField.hidden = futures.length === 0;
    this.futures.replaceChildren(
      element("option", { value: "" }, `${futures.length} kept; go back to …`),
      ...futures.map(({ index, parted, end }) =>
        element("option", { value: String(index) }, `left at ${parted.instret}, ends at instruction ${end.instret}`),
      ),
    );
  }

  private keep(change: Partial<Kept>): void {
    this.kept = { ...this.kept, ...change };
    try {
      localStorage.setItem(KEPT_KEY, JSON.stringify(this.kept));
    } catch {
      // Without local storage it holds until the page is closed.
    }
  }
}

/** What is said, and read out, when the machine has come to a place. */
function sentence({ why, view }: Place): string {
  const here = view.code.find(({ isHere }) => isHere);
  const place = here === undefined ? "" : here.symbol === "" ? `0x${here.vaddr.toString(16)}` : here.symbol;
  const line = here === undefined || here.line === 0 ? "" : `, line ${here.line}`;
  const at = here === undefined ? "" : ` ${place}${line}: ${here.text}`;
  return `${why === "" ? "" : `${why} `}Instruction ${view.moment.instret}.${at}`;
}

function loadKept(): Kept {
  let stored: Partial<Kept> = {};
  try {
    stored = JSON.parse(localStorage.getItem(KEPT_KEY) ?? "{}") as Partial<Kept>;
  } catch {
    // As if nothing had been kept.
  }
  return {
    isOpen: stored.isOpen === true,
    unit: stored.unit === "line" ? "line" : "instruction",
    part: stored.part === "state" || stored.part === "fault" ? stored.part : "code",
  };
}

/** One stop for Tab, arrow keys within: what screen readers expect of a toolbar. */
function rove(bar: HTMLElement): void {
  const buttons = [...bar.querySelectorAll<HTMLElement>("button")];
  const settle = (current: HTMLElement): void => {
    for (const button of buttons) button.tabIndex = button === current ? 0 : -1;
  };
  settle(buttons[0]);
  bar.addEventListener("focusin", (event) => settle(event.target as HTMLElement));
  bar.addEventListener("keydown", (event) => {
    const seen = buttons.filter((button) => !button.hidden);
    const at = seen.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    seen[(at + step + seen.length) % seen.length].focus();
  });
}
