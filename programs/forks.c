/*
 * forks: fork copies page tables, not pages; a page is copied when somebody writes to it (copy-on-write, M8).
 * Look at: reading costs the child nothing, each first write one fault; the parent never sees what the child wrote.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096 };

static const char usage[] =
    "usage: forks [PAGES [CHILDREN]]\nFills PAGES pages (default 64), forks CHILDREN (default 2), each writes to half of them.\n";

static long free_kib(void) { return proc_number("/proc/meminfo", "MemFree"); }

static void child(int number, volatile char *region, long pages) {
  long start = minor_faults();
  long sum = 0;
  for (long page = 0; page < pages; page++) sum += region[page * PAGE_BYTES];
  long reading = minor_faults() - start;
  start = minor_faults();
  for (long page = 0; page < pages / 2; page++) region[page * PAGE_BYTES] = (char)(number + 1);
  long writing = minor_faults() - start;
  printf("child %d (pid %ld): reading %ld pages (sum %ld) took %ld faults, writing to %ld of them %ld\n", number,
         (long)getpid(), pages, sum, reading, pages / 2, writing);
  exit(0);
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "forks", usage);
  long pages = argc > 1 ? tool_number(argv[1], 1, 65536, "PAGES") : 64;
  long children = argc > 2 ? tool_number(argv[2], 1, 32, "CHILDREN") : 2;
  char *region = mmap(NULL, (size_t)pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) return tool_failed("mmap");
  for (long page = 0; page < pages; page++) region[page * PAGE_BYTES] = 1;
  printf("parent (pid %ld): %ld pages filled, %ld KiB free in the machine\n", (long)getpid(), pages, free_kib());
  for (int i = 1; i <= children; i++) {
    fflush(stdout);
    long before = free_kib();
    pid_t pid = fork();
    if (pid < 0) return tool_failed("fork");
    if (pid == 0) child(i, region, pages);
    printf("fork of child %d took about %ld KiB, not %ld\n", i, before - free_kib(), pages * 4);
    fflush(stdout);
    waitpid(pid, NULL, 0);
  }
  long changed = 0;
  for (long page = 0; page < pages; page++) changed += region[page * PAGE_BYTES] != 1;
  printf("parent: %ld pages changed under it\n", changed);
  return changed > 0;
}
