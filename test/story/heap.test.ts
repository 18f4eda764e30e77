/** M4, M12, M13 from C: how often malloc asks the kernel, what free gives back, and what one live block pins. */
import { expect, test } from "vitest";
import { runC } from "./support.ts";

/** Prints VmRSS of /proc/self/status in pages. */
const RESIDENT = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int resident(void) {
  char line[128]; int kilobytes = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (fgets(line, sizeof line, status)) if (sscanf(line, "VmRSS: %d", &kilobytes) == 1) break;
  fclose(status);
  return kilobytes / 4;
}`;

test("a thousand mallocs of 32 bytes ask the kernel a few times only", () => {
  const { report, status } = runC(`
#include <stdlib.h>
int main(void) { for (int i = 0; i < 1000; i++) if (!malloc(32)) return 1; return 0; }`);
  expect(status).toBe(0);
  // 1000 blocks of 32 bytes and a header each are at least 8 pages. One call a page would be 8 or more; one a block 1000.
  const asked = (report.syscalls["brk"] ?? 0) + (report.syscalls["mmap2"] ?? 0);
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(8);
});

test("free keeps the memory: resident pages do not fall, and the next malloc reuses them without a fault", () => {
  const { stdout } = runC(`${RESIDENT}
#include <sys/resource.h>
static long faults(void) { struct rusage u; getrusage(RUSAGE_SELF, &u); return u.ru_minflt; }
int main(void) {
  printf("warm %d\\n", resident());
  char *block[16];
  for (int i = 0; i < 16; i++) { block[i] = malloc(4000); memset(block[i], 1, 4000); }
  char *top = malloc(16); *top = 1;
  int before = resident();
  for (int i = 0; i < 16; i++) free(block[i]);
  int after = resident();
  long faultsBefore = faults();
  for (int i = 0; i < 16; i++) { block[i] = malloc(4000); memset(block[i], 2, 4000); }
  printf("%d %d %ld\\n", before - after, resident() - before, faults() - faultsBefore);
  return 0;
}`);
  expect(stdout.split("\n")[1]).toBe("0 0 0");
});

test("one live block at the top pins the heap; the same on mmap goes back to the kernel", () => {
  const program = (request: string) => `${RESIDENT}
int main(void) {
  printf("warm %d\\n", resident());
  int start = resident();
  char *block[64];
  for (int i = 0; i < 64; i++) { block[i] = malloc(${request}); memset(block[i], 1, ${request}); }
  char *last = malloc(16); *last = 1;
  int full = resident();
  for (int i = 0; i < 64; i++) free(block[i]);
  printf("%d %d\\n", full - start, full - resident());
  return 0;
}`;
  const pinned = runC(program("16000")).stdout.split("\n")[1].split(" ").map(Number);
  const mapped = runC(program("200000"), { config: { frames: 8192 } })
    .stdout.split("\n")[1]
    .split(" ")
    .map(Number);
  // 64 × 16000 bytes are 250 pages, and none comes back.
  expect(pinned[0]).toBeGreaterThanOrEqual(250);
  expect(pinned[1]).toBe(0);
  // 64 × 200000 bytes lie above the mmap threshold: 49 pages each, all of which come back.
  expect(mapped[0]).toBeGreaterThanOrEqual(64 * 49);
  expect(mapped[1]).toBeGreaterThanOrEqual(64 * 49);
});
