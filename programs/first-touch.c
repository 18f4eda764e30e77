/*
 * first-touch: reserving costs no memory, touching does (M5, M8).
 * Look at: resident memory stands still after mmap, and grows by one page for each fault, one fault for each page.
 */
#include <sys/mman.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096 };

static const char usage[] =
    "usage: first-touch [PAGES]\n"
    "Reserves PAGES pages of 4 KiB (default 64), then stores one byte into each.\n";

static void report(const char *moment) {
  printf("%-26s %7ld KiB reserved %6ld KiB resident %5ld faults\n", moment, reserved_kib(), resident_kib(),
         minor_faults() + major_faults());
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "first-touch", usage);
  long pages = argc > 1 ? tool_number(argv[1], 1, 100000, "PAGES") : 64;
  size_t bytes = (size_t)pages * PAGE_BYTES;
  report("start"); /* once for nothing: printf and /proc touch pages of their own the first time */
  report("before the reservation");
  char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return tool_failed("mmap");
  report("after it, nothing touched");
  long before = minor_faults() + major_faults();
  for (size_t at = 0; at < bytes; at += PAGE_BYTES) block[at] = 1;
  long first = minor_faults() + major_faults() - before;
  report("each page touched once");
  before = minor_faults() + major_faults();
  for (size_t at = 0; at < bytes; at += PAGE_BYTES) block[at] = 2;
  long second = minor_faults() + major_faults() - before;
  report("each page touched again");
  printf("%ld pages: %ld faults on the first touch, %ld on the second.\n", pages, first, second);
  if (second > 0) printf("The second round faulted too: memory is short, and pages had to leave (see thrash).\n");
  return 0;
}
