/*
 * idle-zero: freed frames are dirty; the idle task zeroes them while nobody needs the processor (M7).
 * Look at: FreeDirty rises when the pages are unmapped, then falls while the program sleeps, and Zeroed rises with it.
 */
#include <sys/mman.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096, STEPS = 6 };

static const char usage[] =
    "usage: idle-zero [PAGES [MS]]\nDirties PAGES pages (default 128), frees them, and watches the lists, sleeping MS (default 10) between.\n";

static void report(const char *moment) {
  printf("%-20s %6ld zeroed %6ld dirty; so far %5ld zeroed while idle, %3ld on demand\n", moment,
         proc_number("/proc/vmstat", "nr_zeroed"), proc_number("/proc/vmstat", "nr_dirty_free"),
         proc_number("/proc/vmstat", "pgzero_idle"), proc_number("/proc/vmstat", "pgzero_demand"));
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "idle-zero", usage);
  long pages = argc > 1 ? tool_number(argv[1], 1, 65536, "PAGES") : 128;
  long pause = argc > 2 ? tool_number(argv[2], 1, 10000, "MS") : 10;
  if (proc_number("/proc/vmstat", "nr_zeroed") < 0) {
    fprintf(stderr, "idle-zero: this kernel counts no zeroed frames (/proc/vmstat has no nr_zeroed)\n");
    return 1;
  }
  printf("frames on the lists:\n");
  report("start");
  size_t bytes = (size_t)pages * PAGE_BYTES;
  char *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) return tool_failed("mmap");
  for (size_t at = 0; at < bytes; at += PAGE_BYTES) region[at] = 1;
  report("pages touched");
  munmap(region, bytes);
  report("pages given back");
  for (int step = 1; step <= STEPS; step++) {
    char moment[32];
    sleep_milliseconds(pause);
    snprintf(moment, sizeof moment, "after %ld ms of sleep", step * pause);
    report(moment);
  }
  return 0;
}
