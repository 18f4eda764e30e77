/*
 * thrash: works on more pages than the machine has frames (M9, M11). Pages must leave for swap and come back.
 * Look at: major faults and time for each pass; seq defeats an LRU-like policy, local gives it a chance. vmstat beside it.
 */
#include <sys/mman.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096 };

static const char usage[] =
    "usage: thrash [PAGES [PASSES [PATTERN]]]\n"
    "  PAGES    pages of 4 KiB to work on (default: a quarter more than the machine has)\n"
    "  PASSES   rounds, each with PAGES touches (default 3)\n"
    "  PATTERN  seq: in order; random: anywhere; local: nine of ten touches in a tenth of the pages\n";

static unsigned long state = 12345; /* the same run each time */

static unsigned long random_below(unsigned long limit) {
  state = (state * 1103515245 + 12345) & 0x7fffffff;
  return (state >> 8) % limit;
}

static unsigned long choose(const char *pattern, unsigned long touch, unsigned long pages) {
  if (strcmp(pattern, "seq") == 0) return touch;
  if (strcmp(pattern, "random") == 0) return random_below(pages);
  unsigned long hot = pages / 10 + 1;
  return random_below(10) < 9 ? random_below(hot) : random_below(pages);
}

static long default_pages(void) {
  long total = proc_number("/proc/meminfo", "MemTotal") / 4;
  long swap = proc_number("/proc/meminfo", "SwapFree") / 4;
  long beyond = total / 4 < swap / 2 ? total / 4 : swap / 2;
  return total + beyond;
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "thrash", usage);
  long pages = argc > 1 ? tool_number(argv[1], 1, 262144, "PAGES") : default_pages();
  long passes = argc > 2 ? tool_number(argv[2], 1, 1000, "PASSES") : 3;
  const char *pattern = argc > 3 ? argv[3] : "seq";
  if (strcmp(pattern, "seq") != 0 && strcmp(pattern, "random") != 0 && strcmp(pattern, "local") != 0)
    tool_misused(pattern, "PATTERN should be seq, random or local");
  size_t bytes = (size_t)pages * PAGE_BYTES;
  char *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) return tool_failed("mmap");
  printf("%ld pages (%ld KiB), %s; the machine has %ld KiB available\n", pages, pages * 4, pattern,
         proc_number("/proc/meminfo", "MemAvailable"));
  for (long pass = 1; pass <= passes; pass++) {
    long soft = minor_faults();
    long hard = major_faults();
    long start = milliseconds();
    for (long touch = 0; touch < pages; touch++)
      region[choose(pattern, (unsigned long)touch, (unsigned long)pages) * PAGE_BYTES]++;
    printf("pass %ld: %6ld touches %6ld minor faults %6ld major faults %7ld ms, %ld KiB resident\n", pass, pages,
           minor_faults() - soft, major_faults() - hard, milliseconds() - start, resident_kib());
    fflush(stdout);
  }
  return 0;
}
