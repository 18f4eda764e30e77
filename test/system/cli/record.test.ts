/** `--record`: a run is kept however it ends, and `replay` opens it. Through the command itself, with its streams. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultline, folderWith, root } from "./faultline.ts";

const CRASH = `#include <stdio.h>
int main(void) {
  char line[64];
  int lines = 0;
  while (fgets(line, sizeof line, stdin)) lines++;
  printf("%d lines\\n", lines);
  fflush(stdout);
  *(volatile int *)0x60000000 = lines;
  return 0;
}
`;

const SPIN = `#include <unistd.h>
int main(void) { write(1, "runs\\n", 5); for (volatile int i = 0;; i++); }
`;
const WAIT = `#include <unistd.h>
int main(void) { char c; write(1, "runs\\n", 5); return read(0, &c, 1); }
`;

test("a crash that typed input led to is kept, and opens at any instruction with its source line", () => {
  const folder = folderWith({ "crash.c": CRASH });
  const ran = faultline(["run", "--record", "crash.faultline", "crash.c"], "a\nb\n", folder);
  expect(ran.status).toBe(139);
  expect(ran.stdout).toBe("2 lines\n");
  const [, count] = /faultline: (\d+) instructions saved in crash\.faultline/.exec(ran.stderr)!;
  // Input is in the recording: none is given now.
  const again = faultline(["replay", "crash.faultline"], "", folder);
  expect(again).toMatchObject({ status: 0, stdout: "2 lines\n" });
  expect(again.stderr).toContain(`${count} instructions replayed`);
  const last = faultline(["replay", "crash.faultline", "--at", count!], "", folder);
  expect(last.status).toBe(0);
  const beyond = faultline(["replay", "crash.faultline", "--at", String(Number(count) + 1)], "", folder);
  expect(beyond.status).toBe(2);
  expect(beyond.stderr).toContain(`--at takes 0 to ${count}`);
  writeFileSync(join(folder, "script"), "rsi\np lines\n");
  const debug = faultline(["replay", "crash.faultline", "--debug", "--batch", "-x", "script"], "", folder);
  expect(debug.stdout).toContain("lines = 2");
});

test("files of --root are in the recording: the folder is not needed to open it", () => {
  const folder = folderWith({ "five.c": "int main(void) { return 5; }" });
  mkdirSync(join(folder, "root"));
  expect(faultline(["cc", "-o", "root/five", "five.c"], "", folder).status).toBe(0);
  expect(faultline(["run", "--root", "root", "--record", "r.faultline", "/five"], "", folder).status).toBe(5);
  const elsewhere = folderWith({ "r.faultline": readFileSync(join(folder, "r.faultline")) });
  const again = faultline(["replay", "r.faultline"], "", elsewhere);
  expect(again.status).toBe(0);
  expect(again.stderr).toContain("states are as recorded");
});

test("a file that cannot be written is refused before anything runs", () => {
  const folder = folderWith({ "crash.c": CRASH });
  const ran = faultline(["run", "--record", "nowhere/x.faultline", "crash.c"], "", folder);
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toContain("nowhere/x.faultline");
});

test("Ctrl-C ends a run that computes, or waits for input, and the run is kept", async () => {
  const folder = folderWith({ "spin.c": SPIN, "wait.c": WAIT });
  for (const name of ["spin", "wait"]) {
    const child = spawn(
      process.execPath,
      [join(root, "bin", "faultline"), "run", "--record", `${name}.faultline`, `${name}.c`],
      {
        cwd: folder,
        stdio: ["pipe", "pipe", "ignore"],
      },
    );
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
    // The program says that it runs; from then on the signal is held back until the recording is written.
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
    expect(faultline(["replay", `${name}.faultline`], "", folder).status).toBe(0);
  }
});
