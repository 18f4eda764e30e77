/** The tools that watch the machine, held to what /proc and the machine itself say. */
import { describe, expect, test } from "vitest";
import { compileSource } from "../../system/cli/compile.ts";
import { rootEntries, runStory, type Story } from "../story/support.ts";

const shell = (script: string, config = {}): Story => {
  const story = runStory(["/bin/sh", "-c", script], { withoutEvents: true, config });
  expect(story.stderr).toBe("");
  return story;
};
/** Rows of a table as words; the first line is the heading. */
const table = (text: string): string[][] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));

describe("pages", () => {
  test("puts every frame into one use and one state", () => {
    const { stdout } = shell("pages; cat /proc/meminfo", { frames: 512 });
    const rows = table(stdout);
    const total = rows
      .find(([name]) => name === "total")!
      .slice(1)
      .map(Number);
    expect(total[0]).toBe(512);
    expect(total.slice(1).reduce((sum, count) => sum + count, 0)).toBe(512);
    const kilobytes = (name: string): number => Number(rows.find(([field]) => field === `${name}:`)![1]);
    const row = (name: string): number[] =>
      rows
        .find(([field]) => field === name)!
        .slice(1)
        .map(Number);
    expect(row("kernel")[0]).toBe(kilobytes("Kernel") / 4);
    const free = row("free");
    expect(free[0]).toBe(free[5] + free[6]);
  });

  test("-p shows for each process what status says", () => {
    const { stdout } = shell("sleep 100 & pages -p; grep VmRSS /proc/$!/status; kill $!");
    const rows = table(stdout);
    const sleeper = rows.find((words) => words[6] === "sleep")!;
    expect(Number(sleeper[1]) + Number(sleeper[2])).toBe(Number(sleeper[4]));
    expect(Number(sleeper[4]) * 4).toBe(Number(rows.find(([name]) => name === "VmRSS:")![1]));
  });
});

describe("smem", () => {
  test("divides shared pages among those who map them", () => {
    const { stdout } = shell("(sleep 100; :) & (sleep 100; :) & sleep 1; smem; kill $!");
    const rows = table(stdout).slice(1);
    const total = rows.at(-1)!.slice(1).map(Number);
    const processes = rows.slice(0, -1).map((words) => words.slice(1, 5).map(Number));
    expect(processes.length).toBeGreaterThanOrEqual(5);
    for (const [, uss, pss, rss] of processes) {
      expect(uss).toBeLessThanOrEqual(pss);
      expect(pss).toBeLessThanOrEqual(rss);
    }
    // Three shells share pages: what each has alone is less than what each maps.
    expect(processes.some(([, uss, pss, rss]) => uss < pss && pss < rss)).toBe(true);
    for (let column = 0; column < 4; column++)
      expect(total[column]).toBe(processes.reduce((sum, row) => sum + row[column], 0));
  });
});

describe("swapon", () => {
  test("-s agrees with /proc/swaps and with the machine's own count", () => {
    const { stdout, report } = shell("thrash 200 1 > /dev/null; cat /proc/swaps; swapon -s", {
      frames: 128,
      swapSlots: 512,
    });
    const rows = table(stdout);
    const [header, proc, heading, device, counts] = rows;
    expect([header[0], heading[0]]).toEqual(["Filename", "device"]);
    expect(device.slice(0, 3)).toEqual(proc.slice(0, 3));
    expect(Number(device[2])).toBe(512 * 4);
    const out = Number(counts[6]);
    expect(out).toBeGreaterThan(50);
    expect(out).toBeLessThanOrEqual(report.swap.out);
  });

  test("says so when there is none", () => {
    expect(shell("swapon", { swapSlots: 0 }).stdout).toContain("no swap");
  });
});

test("pages -s shows the standby list by page priority, which programs inherit", () => {
  const { stdout } = shell("echo 3 > /proc/$$/page_priority; cat /proc/self/page_priority; pages -s");
  expect(stdout).toMatch(/^3\n/);
  const rows = table(stdout.slice(stdout.indexOf("priority ")));
  expect(rows.map(([first]) => first)).toEqual(["priority", "0", "1", "2", "3", "4", "5", "6", "7"]);
  expect(rows[0].slice(1)).toEqual(["standby", "repurposed"]);
});

describe("wss", () => {
  /** Touches the first of 100 resident pages so many at a time, again and again. */
  const program = (pages: number): Uint8Array =>
    compileSource(
      "worker.c",
      `#include <stdlib.h>
int main(void) {
  volatile char *m = aligned_alloc(4096, 100 * 4096);
  for (int i = 0; i < 100; i++) m[i * 4096] = 1;
  for (;;) for (int i = 0; i < ${pages}; i++) m[i * 4096]++;
}`,
      rootEntries(),
    );
  const measure = (pages: number, option = ""): { resident: number; used: number } => {
    const { stdout } = runStory(
      ["/bin/sh", "-c", `worker & sleep 0.02; wss ${option} $! 0.02; kill $!`],
      { withoutEvents: true },
      [{ path: "/bin/worker", type: "file", mode: 0o755, bytes: program(pages) }],
    );
    const row = table(stdout)[1].map(Number);
    return { resident: row[1] / 4, used: row[3] };
  };

  test("counts the pages that were touched, not those that are there", () => {
    const [few, many] = [measure(10), measure(60)];
    for (const { resident } of [few, many]) expect(resident).toBeGreaterThanOrEqual(100);
    // The loop's own page of code, and of the stack or none, come on top; nothing else runs in that process.
    expect(few.used).toBeGreaterThanOrEqual(11);
    expect(few.used).toBeLessThanOrEqual(13);
    expect(many.used - few.used).toBe(50);
  });

  test("-w counts the pages that were written: not the page of code, and that of the stack only if it was", () => {
    const { resident, used } = measure(10, "-w");
    expect(resident).toBeGreaterThanOrEqual(100);
    expect(used).toBeGreaterThanOrEqual(10);
    expect(used).toBeLessThanOrEqual(11);
  });
});

describe("pmap -X", () => {
  test("adds up to what the process has resident", () => {
    const { stdout } = shell("sleep 100 & sleep 1; pmap -X $!; grep VmRSS /proc/$!/status; kill $!");
    const rows = table(stdout);
    const total = rows
      .find(([name]) => name === "total")!
      .slice(1)
      .map(Number);
    const [, resident, , , sharedClean, sharedDirty, privateClean, privateDirty] = total;
    expect(resident).toBe(sharedClean + sharedDirty + privateClean + privateDirty);
    expect(resident).toBe(Number(rows.find(([name]) => name === "VmRSS:")![1]));
    expect(rows[0]).toContain("Refd");
  });
});

test("each of them explains itself", () => {
  for (const name of ["free", "vmstat", "pmap", "smem", "swapon", "wss", "pages", "top"])
    expect(shell(`${name} --help`).stdout).toMatch(new RegExp(`^usage: ${name}`));
});
