/**
 * The rows of the mission by number: each mechanism from C, on the whole machine. What a row needs beyond this file:
 *
 *     M1  heap.test.ts (calls against mallocs)          M9  kernel/policies, kernel/events/{order,swap-events}.test.ts
 *     M2  libc/on-the-machine.test.ts (exact blocks)    M12 heap.test.ts
 *     M3  libc/on-the-machine.test.ts, kernel/policies  M13 heap.test.ts, kernel/mm/mechanisms.test.ts
 *     M4  heap.test.ts                                  M14 secret.test.ts, kernel/mm/mechanisms.test.ts
 *     M5  first-fault.test.ts, kernel/mm/mechanisms     M15 secret.test.ts, kernel/mm/mechanisms.test.ts
 *     M7  kernel/mm/{mechanisms,tasks}.test.ts          M16 cplusplus.test.ts (a real C++ compiler)
 *     M8  first-fault.test.ts, kernel/events            M17 kernel/mm/{virtual,commit}.test.ts
 *
 * test/programs/on-the-machine.test.ts runs the demonstration of each row.
 */
import { describe, expect, test } from "vitest";
import type { FaultlineEvent } from "../../kernel/events.ts";
import { compileSource } from "../../system/cli/compile.ts";
import { readElf } from "../../toolchain/elf/read.ts";
import { between, rootEntries, runC, runStory } from "./support.ts";

type Fault = Extract<FaultlineEvent, { kind: "fault-begin" }>;
const faults = (events: readonly FaultlineEvent[]): Fault[] =>
  events.filter((event): event is Fault => event.kind === "fault-begin");

/** How the faults on [start, end) ended, in order. */
function endings(events: readonly FaultlineEvent[], start: number, end: number): string[] {
  return events.flatMap((event) =>
    event.kind === "fault-end" && event.resolved !== "waiting" && event.vaddr >= start && event.vaddr < end
      ? [event.resolved]
      : [],
  );
}

describe("M1: two layers that know nothing of each other", () => {
  test("600 blocks are one request to the kernel, which knows their 17 pages only", () => {
    const { stdout, report } = runStory(["/bin/layers"], { withoutEvents: true });
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("the allocator: 600 mallocs, for which it asked the kernel 1 times");
    const ranges = lines.slice(1).map((line) => /blocks (\d+) to (\d+) begin here/.exec(line)!.slice(1).map(Number));
    // Every block begins on exactly one page, and no page has more than 4096 / 104 of them and one that reaches in.
    expect(ranges.flat()[0]).toBe(0);
    expect(ranges.at(-1)![1]).toBe(599);
    for (const [first, last] of ranges) expect(last - first + 1).toBeLessThanOrEqual(Math.ceil(4096 / 104));
    // The system calls of the whole run that are about memory are fewer than the blocks by two orders of magnitude.
    expect((report.syscalls["brk"] ?? 0) + (report.syscalls["mmap2"] ?? 0)).toBeLessThan(6);
  });
});

describe("M3: several implementations of either layer", () => {
  // Two holes, a large one below and one that fits closely above: where does the next block go?
  const HOLES = `
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  char *kept = malloc(2000), *large = malloc(2000), *a = malloc(16), *close = malloc(504), *b = malloc(16), *last = malloc(504);
  free(large); free(close);
  char *next = malloc(400);
  puts(next == large ? "large" : next == close ? "close" : "elsewhere");
  return a == b || kept == last;
}`;
  test.each([
    ["first-fit", "large"], // the lowest hole that is large enough
    ["bins", "close"], // the smallest
    ["side", "elsewhere"], // slots of one size live together: neither hole is of this size
  ])("%s puts the block into the hole that its rule names: %s", (name, place) => {
    expect(runC(HOLES, { environment: [`MALLOC=${name}`] }).stdout).toBe(`${place}\n`);
  });
});

describe("M6: who touches a page first", () => {
  const PROGRAM = `
#include <stdlib.h>
#include <unistd.h>
enum { BLOCKS = 8, BYTES = 4064 };
int main(void) {
  static char *block[BLOCKS];
  free(malloc(BYTES));
  getppid();
  for (int i = 0; i < BLOCKS; i++) block[i] = malloc(BYTES);
  getppid();
  for (int i = 0; i < BLOCKS; i++) block[i][BYTES / 2] = 1;
  getppid();
  return 0;
}`;
  const elf = readElf(compileSource("story.c", PROGRAM, rootEntries()), "story");
  if (!elf.ok) throw new Error("no symbols");
  const functions = elf.value.symbols.filter(({ type }) => type === 2).sort((a, b) => a.value - b.value);
  /** The function that an address lies in. */
  const symbolAt = (pc: number): string => functions.findLast(({ value }) => value <= pc)?.name ?? "";

  /** Names of the functions that stored first into a page: while malloc ran, and while main stored into the blocks. */
  const storing = (allocator: string): { inside: string[]; outside: string[] } => {
    const { events } = runC(PROGRAM, { environment: [`MALLOC=${allocator}`] });
    const names = (nth: number): string[] =>
      faults(between(events, nth))
        .filter(({ access }) => access === "store")
        .map(({ pc }) => symbolAt(pc));
    return { inside: names(0), outside: names(1) };
  };

  test("with headers in the blocks, the first store into each page is the allocator's own", () => {
    const { inside, outside } = storing("bins");
    expect(inside.length).toBeGreaterThanOrEqual(7);
    expect(inside.filter((name) => name === "main")).toEqual([]);
    expect(inside.every((name) => name !== "")).toBe(true);
    expect(outside.length).toBeLessThanOrEqual(1);
  });

  test("with a table beside the blocks, it is the caller's", () => {
    const { inside, outside } = storing("side");
    // malloc may touch its table, never the blocks: the eight pages are left to main.
    expect(inside.length).toBeLessThanOrEqual(1);
    expect(outside.length).toBeGreaterThanOrEqual(7);
    expect(new Set(outside)).toEqual(new Set(["main"]));
  });
});

