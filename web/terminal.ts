/**
 * The terminal: xterm.js, fitted to its box. It only carries bytes. Drawing is acknowledged, so that a program that
 * prints without end is slowed to the speed of the screen instead of filling the page's memory.
 */
import { FitAddon } from "@xterm/addon-fit";
import { Terminal as Xterm } from "@xterm/xterm";

export interface TerminalDoor {
  typed(bytes: Uint8Array): void;
  resized(columns: number, rows: number): void;
  drawn(bytes: number): void;
  /** F6: the person wants to leave for the next region of the page. */
  leave(): void;
}

const KEYS: Readonly<Record<string, string>> = {
  "ctrl-c": "\x03",
  "ctrl-d": "\x04",
  "ctrl-z": "\x1a",
  tab: "\t",
  escape: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
};

/** Answers of a terminal to questions about its cursor and kind. */
const REPORT = /^\x1b\[[?>]?[\d;]*[Rcn]$/;

const DARK = { background: "#0d1520", foreground: "#e6edf5", cursor: "#ffb454", selectionBackground: "#2f5d8a" };
const LIGHT = {
  background: "#ffffff",
  foreground: "#14202c",
  cursor: "#a04b00",
  selectionBackground: "#b5d6f5",
  black: "#14202c",
  red: "#b3261e",
  green: "#1b6e2d",
  yellow: "#7a5a00",
  blue: "#1353a5",
  magenta: "#8b2a8b",
  cyan: "#00687a",
  white: "#55606b",
  brightBlack: "#55606b",
  brightRed: "#b3261e",
  brightGreen: "#1b6e2d",
  brightYellow: "#7a5a00",
  brightBlue: "#1353a5",
  brightMagenta: "#8b2a8b",
  brightCyan: "#00687a",
  brightWhite: "#14202c",
};

export class Terminal {
  private readonly xterm: Xterm;
  private readonly fit = new FitAddon();
  private readonly encoder = new TextEncoder();
  private readonly box: HTMLElement;
  /** Output of the past is being drawn. */
  private isShowing = false;

  constructor(
    box: HTMLElement,
    door: TerminalDoor,
    options: { readonly fontSize: number; readonly screenReader: boolean },
  ) {
    this.box = box;
    const light = window.matchMedia("(prefers-color-scheme: light)");
    this.xterm = new Xterm({
      fontFamily: '"DejaVu Sans Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace',
      fontSize: options.fontSize,
      scrollback: 10_000,
      cursorBlink: false,
      screenReaderMode: options.screenReader,
      macOptionIsMeta: true,
      theme: light.matches ? LIGHT : DARK,
    });
    light.addEventListener("change", () => {
      this.xterm.options.theme = light.matches ? LIGHT : DARK;
    });
    this.xterm.loadAddon(this.fit);
    this.xterm.open(box);
    this.xterm.textarea?.setAttribute("aria-label", "Terminal of the machine");
    this.xterm.onData((text) => {
      // What the terminal itself answers to output that is shown a second time is nothing that was typed.
      if (!(this.isShowing && REPORT.test(text))) door.typed(this.encoder.encode(text));
    });
    this.xterm.onBinary((text) => door.typed(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    this.xterm.onResize(({ cols, rows }) => door.resized(cols, rows));
    this.xterm.attachCustomKeyEventHandler((event) => {
      if (event.key !== "F6") return true;
      if (event.type === "keydown") door.leave();
      event.preventDefault();
      return false;
    });
    this.onDrawn = (bytes) => door.drawn(bytes);
    new ResizeObserver(() => this.refit()).observe(box);
    this.refit();
  }

  private readonly onDrawn: (bytes: number) => void;

  private refit(): void {
    if (this.box.clientWidth > 0 && this.box.clientHeight > 0) this.fit.fit();
  }

  get columns(): number {
    return this.xterm.cols;
  }

  get rows(): number {
    return this.xterm.rows;
  }

  write(bytes: Uint8Array): void {
    this.xterm.write(bytes, () => this.onDrawn(bytes.length));
  }

  /** Shows this in place of all that is there, scrollback included, without a blank in between. */
  show(bytes: Uint8Array): void {
    this.isShowing = true;
    this.xterm.write("\x1bc");
    this.xterm.write(bytes, () => {
      this.isShowing = false;
    });
  }

  /** Clears screen and scrollback and resets modes. */
  reset(): void {
    this.xterm.reset();
  }

  focus(): void {
    this.xterm.focus();
  }

  /** Presses a key of the touch bar. */
  press(key: string): void {
    const text = KEYS[key];
    if (text !== undefined) this.xterm.input(text, true);
    this.focus();
  }

  setFontSize(pixels: number): void {
    this.xterm.options.fontSize = pixels;
    this.refit();
  }

  setScreenReader(isOn: boolean): void {
    this.xterm.options.screenReaderMode = isOn;
  }

  /** The visible text, for tests and for copying: one string a line, without trailing blanks. */
  screenText(): string[] {
    const buffer = this.xterm.buffer.active;
    const lines: string[] = [];
    for (let row = 0; row < this.xterm.rows; row++)
      lines.push(buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? "");
    return lines;
  }
}
