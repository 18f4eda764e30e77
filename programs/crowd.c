/*
 * crowd: several processes that have room one by one, and not together (M9, M11). Each goes through its own pages again and
 * again, and lets the next one run after each pass. Look at: major faults and time as PROCESSES grows; then the same with --load-control on, where some are
 * suspended so that the others can work.
 */
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "lib/proc.h"
#include "lib/tool.h"

enum { PAGE_BYTES = 4096 };

static const char usage[] =
    "usage: crowd [PROCESSES [PAGES [PASSES]]]\n"
    "  PROCESSES  how many (default 4)\n"
    "  PAGES      pages of 4 KiB that each works on (default: three fifths of what is available)\n"
    "  PASSES     times that each goes through them (default 50)\n";

/* What the child does: its exit status says whether every page held what it should. */
static int work(long pages, long passes) {
  size_t bytes = (size_t)pages * PAGE_BYTES;
  volatile int *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) return tool_failed("mmap");
  int wrong = 0;
  for (int pass = 0; pass < passes; pass++) {
    for (long page = 0; page < pages; page++) {
      volatile int *word = region + page * (PAGE_BYTES / sizeof(int));
      wrong += *word != pass;
      *word = pass + 1;
    }
    sched_yield();
  }
  return wrong > 0;
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "crowd", usage);
  long processes = argc > 1 ? tool_number(argv[1], 1, 64, "PROCESSES") : 4;
  long available = proc_number("/proc/meminfo", "MemAvailable") / 4;
  long pages = argc > 2 ? tool_number(argv[2], 1, 65536, "PAGES") : available * 3 / 5;
  long passes = argc > 3 ? tool_number(argv[3], 1, 100000, "PASSES") : 50;
  printf("%ld processes of %ld pages, %ld in all; %ld are available\n", processes, pages, processes * pages, available);
  fflush(stdout);
  long start = milliseconds();
  long begun = 0;
  for (; begun < processes; begun++) {
    pid_t pid = fork();
    if (pid == 0) _exit(work(pages, passes));
    if (pid < 0) {
      tool_failed("fork");
      break;
    }
  }
  long bad = 0;
  for (int status; wait(&status) > 0;) {
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    struct rusage all;
    getrusage(RUSAGE_CHILDREN, &all);
    printf("%7ld ms: a process has %s; %ld major faults so far\n", milliseconds() - start,
           good ? "finished" : WIFSIGNALED(status) ? "been killed" : "failed", all.ru_majflt);
    fflush(stdout);
    bad += !good;
  }
  return bad > 0 || begun < processes;
}
