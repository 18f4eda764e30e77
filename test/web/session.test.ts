/** The worker's session, driven without a page. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Frame } from "../../kernel/mm/frames.ts";
import type { Machine } from "../../system/machine.ts";
import type { FromWorker } from "../../web/protocol.ts";
import { type BootMessage, Session } from "../../web/worker/session.ts";
import { root } from "../story/support.ts";
import { faultline } from "../system/cli/faultline.ts";

function boot(fields: Partial<BootMessage>): { session: Session; machine: Machine; posted: FromWorker[] } {
  const archive = readFileSync(join(root, "dist", "rootfs.tar"));
  const posted: FromWorker[] = [];
  const session = new Session(
    {
      type: "boot",
      config: {},
      archive: archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.length),
      saved: [],
      columns: 80,
      rows: 24,
      budgetBytes: 16 << 20,
      ...fields,
    },
    (message) => posted.push(message),
  );
  return { session, machine: (session as unknown as { machine: Machine }).machine, posted };
}

const textOf = (posted: readonly FromWorker[]): string =>
  posted.map((message) => (message.type === "output" ? new TextDecoder().decode(message.bytes) : "")).join("");

test("with the kernel sanitizer a run is held where the books are broken, and says so; it can go on", async () => {
  const { session, machine, posted } = boot({ sanitize: true });
  await vi.waitFor(() => expect(textOf(posted)).toMatch(/~ \$ /), 20_000);
  const told = () => posted.flatMap((message) => (message.type === "told" ? [message.text] : []));
  expect(told()).toEqual([]);
  // The sabotage: the frame that will be handed out next as one of zeros is not.
  const { frames } = machine.kernel.core;
  machine.ram.frame(frames.oldest(Frame.Zeroed))[7] = 1;

  session.input(new TextEncoder().encode("hello\n"));
  await vi.waitFor(() => expect(told()).toHaveLength(1), 20_000);

  expect(told()[0]).toMatch(/^kernel sanitizer: .*zero/);
  expect(posted.findLast((message) => message.type === "mode")).toMatchObject({ mode: { isPaused: true } });
  expect(textOf(posted)).toMatch(/broken by event/);

  session.pause(false);
  await vi.waitFor(() => expect(textOf(posted)).toMatch(/Hello/), 20_000);
  session.close();
});

test("without it the same mistake goes unnoticed", async () => {
  const { session, machine, posted } = boot({});
  await vi.waitFor(() => expect(textOf(posted)).toMatch(/~ \$ /), 20_000);
  machine.ram.frame(machine.kernel.core.frames.oldest(Frame.Zeroed))[7] = 1;

  session.input(new TextEncoder().encode("hello\n"));
  await vi.waitFor(() => expect(textOf(posted)).toMatch(/Hello/), 20_000);

  expect(posted.some((message) => message.type === "told")).toBe(false);
  session.close();
});

test("a recording of a run on a folder of the host opens without the folder, refusals included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "faultline-session-"));
  const [source, file] = [join(folder, "make.c"), join(folder, "run.faultline")];
  writeFileSync(
    source,
    `#include <stdio.h>
     int main(void) { FILE *made = fopen("/made", "w"); puts(made ? "made" : "refused"); }`,
  );
  expect(faultline(["run", "--root", `${folder}:ro`, "--record", file, source]).stdout).toBe("refused\n");
  const recording = readFileSync(file, "utf8");
  rmSync(folder, { recursive: true });

  const { session, posted } = boot({ recording });
  await vi.waitFor(() => expect(posted.some(({ type }) => type === "ready")).toBe(true), 20_000);

  expect(posted.filter(({ type }) => type === "ended")).toEqual([]);
  const screens = posted.flatMap((message) => (message.type === "screen" ? [message.bytes] : []));
  expect(screens.map((bytes) => new TextDecoder().decode(bytes)).join("") + textOf(posted)).toMatch(/refused/);
  session.close();
});
