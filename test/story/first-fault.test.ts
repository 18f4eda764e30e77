/** M5 and M8 from C: a reservation takes no frame; the first store walks, faults, gets a zeroed frame and is retried. */
import { expect, test } from "vitest";
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W } from "../../emulator/pte.ts";
import { between, runC } from "./support.ts";

const TOUCH = `
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  getppid();
  volatile char *area = mmap(0, 4 * 1024 * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  getppid();
  area[8192] = 1;      /* the table for this address may have to be made as well */
  getppid();
  area[12288] = 1;     /* the story itself */
  getppid();
  area[12289] = 2;     /* present now */
  getppid();
  return 0;
}`;

test("reserving 4 MiB takes no frame but for page tables", () => {
  const { events } = runC(TOUCH);
  const allocated = between(events, 0).filter(
    (event) => event.kind === "frame-allocated" && event.purpose !== "page-table",
  );
  expect(allocated).toEqual([]);
  expect(between(events, 0).filter((event) => event.kind === "vma-change")).toHaveLength(1);
});

test("the first store into a page gives the events of the whole story, in order", () => {
  const { events } = runC(TOUCH, { config: { zeroing: "idle" } });
  const story = between(events, 2);
  const from = story.findIndex((event) => event.kind === "fault-begin" && event.access === "store");
  const begin = story[from];
  if (begin?.kind !== "fault-begin") throw new Error("no fault");
  // What comes before the trap: the store's own miss and its two reads. (Fetches of the program may miss as well.)
  const trapAt = story.findLastIndex((event, index) => index < from && event.kind === "trap");
  expect(story.slice(trapAt - 3, trapAt + 1).map((event) => event.kind)).toEqual([
    "tlb-miss",
    "pte-read",
    "pte-read",
    "trap",
  ]);
  expect(story[trapAt]).toMatchObject({ kind: "trap", cause: 15, stval: begin.vaddr, sepc: begin.pc });
  const end = story.findIndex((event) => event.kind === "trap-return");
  const returned = story.findIndex((event, index) => index > from && event.kind === "trap-return");
  expect(end).toBeLessThanOrEqual(returned);
  expect(story.slice(from, returned + 1).map((event) => event.kind)).toEqual([
    "fault-begin",
    "vma-lookup",
    "frame-allocated",
    "pte-write",
    "tlb-flush",
    "fault-end",
    "trap-return",
  ]);
  const frame = story.find((event) => event.kind === "frame-allocated");
  expect(frame).toMatchObject({ source: "zeroed", purpose: "user" });
  const pteWrite = story.find((event) => event.kind === "pte-write");
  if (pteWrite?.kind !== "pte-write" || frame?.kind !== "frame-allocated") throw new Error("no PTE written");
  expect(pteWrite.before & PTE_V).toBe(0);
  expect(pteWrite.after >>> 10).toBe(frame.pfn);
  expect(pteWrite.after & (PTE_V | PTE_R | PTE_W | PTE_U)).toBe(PTE_V | PTE_R | PTE_W | PTE_U);
  // The retry: a walk that now ends in a translation.
  const retry = story.slice(returned + 1).filter((event) => !(event.kind === "tlb-miss" && event.access === "execute"));
  const missAt = retry.findIndex((event) => event.kind === "tlb-miss" && event.access === "store");
  expect(retry[missAt]).toMatchObject({ vaddr: begin.vaddr });
  expect(
    retry
      .slice(missAt, missAt + 4)
      .map((event) => event.kind)
      .filter((kind) => kind !== "pte-update"),
  ).toEqual(
    ["tlb-miss", "pte-read", "pte-read", "tlb-fill"].slice(
      0,
      retry.slice(missAt, missAt + 4).filter((e) => e.kind !== "pte-update").length,
    ),
  );
  expect(retry.find((event) => event.kind === "tlb-fill" && event.vpn === begin.vaddr >>> 12)).toMatchObject({
    pfn: frame.pfn,
  });
});

test("a second store into the page faults no more", () => {
  const { events } = runC(TOUCH);
  expect(between(events, 3).filter((event) => event.kind === "fault-begin")).toEqual([]);
});

test("the hardware sets A and D of the new PTE at the latest when the store retires", () => {
  const { events } = runC(TOUCH);
  const story = between(events, 2);
  const write = story.find((event) => event.kind === "pte-write");
  if (write?.kind !== "pte-write") throw new Error("no PTE written");
  const update = story.find((event) => event.kind === "pte-update" && event.paddr === write.paddr);
  const last = update?.kind === "pte-update" ? update.after : write.after;
  expect(last & (PTE_A | PTE_D)).toBe(PTE_A | PTE_D);
});
