/*
 * quota: a process at the limit of its working set replaces its own pages (M10, M11), however much memory is free.
 * Look at: resident pages stop at the limit; every touch beyond it is a fault again, a soft one, because the page was
 * taken from the working set but not from memory.
 */
#include <sys/mman.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096 };

static char *area;

static void pass(const char *what, long pages) {
  long soft = proc_number("/proc/vmstat", "pgsoft"), hard = proc_number("/proc/vmstat", "pgmajfault");
  for (long i = 0; i < pages; i++) area[i * PAGE_BYTES]++;
  printf("%-22s %5ld pages resident, %5ld soft faults, %3ld hard\n", what, resident_kib() / 4,
         proc_number("/proc/vmstat", "pgsoft") - soft, proc_number("/proc/vmstat", "pgmajfault") - hard);
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "quota", "usage: quota [PAGES [LIMIT]]\nTouches PAGES (100) twice, then under a working-set limit of LIMIT (40) pages.\n");
  long pages = argc > 1 ? tool_number(argv[1], 1, 100000, "PAGES") : 100;
  long limit = argc > 2 ? tool_number(argv[2], 20, 100000, "LIMIT") : 40;
  area = mmap(NULL, (size_t)(pages * PAGE_BYTES), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) return tool_failed("mmap");
  pass("first touch", pages);
  pass("again", pages);
  struct rlimit working_set = {(rlim_t)(limit * PAGE_BYTES), RLIM_INFINITY};
  if (setrlimit(RLIMIT_RSS, &working_set) < 0) return tool_failed("RLIMIT_RSS");
  pass("with the limit", pages);
  pass("and again", pages);
  return tool_finish(0);
}
