/** One run on two hosts: recordings made in Node are opened in Chromium and the other way round, with equal state hashes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../system/machine.ts";
import {
  makeRecording,
  type Recording,
  readRecording,
  replayRecording,
  type Start,
  writeRecording,
} from "../../system/recording.ts";
import { readRootArchive } from "../../system/root-file-system.ts";
import { stateHash } from "../../system/state-hash.ts";
import { Timeline } from "../../system/timeline.ts";
import { type Console, openConsole, reasonToSkip } from "./chromium.ts";
import { hash, openDebugger, seek, settled, status } from "./debugging.ts";
import { hasLine, hasPrompt, run, screen, waitForScreen } from "./screen.ts";

const archive = (): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname ?? ".", "..", "..", "dist", "rootfs.tar")));

function boot(config: Partial<Machine["config"]>, start: Start): Timeline {
  const { argv, environment, stdio, added } = start;
  const machine = new Machine(config, [...readRootArchive(archive()), ...added], () => {});
  expect(machine.boot({ argv, environment, stdio })).toBeNull();
  return new Timeline(machine);
}

/** A shell in little memory, with a program that evicts, swaps and sleeps, and one that crashes. */
function recordInNode(): { timeline: Timeline; text: string } {
  const start: Start = {
    argv: ["/bin/init"],
    environment: ["PATH=/bin", "HOME=/root", "TERM=dumb"],
    stdio: "tty",
    added: [{ path: "/root/note", type: "file", mode: 0o644, bytes: new TextEncoder().encode("from Node\n") }],
  };
  const timeline = boot({ frames: 160, swapSlots: 512 }, start);
  const type = (text: string): void => {
    for (;;) {
      const status = timeline.record(1_000_000);
      if (status.kind === "asleep") timeline.skipTo(status.untilCycles);
      if (status.kind === "input") break;
    }
    timeline.type("tty0", new TextEncoder().encode(text));
  };
  timeline.resize(100, 30);
  for (const line of ["cat note\r", "thrash\r", "first-touch | wc -l\r", "segv; echo $?\r", ""]) type(line);
  return { timeline, text: writeRecording(makeRecording(timeline, start, readRootArchive(archive()))) };
}

const file = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });

describe.skipIf(reasonToSkip() !== "")("recordings across Node and Chromium", () => {
  let console_: Console;
  let page: Page;

  beforeAll(async () => {
    console_ = await openConsole();
    page = await console_.browser.newPage({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
    await page.goto(console_.address);
    await waitForScreen(page, hasPrompt);
    await openDebugger(page);
  });
  afterAll(async () => {
    await console_?.close();
  });

  const open = async (name: string, text: string): Promise<void> => {
    await page.setInputFiles("[aria-label='Recording']", file(name, text));
  };
  const save = async (): Promise<Recording> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("[aria-label='Save a recording']"),
    ]);
    return readRecording(readFileSync(await download.path(), "utf8"));
  };
  const compare = async (timeline: Timeline): Promise<void> => {
    const { end } = timeline;
    for (const part of [0.93, 0.11, 0.5, 0.77]) {
      const instret = Math.round(end.instret * part);
      await seek(page, instret);
      timeline.goTo(instret);
      expect(await hash(page)).toEqual({ hash: stateHash(timeline.machine), ...timeline.moment });
    }
  };

  test("one made in Chromium replays in Node", async () => {
    await page.focus(".xterm-helper-textarea");
    await run(page, "echo kept > note; forks", hasPrompt);
    await run(page, "reuse | tail -n 2; segv", hasLine("segmentation fault"));
    await page.keyboard.press("F8");
    await settled(page);
    const here = await hash(page);
    const recording = await save();
    const timeline = boot(recording.config, recording.start);
    replayRecording(timeline, recording);
    expect({ hash: stateHash(timeline.machine), ...timeline.moment }).toEqual(here);
    expect(await hash(page)).toEqual(here);
    await compare(timeline);
  });

  test("one made in Node opens in Chromium, and can be gone on with", async () => {
    const { timeline, text } = recordInNode();
    await open("node.faultline", text);
    await page.waitForFunction(
      "document.querySelector('.debug-status').textContent.startsWith('The recording is open')",
    );
    expect(await hash(page)).toEqual({ hash: stateHash(timeline.machine), ...timeline.moment });
    expect((await screen(page)).some((line) => line.includes("segmentation fault"))).toBe(true);
    await compare(timeline);
    await page.keyboard.press("Shift+F8");
    await page.focus(".xterm-helper-textarea");
    await run(page, "echo went-$((1 + 1))", hasLine("went-2"));
    // What is done in a recording does not touch the person's own files.
    await page.reload();
    await waitForScreen(page, hasPrompt);
    await page.focus(".xterm-helper-textarea");
    await run(page, "cat note", hasLine("kept"));
  });

  test("a file that is no good is refused with the reason, and the machine goes on", async () => {
    const recording = await save();
    const text = writeRecording(recording);
    const digit = text.search(/"cycles":\d/) + 9;
    const later = JSON.stringify({ ...JSON.parse(text), version: 99 });
    const foreign = writeRecording({ ...recording, root: { ...recording.root, "/bin/hello": "0" } });
    for (const [name, bad, reason] of [
      ["cut.faultline", text.slice(0, text.length / 2), "no whole recording"],
      [
        "edited.faultline",
        `${text.slice(0, digit)}${(Number(text[digit]) + 1) % 10}${text.slice(digit + 1)}`,
        "changed since it was made",
      ],
      ["later.faultline", later, "version 99"],
      ["other.faultline", "{}", "no recording of Faultline"],
      ["foreign.faultline", foreign, "/bin/hello"],
    ] as const) {
      await open(name, bad);
      await page.waitForFunction(`document.querySelector('#notice').textContent.includes(${JSON.stringify(reason)})`);
    }
    await page.keyboard.press("Shift+F8");
    await page.focus(".xterm-helper-textarea");
    await run(page, "echo unhurt-$((3 + 4))", hasLine("unhurt-7"));
  });

  test("one whose run goes otherwise here is ended with the place", async () => {
    await page.keyboard.press("F8");
    const recording = await save();
    const checks = recording.checks.map((check, i) => (i === 3 ? { ...check, hash: "0123456789abcdef" } : check));
    await open("drift.faultline", writeRecording({ ...recording, checks }));
    const expected = `before instruction ${recording.checks[3].instret}`;
    await page.waitForFunction(`document.querySelector('#notice').textContent.includes(${JSON.stringify(expected)})`);
    await page.click("#restart");
    await page.waitForFunction("document.querySelector('#state').textContent === 'waiting for input'");
    await page.keyboard.press("F8");
    await settled(page);
    expect(await status(page)).toMatch(/Instruction \d+/);
  });
});
