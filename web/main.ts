/** The page: puts terminal, strip, settings and worker together. */
import { byId, setText } from "./dom.ts";
import { LiveStrip } from "./panels/live-strip.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import {
  loadPageSettings,
  openSettings,
  type PageSettings,
  parseSettings,
  queryOf,
  savePageSettings,
} from "./settings.ts";
import { loadFiles, saveFiles, UnfinishedLine } from "./storage.ts";
import { Terminal } from "./terminal.ts";

class Page {
  private readonly worker = new Worker("worker.js", { type: "module" });
  private readonly line = new UnfinishedLine();
  private readonly strip = new LiveStrip(byId("strip"));
  private readonly terminal: Terminal;
  private pageSettings: PageSettings = loadPageSettings();
  private settings = parseSettings(location.search);
  private readonly archive: Promise<ArrayBuffer>;
  private isPaused = false;
  private isStorageBroken = false;
  /** Typed before the machine was there, or left by an earlier load. */
  private typedEarly: Uint8Array[] = [];
  private isBooted = false;

  constructor() {
    this.archive = fetchArchive();
    this.terminal = new Terminal(
      byId("terminal"),
      {
        typed: (bytes) => this.typed(bytes),
        resized: (columns, rows) => this.send({ type: "resize", columns, rows }),
        drawn: (bytes) => this.send({ type: "drawn", bytes }),
        leave: () => byId("pause").focus(),
      },
      this.pageSettings,
    );
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
    this.worker.onerror = (event) =>
      this.notify(`The machine's worker failed: ${event.message}. Reload the page; your files are kept.`);
    this.wireButtons();
    if (this.settings.problems.length > 0)
      this.notify(
        `The address holds settings that were left out: ${this.settings.problems.join("; ")}. Open Settings to choose others.`,
      );
    const left = UnfinishedLine.left();
    if (left !== "") this.typedEarly.push(new TextEncoder().encode(left));
    this.terminal.focus();
    void this.boot();
  }

  private send(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private async boot(): Promise<void> {
    this.isBooted = false;
    try {
      const [archive, saved] = await Promise.all([this.archive, loadFiles()]);
      this.terminal.reset();
      this.setPaused(false);
      this.send({
        type: "boot",
        config: this.settings.config,
        archive,
        saved,
        columns: this.terminal.columns,
        rows: this.terminal.rows,
      });
    } catch (error) {
      this.notify(
        `The machine's files could not be loaded: ${(error as Error).message}. Check that the server is still running, then reload.`,
      );
    }
  }

  private typed(bytes: Uint8Array): void {
    this.line.note(bytes);
    if (this.isBooted) this.send({ type: "input", bytes });
    else this.typedEarly.push(bytes);
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case "booted":
        this.isBooted = true;
        for (const bytes of this.typedEarly) {
          this.line.note(bytes);
          this.send({ type: "input", bytes });
        }
        this.typedEarly = [];
        return;
      case "output":
        return this.terminal.write(message.bytes);
      case "figures":
        setText(byId("state"), message.state);
        byId("state").dataset["state"] = message.state;
        return this.strip.show(message.figures, message.state, message.instructionsPerSecond);
      case "save":
        void saveFiles(message.files).then((isKept) => {
          if (!isKept && !this.isStorageBroken)
            this.notify(
              "This browser does not let the page keep files; they are lost when it is closed. Allow storage for this site to keep them.",
            );
          this.isStorageBroken = !isKept;
        });
        return;
      case "ended":
        setText(byId("state"), "ended");
        return this.notify(`${message.message} ${message.remedy}`);
    }
  }

  private setPaused(isPaused: boolean): void {
    this.isPaused = isPaused;
    const button = byId("pause");
    button.setAttribute("aria-pressed", String(isPaused));
    setText(button, isPaused ? "Resume" : "Pause");
    this.send({ type: "pause", isPaused });
  }

  private notify(text: string): void {
    const notice = byId("notice");
    notice.hidden = text === "";
    setText(notice, text);
  }

  private wireButtons(): void {
    byId("pause").addEventListener("click", () => this.setPaused(!this.isPaused));
    byId("restart").addEventListener("click", () => {
      this.notify("");
      void this.boot();
      this.terminal.focus();
    });
    byId("open-settings").addEventListener("click", () => {
      openSettings(byId<HTMLDialogElement>("settings"), this.settings.texts, this.pageSettings, {
        restart: (texts) => {
          history.replaceState(null, "", `${location.pathname}${queryOf(texts)}`);
          this.settings = parseSettings(location.search);
          this.notify("");
          void this.boot();
        },
        page: (page) => {
          this.pageSettings = page;
          savePageSettings(page);
          this.terminal.setFontSize(page.fontSize);
          this.terminal.setScreenReader(page.screenReader);
        },
      });
    });
    for (const key of document.querySelectorAll<HTMLElement>("[data-key]")) {
      key.addEventListener("click", () => this.terminal.press(key.dataset["key"] ?? ""));
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F6" || event.defaultPrevented) return;
      event.preventDefault();
      this.terminal.focus();
    });
  }

  /** For tests and for the curious: what the terminal shows now. */
  screenText(): string[] {
    return this.terminal.screenText();
  }
}

async function fetchArchive(): Promise<ArrayBuffer> {
  const response = await fetch("rootfs.tar");
  if (!response.ok) throw new Error(`rootfs.tar: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

(window as unknown as { faultline: Page }).faultline = new Page();