describe("M10: the working set and its quota", () => {
  test("at its limit a process replaces its own pages, though most of memory is free", () => {
    const { stdout, machine, events } = runStory(["/bin/quota", "100", "40"]);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => /(\d+) pages resident, +(\d+) soft faults, +(\d+) hard/.exec(line)!.slice(1).map(Number));
    const [first, again, limited, limitedAgain] = rows;
    expect(first.slice(1)).toEqual([0, 0]);
    expect(again.slice(1)).toEqual([0, 0]);
    for (const [resident, soft, hard] of [limited, limitedAgain]) {
      expect(resident).toBeLessThanOrEqual(40);
      // A cycle of 100 pages through fewer frames misses every time under CLOCK; code and stack come on top.
      expect(soft).toBeGreaterThanOrEqual(100);
      expect(hard).toBe(0);
    }
    expect(events.filter((event) => event.kind === "frame-allocated" && event.source === "evicted")).toEqual([]);
    expect(machine.kernel.core.frames.availableFrames).toBeGreaterThan(500);
  });
});

describe("M11: out of the working set and back", () => {
  test("a page that is still in memory comes back by a soft fault, one from swap by a hard fault", () => {
    const PAGES = 24;
    const { stdout, events } = runC(
      `
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  volatile char *area = mmap(0, ${PAGES * 4096}, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < ${PAGES}; i++) area[i * 4096] = i;
  madvise((void *)area, ${PAGES * 4096}, 20);             /* MADV_COLD: out of the working set */
  getppid();
  int sum = 0;
  for (int i = 0; i < ${PAGES}; i++) sum += area[i * 4096];
  getppid();
  madvise((void *)area, ${PAGES * 4096}, 21);             /* MADV_PAGEOUT: and to swap */
  usleep(500000);
  volatile char *other = mmap(0, 200 * 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 200; i++) other[i * 4096] = 1;      /* more than there are frames: theirs go to others */
  munmap((void *)other, 200 * 4096);
  getppid();
  for (int i = 0; i < ${PAGES}; i++) sum += area[i * 4096];
  getppid();
  printf("%p %d\\n", (void *)area, sum);
  return 0;
}`,
      { config: { frames: 128, swapSlots: 512 } },
    );
    const [place, sum] = stdout.trim().split(" ").map(Number);
    const end = place + PAGES * 4096;
    expect(sum).toBe(PAGES * (PAGES - 1));
    expect(endings(between(events, 0), place, end)).toEqual(new Array(PAGES).fill("soft"));
    expect(endings(between(events, 2), place, end)).toEqual(new Array(PAGES).fill("hard"));
  });
});

describe("M16: operator new and delete", () => {
  test("are malloc and free under the names of the C++ ABI", () => {
    const lines = runStory(["/bin/new-delete"], { withoutEvents: true }).stdout.trimEnd().split("\n");
    const counts = lines.map((line) => /malloc (\d+), free (\d+)/.exec(line)!.slice(1).map(Number));
    const [[mallocs, frees]] = counts;
    expect(counts).toEqual([
      [mallocs, frees],
      [mallocs + 1, frees],
      [mallocs + 1, frees + 1],
      [mallocs + 1, frees + 2],
    ]);
    const object = /0x[0-9a-f]+/.exec(lines[0])![0];
    expect(lines[0]).toContain(`[used 24 at ${object}]`);
    expect(lines[2]).not.toContain(`at ${object}]`);
  });
});

describe("M17: reserve and commit", () => {
  test("a commit beyond RAM and swap fails with Windows' error, the same reservation does not; neither takes a frame", () => {
    const { stdout, events } = runC(
      `
#include <stdio.h>
#include <sys/virtualalloc.h>
#include <unistd.h>
int main(void) {
  const unsigned size = 64u << 20;                       /* RAM and swap together are 20 MiB */
  getppid();
  char *place = VirtualAlloc(0, size, MEM_RESERVE, PAGE_READWRITE);
  char *failed = VirtualAlloc(place, size, MEM_COMMIT, PAGE_READWRITE);
  unsigned error = GetLastError();
  char *small = VirtualAlloc(place, 1 << 20, MEM_COMMIT, PAGE_READWRITE);
  getppid();
  small[5] = 1;
  getppid();
  printf("%d %d %u %d\\n", place != 0, failed != 0, error, small == place);
  return 0;
}`,
      { config: { frames: 1024, swapSlots: 4096 } },
    );
    expect(stdout).toBe("1 0 1455 1\n"); // ERROR_COMMITMENT_LIMIT
    const user = (nth: number) =>
      between(events, nth).filter((event) => event.kind === "frame-allocated" && event.purpose === "user");
    expect(user(0)).toEqual([]);
    expect(user(1)).toHaveLength(1);
  });
});
