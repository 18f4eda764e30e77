/*
 * reserve: a region of the address space is a promise, not memory (M4, M5). Three ways to ask, one page touched at last.
 * Look at: "reserved" jumps by mebibytes, "resident" by the one page that was used. pmap shows the regions.
 */
#include <sys/mman.h>

#include "lib/proc.h"
#include "lib/tool.h"

static const char usage[] =
    "usage: reserve [MIB]\n"
    "Reserves MIB mebibytes (default 64) by mmap, one by sbrk and one by malloc, then touches a single page.\n";

static void report(const char *moment) {
  printf("%-15s %7ld KiB reserved %4ld KiB resident %3ld KiB tables %3ld faults\n", moment, reserved_kib(),
         resident_kib(), proc_number("/proc/meminfo", "PageTables"), minor_faults() + major_faults());
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "reserve", usage);
  long mib = argc > 1 ? tool_number(argv[1], 1, 1024, "MIB") : 64;
  size_t bytes = (size_t)mib << 20;
  char moment[48];
  report("start");
  report("before");
  char *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) return tool_failed("mmap");
  snprintf(moment, sizeof moment, "mmap of %ld MiB", mib);
  report(moment);
  if (sbrk(1 << 20) == (void *)-1) return tool_failed("sbrk");
  report("sbrk of 1 MiB");
  char *block = malloc(1 << 20);
  if (block == NULL) return tool_failed("malloc");
  report("malloc of 1 MiB");
  region[bytes / 2] = 1;
  report("one byte used");
  munmap(region, bytes);
  report("munmap");
  free(block);
  return 0;
}
