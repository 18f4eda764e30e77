/** M14 and M15 from C: what a dead process leaves behind, with zeroing and in the labelled dangerous mode without. */
import { expect, test } from "vitest";
import type { Zeroing } from "../../kernel/config.ts";
import { runC, runStory } from "./support.ts";

/** A child writes a secret over 200 pages and dies; the parent maps 300 fresh pages and counts those that hold it. */
const PREDECESSOR = `
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
enum { PAGE = 4096 };
static char *map(int pages) { return mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
int main(void) {
  if (fork() == 0) {
    char *area = map(200);
    for (int i = 0; i < 200; i++) strcpy(area + i * PAGE + 100, "the launch code is 0000");
    _exit(0);
  }
  wait(0);
  char *area = map(300);
  int found = 0, dirty = 0;
  for (int i = 0; i < 300; i++) {
    area[i * PAGE] = 0;
    if (strcmp(area + i * PAGE + 100, "the launch code is 0000") == 0) found++;
    for (int j = 0; j < PAGE; j++) if (area[i * PAGE + j]) { dirty++; break; }
  }
  printf("%d %d\\n", found, dirty);
  return 0;
}`;

const found = (zeroing: Zeroing): number[] =>
  runC(PREDECESSOR, { config: { frames: 512, zeroing } })
    .stdout.trim()
    .split(" ")
    .map(Number);

test("with the idle task zeroing, no page holds an old byte", () => expect(found("idle")).toEqual([0, 0]));

test("with zeroing on demand, no page holds an old byte", () => expect(found("on-demand")).toEqual([0, 0]));

test("with zeroing off, a process reads its predecessor's secret", () => {
  const [secrets, dirty] = found("off");
  expect(secrets).toBeGreaterThan(0);
  expect(dirty).toBeGreaterThanOrEqual(secrets);
});

test("when a process has ended, no frame is lost and none is counted twice", () => {
  const { machine, report } = runStory(["/bin/hello"]);
  machine.kernel.checkInvariants();
  const { kernel, pageTables, resident, transition, standby, modified, dirty, zeroed, total } = report.frames;
  expect(kernel + pageTables + resident + transition + standby + modified + dirty + zeroed).toBe(total);
});
