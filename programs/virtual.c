/*
 * virtual: reserve, commit, touch, decommit, release (M17). Addresses are free, a commit is a promise that counts against
 * RAM and swap, and a frame comes with the first touch.
 * Look at: only "touched" moves resident; a commit beyond the limit fails, the same size reserved does not.
 */
#include <sys/virtualalloc.h>

#include "lib/proc.h"
#include "lib/tool.h"

static const char usage[] =
    "usage: virtual [MIB]\n"
    "Reserves MIB mebibytes (default 256) by VirtualAlloc, commits 16 pages of them, touches one, and gives all back.\n";

static void report(const char *moment) {
  printf("%-18s %7ld KiB reserved %6ld KiB committed in all %3ld KiB resident\n", moment, reserved_kib(),
         proc_number("/proc/meminfo", "Committed_AS"), resident_kib());
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "virtual", usage);
  size_t bytes = (size_t)(argc > 1 ? tool_number(argv[1], 1, 1024, "MIB") : 256) << 20;
  report("start");
  report("before");
  char *region = VirtualAlloc(NULL, bytes, MEM_RESERVE, PAGE_READWRITE);
  if (region == NULL) return tool_failed("VirtualAlloc");
  report("reserved");
  VirtualAlloc(region, 16 * 4096, MEM_COMMIT, PAGE_READWRITE);
  report("16 pages committed");
  region[4096] = 1;
  report("one page touched");
  if (VirtualAlloc(region, bytes, MEM_COMMIT, PAGE_READWRITE) == NULL)
    printf("committing all of it fails with error %lu (1455: the commitment limit)\n", GetLastError());
  VirtualFree(region, 16 * 4096, MEM_DECOMMIT);
  report("decommitted");
  VirtualFree(region, 0, MEM_RELEASE);
  report("released");
  return 0;
}
