/** The page: puts terminal, strip, settings and worker together. */
import type { Moment } from "../system/machine.ts";
import { byId, element, setText } from "./dom.ts";
import { DebuggerPanel } from "./panels/debugger.ts";
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
  private readonly debugger: DebuggerPanel;
  /** Answers that are waited for, for `stateHash`. */
  private readonly hashWaiters: ((answer: Moment & { hash: string }) => void)[] = [];
  private pageSettings: PageSettings = loadPageSettings();
  private settings = parseSettings(location.search);
  private readonly archive: Promise<ArrayBuffer>;
  private isPaused = false;
  private savedCount = 1;
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
    this.debugger = new DebuggerPanel(byId("debugger"), byId("terminal"), {
      send: (message) => this.send(message),
      pause: (isPaused) => this.send({ type: "pause", isPaused }),
      open: (file) => void this.openRecording(file),
      toggled: (isOpen) => {
        byId("open-debugger").setAttribute("aria-expanded", String(isOpen));
        this.send({ type: "watch", isWatching: isOpen });
      },
      cancel: () => this.send({ type: "cancel" }),
    });
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

  /** Starts a machine; with a recording, one that goes through it. The present one stays when the recording is refused. */
  private async boot(recording?: string): Promise<void> {
    try {
      const [archive, saved] = await Promise.all([this.archive, loadFiles()]);
      if (recording === undefined) {
        this.isBooted = false;
        this.terminal.reset();
      }
      this.send({
        type: "boot",
        config: this.settings.config,
        archive,
        saved,
        columns: this.terminal.columns,
        rows: this.terminal.rows,
        budgetBytes: checkpointBudget(),
        sanitize: this.pageSettings.sanitize,
        ...(recording === undefined ? {} : { recording }),
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
        this.debugger.booted();
        for (const bytes of this.typedEarly) {
          this.line.note(bytes);
          this.send({ type: "input", bytes });
        }
        this.typedEarly = [];
        return;
      case "output":
        return this.terminal.write(message.bytes);
      case "screen":
        return this.terminal.show(message.bytes);
      case "mode": {
        this.isPaused = message.mode.isPaused;
        const button = byId("pause");
        button.setAttribute("aria-pressed", String(this.isPaused));
        setText(button, this.isPaused ? "Resume" : "Pause");
        document.body.classList.toggle("in-the-past", !message.mode.isLive);
        return this.debugger.receive(message);
      }
      case "told":
        if (!this.debugger.isOpen) this.notify(message.text);
        return this.debugger.receive(message);
      case "refused":
        this.debugger.receive({ type: "ready" });
        return this.notify(`The recording is not opened: ${message.message}.`);
      case "recording":
        return download(message.text, `run-${this.savedCount++}.faultline`);
      case "hash":
        return this.hashWaiters.shift()?.({ hash: message.hash, ...message.moment });
      case "track":
      case "place":
      case "busy":
      case "ready":
      case "fault-state":
      case "source":
        return this.debugger.receive(message);
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

  private async openRecording(file: File): Promise<void> {
    this.notify("");
    this.debugger.expect("Opening the recording");
    await this.boot(await file.text());
    this.debugger.setOpen(true);
  }

  private notify(text: string): void {
    const notice = byId("notice");
    notice.hidden = text === "";
    setText(notice, text);
  }

  private wireButtons(): void {
    byId("pause").addEventListener("click", () => this.send({ type: "pause", isPaused: !this.isPaused }));
    byId("open-debugger").addEventListener("click", () => {
      this.debugger.setOpen(!this.debugger.isOpen);
      if (this.debugger.isOpen) this.debugger.focus();
    });
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

  /** For tests and for the curious: a fingerprint of the machine's whole state where it stands (system/state-hash.ts). */
  stateHash(): Promise<Moment & { hash: string }> {
    return new Promise((resolve) => {
      this.hashWaiters.push(resolve);
      this.send({ type: "hash" });
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

/** Most bytes of checkpoints: a part of what the device is likely to have to spare. */
function checkpointBudget(): number {
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return (gigabytes >= 4 ? 96 : 48) * 1024 * 1024;
}

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

(window as unknown as { faultline: Page }).faultline = new Page();
