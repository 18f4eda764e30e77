/*
 * vmstat: the memory manager over time, one line an interval; counts are per interval, the first line since the start.
 * Look at: vmstat 1 while thrash, idle-zero or forks runs beside it.
 */
#include <stdbool.h>

#include "lib/proc.h"
#include "lib/tool.h"

static const char usage[] =
    "usage: vmstat [SECONDS [COUNT]]\n"
    "  run    processes that could run          free zero dirty stby mod   frames now: free, zeroed, dirty, standby, modified\n"
    "  fault  all faults     hard  with a device      zidle zdem  frames zeroed while idle, on demand\n"
    "  cow    copied on write    in out  pages from and to swap    us sy id  percent of time: programs, kernel, idle\n";

enum { COUNTED = 7 };
static const char *const counted[COUNTED] = {"pgfault", "pgmajfault", "pgzero_idle", "pgzero_demand", "pgcow", "pswpin", "pswpout"};

typedef struct Sample {
  long counts[COUNTED];
  long user, system, idle; /* ticks */
} Sample;

static char vmstat_text[PROC_TEXT_BYTES], stat_text[PROC_TEXT_BYTES];

static Sample take(void) {
  Sample sample;
  long ticks[4] = {0, 0, 0, 0}; /* Linux: user, nice, system, idle */
  if (!proc_text("/proc/vmstat", vmstat_text, sizeof vmstat_text)) exit(tool_failed("/proc/vmstat"));
  if (!proc_text("/proc/stat", stat_text, sizeof stat_text)) exit(tool_failed("/proc/stat"));
  for (int i = 0; i < COUNTED; i++) {
    long value = proc_field(vmstat_text, counted[i]);
    sample.counts[i] = value < 0 ? 0 : value;
  }
  char *at = strncmp(stat_text, "cpu ", 4) == 0 ? stat_text + 4 : NULL;
  for (int i = 0; i < 4 && at != NULL; i++) ticks[i] = strtol(at, &at, 10);
  sample.user = ticks[0] + ticks[1];
  sample.system = ticks[2];
  sample.idle = ticks[3];
  return sample;
}

static long level(const char *name) {
  long value = proc_field(vmstat_text, name);
  return value < 0 ? 0 : value;
}

static void print(const Sample *now, const Sample *before) {
  long all = now->user + now->system + now->idle - before->user - before->system - before->idle;
  if (all <= 0) all = 1;
  printf("%3ld %6ld %6ld %6ld %5ld %5ld", proc_field(stat_text, "procs_running"), level("nr_free_pages"), level("nr_zeroed"),
         level("nr_dirty_free"), level("nr_standby"), level("nr_modified"));
  for (int i = 0; i < COUNTED; i++) printf(" %6ld", now->counts[i] - before->counts[i]);
  printf(" %3ld %2ld %3ld\n", (now->user - before->user) * 100 / all, (now->system - before->system) * 100 / all,
         (now->idle - before->idle) * 100 / all);
  fflush(stdout);
}

int main(int argc, char **argv) {
  Sample before, now;
  tool_start(argc, argv, "vmstat", usage);
  long seconds = argc > 1 ? tool_number(argv[1], 1, 3600, "SECONDS") : 0;
  long count = argc > 2 ? tool_number(argv[2], 1, 1000000, "COUNT") : seconds > 0 ? -1 : 1;
  memset(&before, 0, sizeof before);
  for (long line = 0; line != count; line++) {
    if (line % 20 == 0)
      printf("run   free   zero  dirty  stby   mod  fault   hard  zidle   zdem    cow     in    out  us sy  id\n");
    if (line > 0) sleep_milliseconds(seconds * 1000);
    now = take();
    print(&now, &before);
    before = now;
  }
  return tool_finish(0);
}
